# Who may do what, read back from this folder's grants; the golden list is tests/who_may_do_what.json.
locals {
  grants = concat(
    [
      for grant in concat(
        values(google_project_iam_member.archives),
        values(google_project_iam_member.builder_logs),
        values(google_project_iam_member.things),
        [
          google_project_iam_member.buckets,
          google_project_iam_member.grants,
          google_project_iam_member.platform_secrets,
        ],
      ) :
      { on = try(grant.condition[0].title, "the project"), role = grant.role, who = [grant.member] }
    ],
    [
      for grant in [
        google_storage_bucket_iam_binding.plans_readers,
        google_storage_bucket_iam_binding.plans_writers,
        google_storage_bucket_iam_binding.sources_readers,
      ] :
      { on = grant.bucket, role = grant.role, who = grant.members }
    ],
    [
      for grant in values(google_storage_bucket_iam_member.state) :
      { on = grant.condition[0].title, role = grant.role, who = [grant.member] }
    ],
    [for name, grant in google_service_account_iam_binding.deployed_as : {
      on = name, role = grant.role, who = grant.members
    }],
    [for name, grant in google_service_account_iam_binding.sign_links : {
      on = "function ${name}", role = grant.role, who = grant.members
    }],
    [{
      on   = "invoker tasks"
      role = google_service_account_iam_binding.tasks_invoker.role
      who  = google_service_account_iam_binding.tasks_invoker.members
    }],
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

output "who_may_do_what" {
  description = "Each account, its roles and on what, as far as the owner grants them."
  value       = local.who_may_do_what
}
