# What a plan must say, against stand-in providers. tests/infra runs the same assertions once more after an apply.
mock_provider "archive" {
  mock_data "archive_file" {
    defaults = { output_md5 = "0cc175b9c0f1b6a831c399e269772661" }
  }
}

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  mock_data "google_storage_project_service_account" {
    defaults = { email_address = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com" }
  }
}

variables {
  alert_email        = "ops@example.com"
  firestore_location = null
  instances          = {}
  project            = "shop-films"
  public_url         = ""
  region             = "us-central1"
}

run "doors" {
  command = plan

  assert {
    condition = { for name, who in output.who_may_call : name => trimsuffix(who, "@shop-films.iam.gserviceaccount.com") } == {
      api              = "allUsers"
      batches          = "allUsers"
      catalog          = "allUsers"
      compose          = "serviceAccount:abroll-tasks-invoker"
      console          = "allUsers"
      create_job       = "allUsers"
      feed_batch       = "serviceAccount:abroll-tasks-invoker"
      health           = "allUsers"
      heygen_webhook   = "allUsers"
      jobs             = "allUsers"
      mcp              = "allUsers"
      notify           = "serviceAccount:abroll-tasks-invoker"
      paint_part       = "serviceAccount:abroll-tasks-invoker"
      provider_webhook = "allUsers"
      radar            = "serviceAccount:abroll-scheduler-invoker"
      reap             = "serviceAccount:abroll-scheduler-invoker"
      start_clip       = "serviceAccount:abroll-tasks-invoker"
      start_presenter  = "serviceAccount:abroll-tasks-invoker"
      sweep            = "serviceAccount:abroll-scheduler-invoker"
      tenant           = "allUsers"
      veo_output       = "serviceAccount:abroll-events-invoker"
      watch_clip       = "serviceAccount:abroll-tasks-invoker"
      watch_presenter  = "serviceAccount:abroll-tasks-invoker"
    }
    error_message = "Somebody else may call a function than was decided."
  }

  assert {
    condition = alltrue([
      for name, function in google_cloudfunctions2_function.function :
      function.service_config[0].ingress_settings == (output.who_may_call[name] == "allUsers" ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY")
    ])
    error_message = "A function nobody outside may call is reachable from outside, or the other way round."
  }

  assert {
    condition = alltrue([
      for name, grant in google_cloud_run_service_iam_member.caller :
      grant.service == replace(name, "_", "-") && grant.role == "roles/run.invoker"
    ])
    error_message = "A grant is not on its function's own Cloud Run service."
  }

  assert {
    condition = google_cloudfunctions2_function.function["veo_output"].event_trigger[0].retry_policy == "RETRY_POLICY_RETRY" && [
      for filter in google_cloudfunctions2_function.function["veo_output"].event_trigger[0].event_filters : filter.value
    ] == ["shop-films-abroll-takes"]
    error_message = "A film that arrives is not told to veo_output until it has heard."
  }

  assert {
    condition = google_cloud_scheduler_job.tick["sweep"].schedule == "* * * * *" && (
      google_cloud_scheduler_job.tick["sweep"].http_target[0].oidc_token[0].audience == "https://sweep-123456789012.us-central1.run.app"
    )
    error_message = "The sweep does not tick each minute, or under another audience than its own."
  }

  assert {
    condition     = google_cloud_scheduler_job.tick["radar"].schedule == "20 5 * * *"
    error_message = "Nobody looks once a day whether the models still exist."
  }
}

run "functions" {
  command = plan

  assert {
    condition = length(distinct([
      for function in google_cloudfunctions2_function.function : function.service_config[0].service_account_email
    ])) == length(local.functions)
    error_message = "Two functions share an identity."
  }

  assert {
    condition = alltrue([
      for name, function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["THREADS"] == tostring(function.service_config[0].max_instance_request_concurrency)
    ])
    error_message = "An instance admits another number of requests than it has threads."
  }

  assert {
    condition = alltrue([
      for name, row in local.functions :
      google_cloudfunctions2_function.function[name].service_config[0].timeout_seconds == row.timeout_seconds &&
      google_cloudfunctions2_function.function[name].service_config[0].available_memory == row.memory &&
      google_cloudfunctions2_function.function[name].service_config[0].available_cpu == row.cpu &&
      google_cloudfunctions2_function.function[name].service_config[0].max_instance_count == row.max_instances
    ])
    error_message = "A function is not as big, or not as patient, as the table says."
  }

  assert {
    condition     = google_cloudfunctions2_function.function["create_job"].service_config[0].environment_variables["ABROLL_TASK_URL"] == "https://{service}-123456789012.us-central1.run.app"
    error_message = "Tasks would not find their functions."
  }

  assert {
    condition     = output.public_url == "https://us-central1-shop-films.cloudfunctions.net"
    error_message = "The public URL is not the one callers are told."
  }

  assert {
    condition = alltrue([
      for name, object in google_storage_bucket_object.archive : object.name == "${name}-0cc175b9c0f1b6a831c399e269772661.zip"
    ])
    error_message = "An archive's name does not carry its content's hash."
  }
}

run "rights" {
  command = plan

  assert {
    condition = jsonencode({
      for who, rights in output.who_may_do_what :
      trimsuffix(who, "@shop-films.iam.gserviceaccount.com") => [
        for right in rights : trimsuffix(right, "@shop-films.iam.gserviceaccount.com")
      ]
    }) == jsonencode(jsondecode(file("${path.module}/tests/who_may_do_what.json")))
    error_message = "Rights differ from infra/tests/who_may_do_what.json: decide there who may do what."
  }

  assert {
    condition = local.secret_condition == {
      customer_webhook_secrets = "resource.name.startsWith(\"projects/123456789012/secrets/abroll-webhook-production-\")"
      footage_keys             = "resource.name.startsWith(\"projects/123456789012/secrets/abroll-heygen-production-\") || resource.name.startsWith(\"projects/123456789012/secrets/abroll-heygen-test-\")"
      heygen_webhook_secrets   = "resource.name.startsWith(\"projects/123456789012/secrets/abroll-heygen-webhook-\")"
      presenter_keys           = "resource.name.startsWith(\"projects/123456789012/secrets/abroll-did-production-\") || resource.name.startsWith(\"projects/123456789012/secrets/abroll-did-test-\") || resource.name.startsWith(\"projects/123456789012/secrets/abroll-heygen-production-\") || resource.name.startsWith(\"projects/123456789012/secrets/abroll-heygen-test-\")"
      tenant_secrets           = "resource.name.startsWith(\"projects/123456789012/secrets/abroll-did-\") || resource.name.startsWith(\"projects/123456789012/secrets/abroll-heygen-\") || resource.name.startsWith(\"projects/123456789012/secrets/abroll-webhook-\")"
    }
    error_message = "A function could read secrets of another kind."
  }
}

run "queues" {
  command = plan

  assert {
    condition = alltrue([
      for name, row in local.table.queues :
      google_cloud_tasks_queue.queue[name].rate_limits[0].max_dispatches_per_second == row.max_dispatches_per_second &&
      google_cloud_tasks_queue.queue[name].rate_limits[0].max_concurrent_dispatches == row.max_concurrent_dispatches &&
      google_cloud_tasks_queue.queue[name].retry_config[0].max_attempts == row.max_attempts &&
      google_cloud_tasks_queue.queue[name].retry_config[0].min_backoff == "${row.min_backoff}s" &&
      google_cloud_tasks_queue.queue[name].retry_config[0].max_backoff == "${row.max_backoff}s" &&
      google_cloud_tasks_queue.queue[name].retry_config[0].max_doublings == row.max_doublings
    ])
    error_message = "A queue is not what the table says, so the laptop tests another one."
  }

  assert {
    condition     = toset(keys(google_cloud_tasks_queue.queue)) == toset(["batch", "compose", "did", "heygen-video", "notify", "paint", "presenter", "veo", "watch"])
    error_message = "A queue is missing, or one too many; a deleted queue's name is gone for days."
  }
}

run "data" {
  command = plan

  assert {
    condition = alltrue([
      for bucket in concat(values(google_storage_bucket.files), [google_storage_bucket.archives]) :
      bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access
    ])
    error_message = "A bucket could be opened to the world."
  }

  assert {
    condition = {
      for name, bucket in google_storage_bucket.files :
      name => {
        for rule in bucket.lifecycle_rule : one(one(rule.condition).matches_prefix) => one(rule.condition).age
        if one(rule.action).type == "Delete"
      }
    } == { films = { "batches/" = 100, "clips/" = 400, "images/" = 400, "music/" = 400, "parts/" = 1 }, takes = {} }
    error_message = "Files live longer or shorter than promised."
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "The database could be deleted, or an hour of it lost."
  }

  assert {
    condition     = length(google_firestore_index.composite) == length(local.indexes.indexes) && length(google_firestore_field.override) == length(local.indexes.fieldOverrides)
    error_message = "An index or an exemption of the list is not made."
  }

  assert {
    condition = alltrue([
      for override in local.indexes.fieldOverrides :
      length(google_firestore_field.override["${override.collectionGroup} ${override.fieldPath}"].ttl_config) == (try(override.ttl, false) ? 1 : 0)
    ])
    error_message = "A document that should end does not, or the other way round."
  }
}

run "alarms" {
  command = plan

  assert {
    condition = google_monitoring_alert_policy.sweep_silent.severity == "CRITICAL" && (
      google_monitoring_alert_policy.sweep_silent.conditions[0].condition_absent[0].duration == "300s"
    )
    error_message = "Nobody hears when the sweep is silent."
  }

  assert {
    condition     = strcontains(google_logging_metric.sweeps.filter, "jsonPayload.fact=\"swept\"") && strcontains(google_logging_metric.sweeps.filter, "service_name=\"sweep\"")
    error_message = "The dead man's switch counts something else than the sweep's own line."
  }

  assert {
    condition = alltrue([
      for policy in [
        google_monitoring_alert_policy.alarms,
        google_monitoring_alert_policy.backlog,
        google_monitoring_alert_policy.crashing,
        google_monitoring_alert_policy.failing,
        google_monitoring_alert_policy.refused,
        google_monitoring_alert_policy.sweep_silent,
        google_monitoring_alert_policy.unwell,
      ] :
      policy.combiner == "OR"
    ]) && keys(google_monitoring_notification_channel.email) == ["ops@example.com"]
    error_message = "An alarm reaches nobody."
  }

  assert {
    condition = strcontains(google_logging_metric.alarms.filter, "spend_mark") && !strcontains(google_logging_metric.alarms.filter, "crashed") && strcontains(google_logging_metric.crashes.filter, "jsonPayload.fact=\"crashed\"") && (
      google_monitoring_alert_policy.crashing.conditions[0].condition_threshold[0].threshold_value >= 5 &&
      google_monitoring_alert_policy.crashing.conditions[0].condition_threshold[0].aggregations[0].alignment_period == "600s"
    )
    error_message = "One crash, which anybody may find a way to, rings at night; or many ring nobody."
  }
}

# Each rings without any success before it.
run "never_worked" {
  command = plan

  assert {
    condition = strcontains(google_logging_metric.refused_calls.filter, "httpRequest.status=(401 OR 403)") && alltrue([
      for name, who in output.who_may_call :
      strcontains(google_logging_metric.refused_calls.filter, "\"${replace(name, "_", "-")}\"") == (who != "allUsers")
    ])
    error_message = "A refused tick, event or task is not counted, or a stranger at a public door is."
  }

  assert {
    condition = strcontains(google_logging_metric.refused_tasks.filter, "cloudtasks.googleapis.com/task_operations_log") && alltrue([
      for status in ["NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED"] : strcontains(google_logging_metric.refused_tasks.filter, status)
      ]) && alltrue([
      for queue in google_cloud_tasks_queue.queue : queue.stackdriver_logging_config[0].sampling_ratio == 1
    ])
    error_message = "An attempt that nobody lets in is not counted, or its queue writes no log."
  }

  assert {
    condition = [for condition in google_monitoring_alert_policy.refused.conditions : condition.condition_threshold[0].comparison] == [
      "COMPARISON_GT", "COMPARISON_GT"
      ] && alltrue([
        for condition in google_monitoring_alert_policy.refused.conditions : condition.condition_threshold[0].threshold_value == 3
    ])
    error_message = "Refused calls do not ring, or only where something is missing."
  }

  assert {
    condition = {
      for condition in google_monitoring_alert_policy.backlog.conditions :
      split(":", condition.display_name)[0] => condition.condition_threshold[0].threshold_value if strcontains(condition.display_name, ":")
    } == { for name, row in local.table.queues : name => row.max_dispatches_per_second * 1200 }
    error_message = "A queue that does not drain rings nobody."
  }

  assert {
    condition = google_monitoring_uptime_check_config.health.http_check[0].path == "/health" && (
      google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host == "us-central1-shop-films.cloudfunctions.net"
    ) && google_monitoring_alert_policy.unwell.severity == "CRITICAL"
    error_message = "Nobody asks from outside whether abroll is well."
  }
}

run "an_address_of_its_own" {
  command = plan

  variables {
    public_url = "https://films.example.com/v1"
  }

  assert {
    condition = output.public_url == "https://films.example.com/v1" && alltrue([
      for function in google_cloudfunctions2_function.function :
      function.service_config[0].environment_variables["ABROLL_PUBLIC_URL"] == "https://films.example.com/v1"
    ])
    error_message = "Links are built from another address than the operator's."
  }

  assert {
    condition = google_monitoring_uptime_check_config.health.http_check[0].path == "/v1/health" && (
      google_monitoring_uptime_check_config.health.monitored_resource[0].labels.host == "films.example.com"
    )
    error_message = "Health is asked at an address callers do not use."
  }

  assert {
    condition     = google_cloudfunctions2_function.function["create_job"].service_config[0].environment_variables["ABROLL_TASK_URL"] == "https://{service}-123456789012.us-central1.run.app"
    error_message = "Tasks would leave by the public address."
  }
}

run "nobody_to_tell" {
  command = plan

  variables {
    alert_email = ""
  }

  assert {
    condition     = length(google_monitoring_notification_channel.email) == 0
    error_message = "Without an address there is still a channel."
  }
}

run "more_instances" {
  command = plan

  variables {
    instances = { jobs = { max = 50, min = 1 }, create_job = { min = 2 } }
  }

  assert {
    condition = [
      for name in ["jobs", "create_job", "health"] :
      "${google_cloudfunctions2_function.function[name].service_config[0].min_instance_count}-${google_cloudfunctions2_function.function[name].service_config[0].max_instance_count}"
    ] == ["1-50", "2-20", "0-2"]
    error_message = "An operator's bounds do not stand over the table's, or reach other functions."
  }
}
