# Tenants' secrets appear at run time, so who may read which is said by the beginning of their names (IAM knows
# secrets by the project's number). A key of one kind cannot be read by a function of another.
locals {
  secret_names = "projects/${data.google_project.this.number}/secrets/"

  secret_prefixes = {
    customer_webhook_secrets = ["abroll-webhook-production-"]
    footage_keys             = ["abroll-heygen-production-", "abroll-heygen-test-"]
    heygen_webhook_secrets   = ["abroll-heygen-webhook-"]
    presenter_keys           = ["abroll-did-production-", "abroll-did-test-", "abroll-heygen-production-", "abroll-heygen-test-"]
    tenant_secrets           = ["abroll-did-", "abroll-heygen-", "abroll-webhook-"]
  }

  secret_condition = {
    for word, prefixes in local.secret_prefixes :
    word => join(" || ", [for prefix in prefixes : "resource.name.startsWith(\"${local.secret_names}${prefix}\")"])
  }

  secret_readers = {
    for pair in flatten([
      for word in ["customer_webhook_secrets", "footage_keys", "heygen_webhook_secrets", "presenter_keys"] :
      [for name in local.users[word] : { name = name, word = word }]
    ]) : "${pair.name} ${pair.word}" => pair
  }
}

# The platform's own: callback paths are signed with it. Its value is made by `python -m infra.admin bootstrap` and
# never stands in a state.
resource "google_secret_manager_secret" "callback_key" {
  secret_id = "abroll-callback-key"

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_binding" "callback_key" {
  members   = [for name in local.users.callback_key : local.member[name]]
  role      = "roles/secretmanager.secretAccessor"
  secret_id = google_secret_manager_secret.callback_key.secret_id
}

# The pages' own: cookies, forms and tickets are signed with it, and whoever reads it can be any tenant. So no other
# function may.
resource "google_secret_manager_secret" "session_keys" {
  secret_id = "abroll-session-keys"

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_binding" "session_keys" {
  members   = [for name in local.users.session_keys : local.member[name]]
  role      = "roles/secretmanager.secretAccessor"
  secret_id = google_secret_manager_secret.session_keys.secret_id
}

resource "google_project_iam_member" "secret_readers" {
  for_each = local.secret_readers

  member  = local.member[each.value.name]
  project = var.project
  role    = "roles/secretmanager.secretAccessor"

  condition {
    expression = local.secret_condition[each.value.word]
    title      = each.value.word
  }
}

# These roles are the owner's (owner/roles.tf). Making a secret is asked of the project, where no name exists yet to
# set a condition on: a role with nothing else.
resource "google_project_iam_member" "secret_makers" {
  for_each = toset(local.users.tenant_secrets)

  member  = local.member[each.key]
  project = var.project
  role    = "projects/${var.project}/roles/abrollSecretMaker"
}

resource "google_project_iam_member" "secret_keepers" {
  for_each = toset(local.users.tenant_secrets)

  member  = local.member[each.key]
  project = var.project
  role    = "projects/${var.project}/roles/abrollSecretKeeper"

  condition {
    expression = local.secret_condition.tenant_secrets
    title      = "tenant_secrets"
  }
}

# A version is listed and destroyed by the sweep, which may read none.
resource "google_project_iam_member" "version_enders" {
  for_each = toset(local.users.old_versions)

  member  = local.member[each.key]
  project = var.project
  role    = "projects/${var.project}/roles/abrollVersionEnder"

  condition {
    expression = local.secret_condition.tenant_secrets
    title      = "tenant_secrets"
  }
}

# A closed tenant's secrets are found by their names and deleted by the reaper, which may list versions to know whether
# one is there. What it reads is a key by which our webhook is taken off a vendor's account (presenter_keys).
resource "google_project_iam_member" "secret_enders" {
  for_each = toset(local.users.end_secrets)

  member  = local.member[each.key]
  project = var.project
  role    = "projects/${var.project}/roles/abrollSecretEnder"

  condition {
    expression = local.secret_condition.tenant_secrets
    title      = "tenant_secrets"
  }
}
