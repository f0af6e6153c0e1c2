# Who may do what, read back from the grants themselves and never used to make one. infra/tests holds the golden list,
# so that no right comes about which nobody has decided on.
locals {
  bucket_grants = concat(values(google_storage_bucket_iam_binding.erasers), [
    google_storage_bucket_iam_binding.archives_readers,
    google_storage_bucket_iam_binding.films_readers,
    google_storage_bucket_iam_binding.films_writers,
    google_storage_bucket_iam_binding.takes_readers,
    google_storage_bucket_iam_binding.takes_veo,
    google_storage_bucket_iam_binding.takes_writers,
  ])

  project_grants = concat(
    values(google_project_iam_member.documents),
    values(google_project_iam_member.documents_read),
    values(google_project_iam_member.footage),
    values(google_project_iam_member.secret_enders),
    values(google_project_iam_member.secret_keepers),
    values(google_project_iam_member.secret_makers),
    values(google_project_iam_member.secret_readers),
    values(google_project_iam_member.version_enders),
    [
      google_project_iam_member.build_logs,
      google_project_iam_member.build_source,
      google_project_iam_member.events_receiver,
      google_project_iam_member.storage_publisher,
    ],
  )

  queue_grants = concat(
    values(google_cloud_tasks_queue_iam_binding.deleters),
    values(google_cloud_tasks_queue_iam_binding.enqueuers),
    values(google_cloud_tasks_queue_iam_binding.lookers),
  )

  grants = concat(
    [for grant in local.bucket_grants : { on = grant.bucket, role = grant.role, who = grant.members }],
    [for grant in local.project_grants : {
      on   = try(grant.condition[0].title, "the project")
      role = grant.role
      who  = [grant.member]
    }],
    [for grant in local.queue_grants : { on = grant.name, role = grant.role, who = grant.members }],
    [
      {
        on   = google_artifact_registry_repository_iam_binding.writers.repository
        role = google_artifact_registry_repository_iam_binding.writers.role
        who  = google_artifact_registry_repository_iam_binding.writers.members
      },
      {
        on   = google_secret_manager_secret_iam_binding.callback_key.secret_id
        role = google_secret_manager_secret_iam_binding.callback_key.role
        who  = google_secret_manager_secret_iam_binding.callback_key.members
      },
      {
        on   = google_secret_manager_secret_iam_binding.session_keys.secret_id
        role = google_secret_manager_secret_iam_binding.session_keys.role
        who  = google_secret_manager_secret_iam_binding.session_keys.members
      },
    ],
  )

  who_may_do_what = {
    for who in distinct(flatten([for grant in local.grants : tolist(grant.who)])) :
    trimprefix(who, "serviceAccount:") => [
      for role, on in {
        for grant in local.grants : reverse(split("/", grant.role))[0] => grant.on... if contains(grant.who, who)
      } : "${role} on ${join(", ", sort(on))}"
    ]
  }
}
