# Four things a person must hear of: the sweep is silent, a line asks for a person, we crash again and again, functions
# answer 5xx. A single crash pages nobody: a stranger who finds one request that crashes could ring all night.
locals {
  revision = "resource.type = \"cloud_run_revision\""

  # What the alarms count: lines of shared/log.py by their fact, and the platform's own counts of our services.
  counted = {
    for what, metric in {
      alarms   = "logging.googleapis.com/user/${google_logging_metric.alarms.name}"
      crashes  = "logging.googleapis.com/user/${google_logging_metric.crashes.name}"
      requests = "run.googleapis.com/request_count"
      sweeps   = "logging.googleapis.com/user/${google_logging_metric.sweeps.name}"
    } : what => "${local.revision} AND metric.type = \"${metric}\""
  }

  needs_a_person = "jsonPayload.fact=(\"alarm\" OR \"left_unread\" OR \"spend_mark\" OR \"unreadable\")"
  services       = join(", ", [for service in values(local.service) : "\"${service}\""])
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(compact([var.alert_email]))

  display_name = "abroll: ${each.key}"
  labels       = { email_address = each.key }
  type         = "email"

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "sweeps" {
  description = "Ticks of the sweep that came to their end."
  filter = join(" AND ", [
    local.revision,
    "resource.labels.service_name=\"${local.service["sweep"]}\"",
    "jsonPayload.fact=\"swept\"",
  ])
  name = "abroll/sweeps"

  metric_descriptor {
    metric_kind = "DELTA"
    unit        = "1"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "crashes" {
  description = "Exceptions nobody expected."
  filter      = "${local.revision} AND jsonPayload.fact=\"crashed\""
  name        = "abroll/crashes"

  metric_descriptor {
    metric_kind = "DELTA"
    unit        = "1"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "alarms" {
  description      = "Lines that ask for a person, by their fact."
  filter           = "${local.revision} AND ${local.needs_a_person}"
  label_extractors = { fact = "EXTRACT(jsonPayload.fact)" }
  name             = "abroll/alarms"

  metric_descriptor {
    metric_kind = "DELTA"
    unit        = "1"
    value_type  = "INT64"

    labels {
      description = "The line's name in the register of shared/log.py."
      key         = "fact"
      value_type  = "STRING"
    }
  }

  depends_on = [google_project_service.api]
}

# The dead man's switch: whatever stops the sweep (scheduler, account, function, store), its line is missing. A metric
# may vanish or fall to zero; either counts.
resource "google_monitoring_alert_policy" "sweep_silent" {
  combiner              = "OR"
  display_name          = "abroll: the sweep is silent"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "CRITICAL"

  conditions {
    display_name = "no line of the sweep for five minutes"

    condition_absent {
      duration = "300s"
      filter   = local.counted.sweeps

      aggregations {
        alignment_period     = "60s"
        cross_series_reducer = "REDUCE_SUM"
        per_series_aligner   = "ALIGN_DELTA"
      }
    }
  }

  conditions {
    display_name = "five minutes of ticks, none came to its end"

    condition_threshold {
      comparison      = "COMPARISON_LT"
      duration        = "300s"
      filter          = local.counted.sweeps
      threshold_value = 1

      aggregations {
        alignment_period     = "60s"
        cross_series_reducer = "REDUCE_SUM"
        per_series_aligner   = "ALIGN_DELTA"
      }
    }
  }

  documentation {
    content   = "Late jobs are not pushed, none is lost. Look at the scheduler job abroll-sweep, then at sweep's log."
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "alarms" {
  combiner              = "OR"
  display_name          = "abroll: a person is needed"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "ERROR"

  conditions {
    display_name = "an alarm, something unreadable, or a tenant near its cap"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      duration        = "0s"
      filter          = local.counted.alarms
      threshold_value = 0

      aggregations {
        alignment_period     = "60s"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["metric.label.fact"]
        per_series_aligner   = "ALIGN_DELTA"
      }
    }
  }

  documentation {
    content   = "Ask the log for `${local.needs_a_person}`: the line names the job and what is wrong."
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "crashing" {
  combiner              = "OR"
  display_name          = "abroll: a function crashes again and again"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "ERROR"

  conditions {
    display_name = "more than five crashes of one function in ten minutes"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      duration        = "0s"
      filter          = local.counted.crashes
      threshold_value = 5

      aggregations {
        alignment_period     = "600s"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
        per_series_aligner   = "ALIGN_DELTA"
      }
    }
  }

  documentation {
    content   = "Ask the log for `jsonPayload.fact=\"crashed\"`: each line has its stack. Fewer stand in Error Reporting."
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "failing" {
  combiner              = "OR"
  display_name          = "abroll: functions answer 5xx"
  notification_channels = values(google_monitoring_notification_channel.email)[*].id
  severity              = "WARNING"

  conditions {
    display_name = "more than ten 5xx of one function in five minutes"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      duration        = "0s"
      threshold_value = 10

      filter = join(" AND ", [
        local.counted.requests,
        "metric.labels.response_code_class = \"5xx\"",
        "resource.labels.service_name = one_of(${local.services})",
      ])

      aggregations {
        alignment_period     = "300s"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
        per_series_aligner   = "ALIGN_DELTA"
      }
    }
  }

  documentation {
    content   = "A step's 503: one of Google's stores did not answer, and the queue tries again. A 500 is our bug."
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.api]
}
