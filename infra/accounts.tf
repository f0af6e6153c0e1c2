# One identity a function, one for the builds, one for each way the platform calls. The default compute account has no
# part in this. Addresses are written from the accounts' ids, so that a plan already says who gets what.
locals {
  build   = "${google_service_account.build.account_id}@${local.accounts}"
  invoker = { for by, account in google_service_account.invoker : by => "${account.account_id}@${local.accounts}" }
  runtime = { for name, account in google_service_account.function : name => "${account.account_id}@${local.accounts}" }

  accounts = "${var.project}.iam.gserviceaccount.com"
  member   = { for name, email in local.runtime : name => "serviceAccount:${email}" }
}

resource "google_service_account" "build" {
  account_id   = "abroll-build"
  description  = "Builds the functions' images."
  display_name = "abroll build"

  depends_on = [google_project_service.api]
}

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "abroll-${local.service[each.key]}"
  description  = "Runs ${each.key}."
  display_name = "abroll ${each.key}"

  depends_on = [google_project_service.api]
}

resource "google_service_account" "invoker" {
  for_each = toset(["events", "scheduler", "tasks"])

  account_id   = "abroll-${each.key}-invoker"
  description  = "Who a function is called as by ${each.key}."
  display_name = "abroll ${each.key} invoker"

  depends_on = [google_project_service.api]
}

# Whoever makes a task names the account it is delivered as, and must be allowed to act as that account.
resource "google_service_account_iam_binding" "tasks_invoker" {
  members = [
    for name in distinct(concat(local.users.enqueue, local.users.enqueue_notify, local.users.enqueue_watch)) :
    local.member[name]
  ]
  role               = "roles/iam.serviceAccountUser"
  service_account_id = google_service_account.invoker["tasks"].name
}

# No private key exists: a link is signed by asking IAM, which an account must be allowed to do for itself.
resource "google_service_account_iam_binding" "sign_links" {
  for_each = toset(local.users.sign_links)

  members            = [local.member[each.key]]
  role               = "roles/iam.serviceAccountTokenCreator"
  service_account_id = google_service_account.function[each.key].name
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
