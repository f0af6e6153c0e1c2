# What the owner's plan must say, against a stand-in provider. tests/infra runs the same assertions after an apply too.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  # An account's name has a form the provider insists on; real ones differ.
  mock_resource "google_service_account" {
    defaults = { name = "projects/shop-films/serviceAccounts/abroll@shop-films.iam.gserviceaccount.com" }
  }
}

variables {
  project = "shop-films"
  region  = "us-central1"
}

run "rights" {
  command = plan

  assert {
    condition = jsonencode({
      for who, rights in output.who_may_do_what : trimsuffix(who, "@shop-films.iam.gserviceaccount.com") => rights
    }) == jsonencode(jsondecode(file("${path.module}/tests/who_may_do_what.json")))
    error_message = "Rights differ from infra/owner/tests/who_may_do_what.json: decide there who may do what."
  }
}

run "checker" {
  command = plan

  assert {
    condition = output.who_may_do_what["abroll-checker@shop-films.iam.gserviceaccount.com"] == [
      "logging.logWriter on the project", "storage.objectViewer on shop-films-build-sources",
    ]
    error_message = "What the tests install could touch the cloud."
  }
}

run "planner" {
  command = plan

  assert {
    condition = alltrue([
      for permission in google_project_iam_custom_role.plans.permissions :
      can(regex("\\.(fullView|get|getIamPolicy|getMetadata|list)$", permission))
    ])
    error_message = "Planning could change something."
  }
}

run "no_customers_data" {
  command = plan

  assert {
    condition = alltrue([
      for permission in setunion(
        google_project_iam_custom_role.applies.permissions,
        google_project_iam_custom_role.applies_buckets.permissions,
        google_project_iam_custom_role.applies_secret.permissions,
        google_project_iam_custom_role.plans.permissions,
      ) :
      !can(regex("^(datastore\\.entities|secretmanager\\.versions|storage\\.objects|cloudtasks\\.tasks|logging\\.logEntries)\\.", permission))
    ])
    error_message = "A build could read documents, secrets, files, tasks or logs."
  }
}

run "deployer" {
  command = plan

  assert {
    condition = alltrue([
      for permission in google_project_iam_custom_role.applies.permissions :
      !can(regex("^(iam|resourcemanager)\\.", permission)) || contains(["resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy"], permission)
    ])
    error_message = "Applying could make accounts, change roles, or act as somebody else."
  }

  assert {
    condition = google_project_iam_member.grants.condition[0].expression == join("", [
      "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([",
      "'projects/shop-films/roles/abrollSecretEnder', ",
      "'projects/shop-films/roles/abrollSecretKeeper', 'projects/shop-films/roles/abrollSecretMaker', ",
      "'projects/shop-films/roles/abrollVersionEnder', ",
      "'roles/aiplatform.user', 'roles/datastore.user', 'roles/datastore.viewer', 'roles/eventarc.eventReceiver', ",
      "'roles/logging.logWriter', 'roles/pubsub.publisher', 'roles/secretmanager.secretAccessor', ",
      "'roles/storage.objectViewer'])",
    ])
    error_message = "Applying could give a role that infra/*.tf does not give."
  }

  assert {
    condition = alltrue([
      for bucket in google_storage_bucket.builds : !startswith("projects/_/buckets/${bucket.name}", "projects/_/buckets/shop-films-abroll-")
    ])
    error_message = "Applying could say who may send in sources, or leave itself a plan."
  }

  assert {
    condition = google_storage_bucket_iam_member.state["deployer"].condition[0].expression == join(" || ", [
      "resource.type == \"storage.googleapis.com/Bucket\"",
      "resource.name.startsWith(\"projects/_/buckets/shop-films-terraform-state/objects/abroll/\")",
    ])
    error_message = "Applying could write the owner's own state."
  }
}

run "secrets" {
  command = plan

  assert {
    condition = google_project_iam_custom_role.secret_maker.permissions == toset(["secretmanager.secrets.create"]) && (
      !contains(google_project_iam_custom_role.secret_keeper.permissions, "secretmanager.secrets.list")
    ) && google_project_iam_custom_role.secret_ender.permissions == toset(["secretmanager.secrets.delete", "secretmanager.versions.list"]) && google_project_iam_custom_role.version_ender.permissions == toset(["secretmanager.versions.destroy", "secretmanager.versions.list"])
    error_message = "The tenant function may do more to secrets than make, read, renew and delete its own, or the sweep read one."
  }
}
