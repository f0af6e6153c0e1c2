# The custom roles. They are made here because whoever may change a role has all that could be written into it.
locals {
  # What infra/*.tf makes, by Google's names, and what applying does to it. Documents, tasks, secrets' values and
  # files stand nowhere in it. Nothing here ends a database, a queue, a bucket or a repository: that is a person's.
  # Read from Google's reference, never tried: what is missing, a refused build names.
  applied = {
    "artifactregistry.repositories"   = ["create", "get", "getIamPolicy", "setIamPolicy", "update"]
    "cloudfunctions.functions"        = ["create", "delete", "get", "update"]
    "cloudfunctions.operations"       = ["get"]
    "cloudscheduler.jobs"             = ["create", "delete", "fullView", "get", "update"]
    "cloudtasks.queues"               = ["create", "get", "getIamPolicy", "setIamPolicy", "update"]
    "datastore.databases"             = ["create", "get", "getMetadata", "update"]
    "datastore.indexes"               = ["create", "delete", "get", "list", "update"]
    "datastore.operations"            = ["get"]
    "logging.logMetrics"              = ["create", "delete", "get", "update"]
    "monitoring.alertPolicies"        = ["create", "delete", "get", "update"]
    "monitoring.notificationChannels" = ["create", "delete", "get", "update"]
    "monitoring.uptimeCheckConfigs"   = ["create", "delete", "get", "update"]
    "resourcemanager.projects"        = ["get", "getIamPolicy"]
    "run.services"                    = ["getIamPolicy", "setIamPolicy"]
    "secretmanager.secrets"           = ["create"]
    "serviceusage.services"           = ["enable", "get", "list"]
    "storage.buckets"                 = ["create"]
  }

  reading = ["fullView", "get", "getIamPolicy", "getMetadata", "list"]

  applies = flatten([for thing, verbs in local.applied : [for verb in verbs : "${thing}.${verb}"]])
  plans = concat(
    flatten([
      for thing, verbs in local.applied : [for verb in verbs : "${thing}.${verb}" if contains(local.reading, verb)]
    ]),
    [
      "secretmanager.secrets.get",
      "secretmanager.secrets.getIamPolicy",
      "storage.buckets.get",
      "storage.buckets.getIamPolicy",
    ],
  )

  # What infra/*.tf grants on the project.
  grantable = [
    "projects/${var.project}/roles/${google_project_iam_custom_role.secret_ender.role_id}",
    "projects/${var.project}/roles/${google_project_iam_custom_role.secret_keeper.role_id}",
    "projects/${var.project}/roles/${google_project_iam_custom_role.secret_maker.role_id}",
    "projects/${var.project}/roles/${google_project_iam_custom_role.version_ender.role_id}",
    "roles/aiplatform.user",
    "roles/datastore.user",
    "roles/datastore.viewer",
    "roles/eventarc.eventReceiver",
    "roles/logging.logWriter",
    "roles/pubsub.publisher",
    "roles/secretmanager.secretAccessor",
    "roles/storage.objectViewer",
  ]

  grantable_text = "[${join(", ", [for role in local.grantable : "'${role}'"])}]"
}

resource "google_project_iam_custom_role" "applies" {
  description = "Makes and changes what abroll consists of; reads no customer's data."
  permissions = local.applies
  role_id     = "abrollApplies"
  title       = "abroll applies"
}

resource "google_project_iam_custom_role" "applies_buckets" {
  description = "Changes a bucket and who may use it."
  permissions = ["storage.buckets.get", "storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy", "storage.buckets.update"]
  role_id     = "abrollAppliesBuckets"
  title       = "abroll applies buckets"
}

resource "google_project_iam_custom_role" "applies_secret" {
  description = "Changes a secret's settings and who may read it; reads no value."
  permissions = [
    "secretmanager.secrets.get",
    "secretmanager.secrets.getIamPolicy",
    "secretmanager.secrets.setIamPolicy",
    "secretmanager.secrets.update",
  ]
  role_id = "abrollAppliesSecret"
  title   = "abroll applies secret"
}

resource "google_project_iam_custom_role" "plans" {
  description = "Reads the settings of what abroll consists of; reads no customer's data."
  permissions = local.plans
  role_id     = "abrollPlans"
  title       = "abroll plans"
}

# Making a secret is asked of the project, where no name exists yet to set a condition on: a role with nothing else.
resource "google_project_iam_custom_role" "secret_maker" {
  description = "Makes secrets; may not read, list or end any."
  permissions = ["secretmanager.secrets.create"]
  role_id     = "abrollSecretMaker"
  title       = "abroll secret maker"
}

resource "google_project_iam_custom_role" "secret_keeper" {
  description = "Adds and reads a secret's versions, and deletes the secret."
  permissions = [
    "secretmanager.secrets.delete",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
  ]
  role_id = "abrollSecretKeeper"
  title   = "abroll secret keeper"
}

resource "google_project_iam_custom_role" "secret_ender" {
  description = "Deletes secrets, and lists versions to know whether there is one; reads and makes none."
  permissions = ["secretmanager.secrets.delete", "secretmanager.versions.list"]
  role_id     = "abrollSecretEnder"
  title       = "abroll secret ender"
}

resource "google_project_iam_custom_role" "version_ender" {
  description = "Lists and destroys a secret's versions; reads none."
  permissions = ["secretmanager.versions.destroy", "secretmanager.versions.list"]
  role_id     = "abrollVersionEnder"
  title       = "abroll version ender"
}

# No role of Google's lists and deletes objects without reading or writing them.
resource "google_project_iam_custom_role" "eraser" {
  description = "Lists and deletes files; reads and writes none."
  permissions = ["storage.objects.delete", "storage.objects.list"]
  role_id     = "abrollEraser"
  title       = "abroll eraser"
}
