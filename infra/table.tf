# infra/functions.json and infra/firestore.indexes.json are the inventory; the laptop reads the same two files.
locals {
  indexes = jsondecode(file("${path.module}/firestore.indexes.json"))
  table   = jsondecode(file("${path.module}/functions.json"))

  functions = local.table.functions

  # A function's name has underscores and stands in the public URL; its Cloud Run service has hyphens.
  service = { for name in keys(local.functions) : name => replace(name, "_", "-") }

  # What a task is addressed to, known before the service exists: a step enqueues itself.
  task_url = "https://{service}-${data.google_project.this.number}.${var.region}.run.app"
  url      = { for name, service in local.service : name => replace(local.task_url, "{service}", service) }

  # Each word of the table's `uses`, and the functions that say it; the grant stands beside the thing it opens.
  users = {
    for word in distinct(flatten([for row in values(local.functions) : row.uses])) :
    word => [for name, row in local.functions : name if contains(row.uses, word)]
  }
}
