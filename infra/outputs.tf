output "public_url" {
  description = "What callers put before a function's name."
  value       = local.environment.ABROLL_PUBLIC_URL
}

output "settings" {
  description = "The functions' settings as a shell reads them, for `python -m infra.admin`."
  value = join("\n", [
    for name, value in local.environment : "export ${name}='${value}'" if startswith(name, "ABROLL_")
  ])
}

output "who_may_call" {
  description = "Each function and who the platform lets in."
  value       = { for name, grant in google_cloud_run_service_iam_member.caller : name => grant.member }
}

output "who_may_do_what" {
  description = "Each account, its roles and on what."
  value       = local.who_may_do_what
}
