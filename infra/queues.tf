# A deleted queue's name is not to be had for days: a queue is changed, never made again.
resource "google_cloud_tasks_queue" "queue" {
  for_each = local.table.queues

  location = var.region
  name     = each.key

  rate_limits {
    max_concurrent_dispatches = each.value.max_concurrent_dispatches
    max_dispatches_per_second = each.value.max_dispatches_per_second
  }

  # No max_retry_duration: attempts alone decide which one is the last.
  retry_config {
    max_attempts  = each.value.max_attempts
    max_backoff   = "${each.value.max_backoff}s"
    max_doublings = each.value.max_doublings
    min_backoff   = "${each.value.min_backoff}s"
  }

  stackdriver_logging_config {
    sampling_ratio = 1
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

resource "google_cloud_tasks_queue_iam_binding" "deleters" {
  for_each = local.table.queues

  location = var.region
  members  = [for name in local.users.delete_tasks : local.member[name]]
  name     = google_cloud_tasks_queue.queue[each.key].name
  role     = "roles/cloudtasks.taskDeleter"
}

resource "google_cloud_tasks_queue_iam_binding" "enqueuers" {
  for_each = local.table.queues

  location = var.region
  members = [
    for name in concat(local.users.enqueue, lookup(local.users, "enqueue_${each.key}", [])) : local.member[name]
  ]
  name = google_cloud_tasks_queue.queue[each.key].name
  role = "roles/cloudtasks.enqueuer"
}

resource "google_cloud_tasks_queue_iam_binding" "lookers" {
  for_each = local.table.queues

  location = var.region
  members  = [for name in local.users.look_up_tasks : local.member[name]]
  name     = google_cloud_tasks_queue.queue[each.key].name
  role     = "roles/cloudtasks.viewer"
}
