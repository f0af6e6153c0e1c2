# A Cloud Build runs every step as one account, so there is a build for each weight of rights: `checker` runs the
# project's tests and all that they install, and may only write its log; `planner` reads settings, no customer's data;
# `deployer` changes what infra/*.tf makes, and nothing else.
locals {
  builder = { for name, account in google_service_account.builder : name => "serviceAccount:${account.account_id}@${local.accounts}" }

  state   = "${var.project}-terraform-state"
  of_ours = "resource.name.startsWith(\"projects/_/buckets/${var.project}-abroll-\")"

  # Listing is asked of the bucket, an object of its name; `owner/`, this folder's own state, is nobody's else.
  objects = {
    archives = "resource.name.startsWith(\"projects/_/buckets/${var.project}-abroll-archives/objects/\")"
    state    = "resource.type == \"storage.googleapis.com/Bucket\" || resource.name.startsWith(\"projects/_/buckets/${local.state}/objects/abroll/\")"
  }
}

resource "google_service_account" "builder" {
  for_each = {
    checker  = "Tests what is to be deployed."
    deployer = "Applies a plan."
    planner  = "Plans a deployment."
  }

  account_id   = "abroll-${each.key}"
  description  = each.value
  display_name = "abroll ${each.key}"
}

# sources: what a person sends in, read by the first two builds. plans: what planning leaves, which alone is applied.
resource "google_storage_bucket" "builds" {
  for_each = toset(["plans", "sources"])

  location                    = var.region
  name                        = "${var.project}-build-${each.key}"
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 30
    }
  }
}

resource "google_storage_bucket_iam_binding" "plans_readers" {
  bucket  = google_storage_bucket.builds["plans"].name
  members = [local.builder.deployer]
  role    = "roles/storage.objectViewer"
}

resource "google_storage_bucket_iam_binding" "plans_writers" {
  bucket  = google_storage_bucket.builds["plans"].name
  members = [local.builder.planner]
  role    = "roles/storage.objectCreator"
}

resource "google_storage_bucket_iam_binding" "sources_readers" {
  bucket  = google_storage_bucket.builds["sources"].name
  members = [local.builder.checker, local.builder.planner]
  role    = "roles/storage.objectViewer"
}

resource "google_storage_bucket_iam_member" "state" {
  for_each = { deployer = "roles/storage.objectUser", planner = "roles/storage.objectViewer" }

  bucket = local.state
  member = local.builder[each.key]
  role   = each.value

  condition {
    expression = local.objects.state
    title      = "state of abroll"
  }
}

resource "google_project_iam_member" "builder_logs" {
  for_each = local.builder

  member  = each.value
  project = var.project
  role    = "roles/logging.logWriter"
}

resource "google_project_iam_member" "archives" {
  for_each = { deployer = "roles/storage.objectUser", planner = "roles/storage.objectViewer" }

  member  = local.builder[each.key]
  project = var.project
  role    = each.value

  condition {
    expression = local.objects.archives
    title      = "archives of functions"
  }
}

resource "google_project_iam_member" "things" {
  for_each = { deployer = google_project_iam_custom_role.applies, planner = google_project_iam_custom_role.plans }

  member  = local.builder[each.key]
  project = var.project
  role    = "projects/${var.project}/roles/${each.value.role_id}"
}

resource "google_project_iam_member" "buckets" {
  member  = local.builder.deployer
  project = var.project
  role    = "projects/${var.project}/roles/${google_project_iam_custom_role.applies_buckets.role_id}"

  condition {
    expression = local.of_ours
    title      = "buckets of abroll"
  }
}

resource "google_project_iam_member" "platform_secrets" {
  member  = local.builder.deployer
  project = var.project
  role    = "projects/${var.project}/roles/${google_project_iam_custom_role.applies_secret.role_id}"

  condition {
    expression = join(" || ", [
      for name in ["abroll-callback-key", "abroll-session-keys"] :
      "resource.name == \"projects/${data.google_project.this.number}/secrets/${name}\""
    ])
    title = "the platform's secrets"
  }
}

# The functions' rights on the project are granted by infra/*.tf, so the deployer sets the project's policy: for the
# roles that are granted there and no other. It can make nobody an owner, an editor or an administrator.
resource "google_project_iam_member" "grants" {
  member  = local.builder.deployer
  project = var.project
  role    = "roles/resourcemanager.projectIamAdmin"

  condition {
    expression = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(${local.grantable_text})"
    title      = "roles of functions"
  }
}

data "google_project" "this" {
  project_id = var.project
}
