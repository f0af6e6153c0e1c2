# A finalized object becomes an event: Cloud Storage publishes it, Eventarc hands it to the function.
data "google_storage_project_service_account" "this" {
  project = var.project
}

resource "google_project_iam_member" "events_receiver" {
  member  = "serviceAccount:${local.invoker["events"]}"
  project = var.project
  role    = "roles/eventarc.eventReceiver"
}

resource "google_project_iam_member" "storage_publisher" {
  member  = "serviceAccount:${data.google_storage_project_service_account.this.email_address}"
  project = var.project
  role    = "roles/pubsub.publisher"
}
