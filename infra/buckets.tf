# takes: Veo's output, every object there is an event. films: images, presenters' takes, films, posters.
# Nobody of ours may overwrite: a name is written once (objectCreator). One function, reap, may delete, and neither read
# nor write: it deletes what a deleted job has made, and a job's own days, not a bucket's, say when that is. Age ends
# uploaded images, clips and music, which are no single job's, after any plan's days, and after one day what the makers
# of a long film have left for each other: whoever runs ffmpeg over customers' files may delete nothing.
locals {
  film_readers = distinct(concat(local.users.films_read, local.users.films_write))
  take_readers = distinct(concat(local.users.takes_read, local.users.takes_write))
}

resource "google_storage_bucket" "files" {
  for_each = local.table.buckets

  location                    = var.region
  name                        = "${var.project}-abroll-${each.key}"
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  dynamic "lifecycle_rule" {
    for_each = each.value.age_days

    content {
      action {
        type = "Delete"
      }
      condition {
        age            = lifecycle_rule.value
        matches_prefix = [lifecycle_rule.key]
      }
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  # What was deleted is gone: a second retention would be billed and is promised to nobody.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_binding" "erasers" {
  for_each = local.table.buckets

  bucket  = google_storage_bucket.files[each.key].name
  members = [for name in local.users.delete_files : local.member[name]]
  role    = "projects/${var.project}/roles/abrollEraser"
}

resource "google_storage_bucket_iam_binding" "films_readers" {
  bucket  = google_storage_bucket.files["films"].name
  members = concat([for name in local.film_readers : local.member[name]], [local.veo_agent])
  role    = "roles/storage.objectViewer"
}

resource "google_storage_bucket_iam_binding" "films_writers" {
  bucket  = google_storage_bucket.files["films"].name
  members = [for name in local.users.films_write : local.member[name]]
  role    = "roles/storage.objectCreator"
}

resource "google_storage_bucket_iam_binding" "takes_readers" {
  bucket  = google_storage_bucket.files["takes"].name
  members = [for name in local.take_readers : local.member[name]]
  role    = "roles/storage.objectViewer"
}

resource "google_storage_bucket_iam_binding" "takes_writers" {
  bucket  = google_storage_bucket.files["takes"].name
  members = [for name in local.users.takes_write : local.member[name]]
  role    = "roles/storage.objectCreator"
}

resource "google_storage_bucket_iam_binding" "takes_veo" {
  bucket  = google_storage_bucket.files["takes"].name
  members = [local.veo_agent]
  role    = "roles/storage.objectUser"
}
