locals {
  # What shared/config.py requires, and three switches of the platform's. Endpoints and exceptions for private
  # addresses are the laptop's alone: a test says none is set here.
  environment = {
    ABROLL_FILMS_BUCKET = google_storage_bucket.files["films"].name
    ABROLL_INVOKER      = local.invoker["tasks"]
    ABROLL_LOCATION     = var.region
    ABROLL_PROJECT      = var.project
    ABROLL_PUBLIC_URL   = local.public_url
    ABROLL_TAKES_BUCKET = google_storage_bucket.files["takes"].name
    ABROLL_TASK_URL     = local.task_url

    DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA = "true" # one request more for each bucket, for nothing
    GRPC_ENABLE_FORK_SUPPORT                       = "1"    # gunicorn imports us before it forks
    LOG_EXECUTION_ID                               = "true"
  }

  # Links to films are built from it when they are asked for. Google's own address goes on answering beside another one.
  public_url = coalesce(var.public_url, "https://${var.region}-${var.project}.cloudfunctions.net")
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.functions

  # The first line of main.py is "name: what it does."
  description = regex("^\"\"\"\\w+: (.*)\"\"\"", file("${path.module}/../functions/${each.key}/main.py"))[0]
  location    = var.region
  name        = each.key

  build_config {
    docker_repository = google_artifact_registry_repository.images.id
    entry_point       = "main"
    runtime           = "python313"
    service_account   = "projects/${var.project}/serviceAccounts/${local.build}"

    source {
      storage_source {
        bucket = google_storage_bucket.archives.name
        object = google_storage_bucket_object.archive[each.key].name
      }
    }
  }

  dynamic "event_trigger" {
    for_each = each.value.caller == "events" ? [each.value.bucket] : []

    content {
      event_type            = "google.cloud.storage.object.v1.finalized"
      retry_policy          = "RETRY_POLICY_RETRY"
      service_account_email = local.invoker["events"]
      trigger_region        = var.region

      event_filters {
        attribute = "bucket"
        value     = google_storage_bucket.files[event_trigger.value].name
      }
    }
  }

  service_config {
    all_traffic_on_latest_revision   = true
    available_cpu                    = each.value.cpu
    available_memory                 = each.value.memory
    environment_variables            = merge(local.environment, { THREADS = tostring(each.value.concurrency) })
    ingress_settings                 = each.value.caller == "anyone" ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    max_instance_count               = coalesce(try(var.instances[each.key].max, null), each.value.max_instances)
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = try(var.instances[each.key].min, 0)
    service_account_email            = local.runtime[each.key]
    timeout_seconds                  = each.value.timeout_seconds
  }

  # A function that answers before its index is ready, or before its builder may read, fails.
  depends_on = [
    google_artifact_registry_repository_iam_binding.writers,
    google_firestore_index.composite,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
    google_project_iam_member.events_receiver,
    google_project_iam_member.storage_publisher,
    google_storage_bucket_iam_binding.archives_readers,
  ]
}

# Who may call: the platform checks it before our code runs. Where that is anybody, an API key or a signature is asked.
resource "google_cloud_run_service_iam_member" "caller" {
  for_each = local.functions

  location = var.region
  member   = each.value.caller == "anyone" ? "allUsers" : "serviceAccount:${local.invoker[each.value.caller]}"
  role     = "roles/run.invoker"
  service  = replace(google_cloudfunctions2_function.function[each.key].name, "_", "-")

  lifecycle {
    replace_triggered_by = [google_cloudfunctions2_function.function[each.key].id]
  }
}
