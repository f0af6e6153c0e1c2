resource "google_firestore_database" "this" {
  concurrency_mode                  = "PESSIMISTIC"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  location_id                       = coalesce(var.firestore_location, var.region)
  name                              = "(default)"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  type                              = "FIRESTORE_NATIVE"

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_firestore_index" "composite" {
  for_each = {
    for index in local.indexes.indexes :
    join(" ", concat([index.collectionGroup], [for part in index.fields : part.fieldPath])) => index
  }

  collection  = each.value.collectionGroup
  database    = google_firestore_database.this.name
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields

    content {
      array_config = try(fields.value.arrayConfig, null)
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
    }
  }
}

# Fields nobody queries are not indexed; a field with a time to live ends its document.
resource "google_firestore_field" "override" {
  for_each = {
    for override in local.indexes.fieldOverrides : "${override.collectionGroup} ${override.fieldPath}" => override
  }

  collection = each.value.collectionGroup
  database   = google_firestore_database.this.name
  field      = each.value.fieldPath

  dynamic "index_config" {
    for_each = can(each.value.indexes) ? [each.value.indexes] : []

    content {
      dynamic "indexes" {
        for_each = index_config.value

        content {
          array_config = try(indexes.value.arrayConfig, null)
          order        = try(indexes.value.order, null)
          query_scope  = try(indexes.value.queryScope, "COLLECTION")
        }
      }
    }
  }

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []

    content {}
  }
}

resource "google_project_iam_member" "documents" {
  for_each = toset(local.users.documents)

  member  = local.member[each.key]
  project = var.project
  role    = "roles/datastore.user"
}

resource "google_project_iam_member" "documents_read" {
  for_each = toset(local.users.documents_read)

  member  = local.member[each.key]
  project = var.project
  role    = "roles/datastore.viewer"
}
