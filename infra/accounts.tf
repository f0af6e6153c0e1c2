# The accounts are the owner's (owner/accounts.tf): no build makes one, or says who may act as one. Their addresses are
# written from their ids, so that a plan already says who gets what.
locals {
  build   = "abroll-build@${local.accounts}"
  invoker = { for by in ["events", "scheduler", "tasks"] : by => "abroll-${by}-invoker@${local.accounts}" }
  runtime = { for name in keys(local.functions) : name => "abroll-${local.service[name]}@${local.accounts}" }

  accounts = "${var.project}.iam.gserviceaccount.com"
  member   = { for name, email in local.runtime : name => "serviceAccount:${email}" }
}

resource "google_project_iam_member" "build_logs" {
  member  = "serviceAccount:${local.build}"
  project = var.project
  role    = "roles/logging.logWriter"
}

# Cloud Functions copies an archive into a bucket of its own before it builds; nothing else is opened to the build.
resource "google_project_iam_member" "build_source" {
  member  = "serviceAccount:${local.build}"
  project = var.project
  role    = "roles/storage.objectViewer"

  condition {
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-\")"
    title      = "sources of functions"
  }
}
