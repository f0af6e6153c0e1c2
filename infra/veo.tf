# Veo reads its inputs and writes its films as Vertex AI's own agent; whether it also looks at who called is not known,
# so start_clip may read and create as well (its row in the table).
locals {
  veo_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-aiplatform.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "footage" {
  for_each = toset(local.users.footage)

  member  = local.member[each.key]
  project = var.project
  role    = "roles/aiplatform.user"
}
