# The functions' container images; a repository of our own, so that old ones go and the build writes nowhere else.
resource "google_artifact_registry_repository" "images" {
  description   = "Images of abroll's functions."
  format        = "DOCKER"
  location      = var.region
  repository_id = "abroll"

  cleanup_policies {
    action = "KEEP"
    id     = "keep-the-newest"

    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    action = "DELETE"
    id     = "delete-the-old"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_artifact_registry_repository_iam_binding" "writers" {
  location   = var.region
  members    = ["serviceAccount:${local.build}"]
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.writer"
}
