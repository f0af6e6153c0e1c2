# One identity a function, one for the functions' images, one for each way the platform calls. The default compute
# account has no part in this. What an account may do to a thing is granted beside that thing, by infra/*.tf.
locals {
  functions = jsondecode(file("${path.module}/../functions.json")).functions

  users = {
    for word in distinct(flatten([for row in values(local.functions) : row.uses])) :
    word => [for name, row in local.functions : name if contains(row.uses, word)]
  }
}

resource "google_service_account" "build" {
  account_id   = "abroll-build"
  description  = "Builds the functions' images."
  display_name = "abroll build"
}

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "abroll-${replace(each.key, "_", "-")}"
  description  = "Runs ${each.key}."
  display_name = "abroll ${each.key}"
}

resource "google_service_account" "invoker" {
  for_each = toset(["events", "scheduler", "tasks"])

  account_id   = "abroll-${each.key}-invoker"
  description  = "Who a function is called as by ${each.key}."
  display_name = "abroll ${each.key} invoker"
}

locals {
  accounts = "${var.project}.iam.gserviceaccount.com"
  member = {
    for name, account in google_service_account.function : name => "serviceAccount:${account.account_id}@${local.accounts}"
  }

  # Whom the deployer hands work to: a function's own account, its builder, its caller by schedule and by event.
  deployed_as = merge(
    { build = google_service_account.build.name },
    { for name, account in google_service_account.function : "function ${name}" => account.name },
    { for by in ["events", "scheduler"] : "invoker ${by}" => google_service_account.invoker[by].name },
  )
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

resource "google_service_account_iam_binding" "deployed_as" {
  for_each = local.deployed_as

  members            = [local.builder.deployer]
  role               = "roles/iam.serviceAccountUser"
  service_account_id = each.value
}
