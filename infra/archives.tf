# One archive a function: main.py at its root, shared/ beside it, the pinned requirements. `python -m infra.package`
# stages it (archive_file itself cannot map a binary file such as the font to another path).
data "archive_file" "function" {
  for_each = local.functions

  output_file_mode = "0644" # the hash must not depend on whose umask it is
  output_path      = "${path.module}/../build/archives/${each.key}.zip"
  source_dir       = "${path.module}/../build/functions/${each.key}"
  type             = "zip"
}

resource "google_storage_bucket" "archives" {
  location                    = var.region
  name                        = "${var.project}-abroll-archives"
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  depends_on = [google_project_service.api]
}

# A function is deployed anew when its object's name changes, so the name carries the content's hash.
resource "google_storage_bucket_object" "archive" {
  for_each = local.functions

  bucket = google_storage_bucket.archives.name
  name   = "${each.key}-${data.archive_file.function[each.key].output_md5}.zip"
  source = data.archive_file.function[each.key].output_path
}

resource "google_storage_bucket_iam_binding" "archives_readers" {
  bucket  = google_storage_bucket.archives.name
  members = ["serviceAccount:${local.build}"]
  role    = "roles/storage.objectViewer"
}
