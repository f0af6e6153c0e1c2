# What never worked writes no line and misses none: these alarms need no success before they ring. Health is asked from
# outside, whoever refuses a task or a tick is counted where it is refused, and a queue's own figures tell what waits.
locals {
  doors    = join(" OR ", [for name, row in local.functions : "\"${local.service[name]}\"" if row.caller != "anyone"])
  outside  = regex("^https://(?P<host>[^/]+)(?P<path>.*)$", local.public_url)
  patience = 1200 # seconds a task may wait for its turn

  refused = {
    calls = "${local.revision} AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.refused_calls.name}\""
    tasks = "resource.type = \"cloud_tasks_queue\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.refused_tasks.name}\""
  }
}

# Without a container's line: the platform refuses before our code runs, and its own log of requests is all there is.
resource "google_logging_metric" "refused_calls" {
  description = "Calls of a task, an event or a tick that were not let in."
  filter = join(" AND ", [
    local.revision,
    "log_id(\"run.googleapis.com/requests\")",
    "resource.labels.service_name=(${local.doors})",
    "httpRequest.status=(401 OR 403)",
  ])
  name = "abroll/refused_calls"

  metric_descriptor {
    metric_kind = "DELTA"
    unit        = "1"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "refused_tasks" {
  description = "Attempts at a task that nobody let in, or found nobody, by the queue's own log."
  filter = join(" AND ", [
    "resource.type = \"cloud_tasks_queue\"",
    "log_id(\"cloudtasks.googleapis.com/task_operations_log\")",
    "jsonPayload.attemptResponseLog.status=(\"NOT_FOUND\" OR \"PERMISSION_DENIED\" OR \"UNAUTHENTICATED\")",
  ])
  name = "abroll/refused_tasks"

  metric_descriptor {
    metric_kind = "DELTA"
    unit        = "1"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "refused" {
  combiner              = "OR"
  display_name          = "abroll: nobody lets the line's own calls in"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "CRITICAL"

  dynamic "conditions" {
    for_each = { calls = "service_name", tasks = "queue_id" }

    content {
      display_name = "more than three refused ${conditions.key} of one ${conditions.value} in five minutes"

      condition_threshold {
        comparison      = "COMPARISON_GT"
        duration        = "0s"
        filter          = local.refused[conditions.key]
        threshold_value = 3

        aggregations {
          alignment_period     = "300s"
          cross_series_reducer = "REDUCE_SUM"
          group_by_fields      = ["resource.label.${conditions.value}"]
          per_series_aligner   = "ALIGN_DELTA"
        }
      }
    }
  }

  documentation {
    content   = "Tasks, events or ticks are answered 401, 403 or 404: jobs stand still, none is lost. Compare `terraform output who_may_call` with the service's invokers, and ABROLL_TASK_URL with the services' URLs."
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "backlog" {
  combiner              = "OR"
  display_name          = "abroll: a queue does not drain"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "ERROR"

  # Whether or not one task has ever been handed out.
  dynamic "conditions" {
    for_each = local.table.queues

    content {
      display_name = "${conditions.key}: more tasks wait than it hands out in ${local.patience / 60} minutes"

      condition_threshold {
        comparison      = "COMPARISON_GT"
        duration        = "600s"
        filter          = "resource.type = \"cloud_tasks_queue\" AND resource.labels.queue_id = \"${conditions.key}\" AND metric.type = \"cloudtasks.googleapis.com/queue/depth\""
        threshold_value = conditions.value.max_dispatches_per_second * local.patience

        aggregations {
          alignment_period   = "60s"
          per_series_aligner = "ALIGN_MEAN"
        }
      }
    }
  }

  conditions {
    display_name = "tasks come ${local.patience / 60} minutes after their time"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      duration        = "600s"
      filter          = "resource.type = \"cloud_tasks_queue\" AND metric.type = \"cloudtasks.googleapis.com/queue/task_attempt_delays\""
      threshold_value = local.patience * 1000 # milliseconds

      aggregations {
        alignment_period     = "300s"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["resource.label.queue_id"]
        per_series_aligner   = "ALIGN_PERCENTILE_99"
      }
    }
  }

  documentation {
    content   = "Work comes faster than the queue's rate or its functions' instances allow, or the queue is paused: `gcloud tasks queues describe`. Rates stand in infra/functions.json."
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_uptime_check_config" "health" {
  display_name     = "abroll: health"
  period           = "300s"
  selected_regions = ["ASIA_PACIFIC", "EUROPE", "USA"]
  timeout          = "10s"

  http_check {
    path         = "${local.outside.path}/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    labels = {
      host       = local.outside.host
      project_id = var.project
    }
    type = "uptime_url"
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "unwell" {
  combiner              = "OR"
  display_name          = "abroll: health is not well"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "CRITICAL"

  conditions {
    display_name = "asked from two places, for ten minutes"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      duration        = "600s"
      filter          = "resource.type = \"uptime_url\" AND metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id = \"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
      threshold_value = 1

      aggregations {
        alignment_period     = "600s"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
        per_series_aligner   = "ALIGN_NEXT_OLDER"
      }
    }
  }

  documentation {
    content   = "`GET /health` says which check fails: a service of Google's, the platform's secret (`python -m infra.admin bootstrap` makes it), or the sweep, which may never have come by. No answer at all: the address, its certificate, or the function."
    mime_type = "text/markdown"
  }
}
