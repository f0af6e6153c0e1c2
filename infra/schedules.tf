resource "google_cloud_scheduler_job" "tick" {
  for_each = local.table.schedules

  attempt_deadline = "${local.functions[each.key].timeout_seconds}s"
  name             = "abroll-${local.service[each.key]}"
  region           = var.region
  schedule         = each.value.cron
  time_zone        = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "${local.url[each.key]}/"

    oidc_token {
      audience              = local.url[each.key]
      service_account_email = local.invoker["scheduler"]
    }
  }

  # The next tick comes anyway.
  retry_config {
    retry_count = 0
  }

  depends_on = [google_cloud_run_service_iam_member.caller]
}
