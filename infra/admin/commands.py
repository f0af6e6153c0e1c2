"""The operator's command: `python -m infra.admin NOUN VERB …`, JSON on stdout; refusals and the log on stderr.

It speaks to Firestore, Cloud Tasks and Secret Manager itself, with the functions' settings in the environment and the
login of whoever runs it.
"""

from collections.abc import Sequence

import click

from infra.admin import closing, deliveries, export, house, jobs, keys, meters, plans, platform_keys, tenants, vendors
from infra.admin.account_commands import ACCOUNTS
from infra.admin.verbs import DRY, MODE, SETTINGS, Operator, verb
from shared.pipeline.job.status import Status
from shared.wiring import Wiring

EPILOG = """\b
First steps:
  python -m infra.admin bootstrap
  python -m infra.admin tenants add acme "Acme Ltd" --plan pro
Something is stuck:
  python -m infra.admin jobs why JOB
  python -m infra.admin vendor list
Before a roll-out:
  python -m infra.admin drain --why "an update until 14:00 UTC"
  python -m infra.admin drain --off

Nothing that is there is overwritten: a command changes what its name says, and says what it has changed. With
--dry-run it says what it would change, and changes nothing.
"""


@click.group(context_settings=SETTINGS, epilog=EPILOG)
def admin() -> None:
    """The operator's command: tenants, keys, plans, jobs, webhooks, vendors, on the laptop and in the cloud alike.

    Settings come from the environment, the login is your own. In the cloud: eval "$(terraform output -raw settings)",
    after gcloud auth application-default login. On a laptop that runs: . .abroll/run/settings.sh

    JSON on stdout; what is refused is one sentence on stderr, and exit code 1.
    """


def _group(name: str, says: str) -> click.Group:
    group = click.Group(name, help=says, context_settings=SETTINGS)
    admin.add_command(group)
    return group


TENANTS = _group("tenants", "Customers: made once, read, changed, shut and opened, closed for good.")
KEYS = _group("keys", "API keys: shown once, listed by their beginnings, revoked everywhere within five seconds.")
PLANS = _group("plans", "What the tables allow: read here, changed in shared/tables.json.")
CAPS = _group("caps", "How much a tenant may have made a month.")
JOBS = _group("jobs", "Films of any tenant: read, explained, tried again, ended.")
DELIVERIES = _group("deliveries", "Customers' webhooks: what was answered, and sent anew.")
VENDOR = _group("vendor", "Veo and the avatar services: how they stand, left alone and asked again by hand.")
admin.add_command(ACCOUNTS)
TENANT_ID, JOB_ID = click.argument("tenant"), click.argument("job_id", metavar="JOB")
NAME_OF, PROVIDER = click.argument("name"), click.argument("provider")
WHY = click.option("--why", default="", help="A reason of at most 200 characters; callers read it.")


verb(
    TENANTS,
    "add",
    "Make a tenant and print its first API key, once; one that is there is never touched.",
    TENANT_ID,
    NAME_OF,
    click.option("--plan", default="", help="How much it may ask for; the tables' default unless given."),
)(tenants.add)
verb(TENANTS, "list", "List all tenants: name, status, plan.")(tenants.listed)
verb(TENANTS, "show", "Tell how a tenant stands: limits, accounts, keys, its month.", TENANT_ID)(tenants.show)
verb(
    TENANTS,
    "set",
    "Change a tenant's name, or how many of its films are made at once; its plan and caps: `caps set`.",
    TENANT_ID,
    click.option("--name"),
    click.option("--live-jobs", type=int, help="At most so many films being made at once."),
    click.option("--billing-customer", help="What your billing knows it by, like cus_123; '' for its id."),
    DRY,
)(tenants.change)
verb(
    TENANTS,
    "suspend",
    "Shut a tenant: its keys are answered 403, its films buy nothing more. Takes a quarter of a minute.",
    TENANT_ID,
    DRY,
)(tenants.suspend)
verb(TENANTS, "rotate-webhook", "Let an avatar service sign with a new secret.", TENANT_ID, PROVIDER, MODE, DRY)(
    tenants.rotate_webhook
)
verb(TENANTS, "resume", "Open a suspended tenant again.", TENANT_ID, DRY)(tenants.resume)
verb(
    TENANTS,
    "close",
    "Close a tenant for good: all it has is deleted but its bills. Says what it would do; --yes does it.",
    TENANT_ID,
    click.option("--yes", is_flag=True, help="Do it: nothing undoes it."),
    click.option("--status", is_flag=True, help="Tell how far it is; at the end, the report."),
)(closing.close)


@TENANTS.command("export", context_settings=SETTINGS)
@TENANT_ID
@click.pass_obj
def export_tenant(operator: Operator, tenant: str) -> None:
    """Write everything that is stored of a tenant, a line of JSON a record; before it is closed, say."""
    for line in export.lines(operator.wiring, tenant):
        click.echo(line)


verb(
    TENANTS,
    "footage",
    "Let a tenant's own HeyGen account film footage (you have read HeyGen's terms for it), or no new order's.",
    TENANT_ID,
    click.option("--on/--off", required=True),
    DRY,
)(tenants.footage)
verb(
    KEYS,
    "add",
    "Print another API key for a tenant, once.",
    TENANT_ID,
    click.option("--name", default="", help="What your lists call it."),
    click.option("--scope", "scopes", multiple=True, default=keys.SCOPES, show_default=True),
    click.option("--days", type=int, help="It expires after so many days; never unless given."),
    click.option("--operator", is_flag=True, help="It reads across all tenants, and changes nothing there."),
    click.option("--acts", is_flag=True, help="An operator's that may also push, end, retry and replay on the pages."),
)(keys.add)
verb(KEYS, "list", "List a tenant's keys: scopes, last used, expiry.", TENANT_ID)(keys.listed)
verb(KEYS, "revoke", "Revoke one key, named by its id or its beginning.", click.argument("key"), DRY)(keys.revoke)
verb(KEYS, "revoke-all", "Revoke all keys of a tenant.", TENANT_ID, DRY)(keys.revoke_all)
verb(PLANS, "list", "Tell what each plan allows, and which is the default.")(plans.listed)
verb(CAPS, "show", "Tell what a tenant may ask for, and which caps are its own.", TENANT_ID)(plans.caps)
verb(
    CAPS,
    "set",
    "Change a tenant's plan, or what it may have made a month, from now on: the running month too.",
    TENANT_ID,
    click.option("--films", help="Films a month: a number, unlimited, or plan for the plan's own."),
    click.option("--dollars", "dollars_", help="Dollars of ours a month, said in the same way."),
    click.option("--plan", help="Another plan of the tables."),
    DRY,
)(plans.set_caps)
verb(
    admin,
    "usage",
    "Tell a tenant's month: films and dollars, used and allowed.",
    TENANT_ID,
    click.option("--month", help="Like 2026-11; the running one unless given."),
)(plans.usage)
verb(
    admin,
    "meters",
    "Print what all tenants used on a day (UTC, over), as events that Stripe's meters take, once each.",
    click.argument("day"),
    click.option("--csv", "as_csv", is_flag=True, help="As the table of a bulk upload."),
    click.option("--old", is_flag=True, help="Also a day more than 35 days ago, which Stripe takes no more."),
)(meters.export)
verb(
    JOBS,
    "list",
    "List a tenant's newest films.",
    TENANT_ID,
    click.option("--status", "state", help=f"Only those in one state: {', '.join(Status)}."),
)(jobs.listed)
verb(JOBS, "show", "Tell how a film stands: its parts, its cost, its latest moments.", JOB_ID)(jobs.show)
verb(
    JOBS,
    "why",
    "Say in one sentence what a film waits for, since when, and what frees it; then the facts that follow from.",
    JOB_ID,
)(jobs.why)
verb(
    JOBS,
    "retry",
    "Try a failed or cancelled film again; what is finished is kept. --dry-run tells the price.",
    JOB_ID,
    DRY,
)(jobs.retry)
verb(
    JOBS,
    "push",
    "Have tried now what a film has scheduled for later, or what nothing has moved although it was due.",
    JOB_ID,
    DRY,
)(jobs.push)
verb(JOBS, "cancel", "End a film; what was never sent is refunded.", JOB_ID, DRY)(jobs.cancel)
verb(
    DELIVERIES,
    "list",
    "List a tenant's newest webhooks, and what their receivers answered.",
    TENANT_ID,
    click.option("--job", help="Only those about one film."),
    click.option("--state", help="Only those in one state: queued, delivered, given_up, unwanted."),
    click.option("--since", help="Only those since a time, like 2026-11-29T12:00:00Z."),
)(deliveries.listed)
verb(DELIVERIES, "replay", "Send one webhook that has ended anew.", click.argument("delivery"), DRY)(deliveries.replay)
verb(
    DELIVERIES,
    "replay-since",
    "Send all webhooks of a tenant anew that were given up since a time.",
    TENANT_ID,
    click.argument("since"),
    click.option("--endpoint", help="Only those of one endpoint."),
    DRY,
)(deliveries.replay_since)
verb(VENDOR, "list", "Tell how every vendor stands.")(vendors.listed)
verb(VENDOR, "show", "Tell how a vendor stands, what was met and learnt of it lately.", click.argument("vendor"))(
    vendors.show
)
verb(
    VENDOR,
    "pause",
    "Send a vendor nothing new: what waits for it waits, or another service takes over; what it makes is fetched.",
    click.argument("vendor"),
    WHY,
    DRY,
)(vendors.pause)
verb(VENDOR, "resume", "Ask a vendor again.", click.argument("vendor"), DRY)(vendors.resume)
verb(
    admin,
    "drain",
    "Take no new orders: they are answered 503 with Retry-After; what was ordered goes on. --off takes them again.",
    WHY,
    click.option("--off", is_flag=True, help="Take orders again."),
    DRY,
)(house.drain)
verb(admin, "bootstrap", "Make the platform's secrets; harmless to repeat.")(platform_keys.bootstrap)
verb(
    admin,
    "rotate-sessions",
    "Sign the pages' sessions with a new key; nobody is signed out.",
    click.option("--at-once", is_flag=True, help="End all sessions: somebody else has seen the key."),
)(platform_keys.rotate_sessions)
verb(
    admin,
    "schema",
    "Say or set the form new jobs are born in, and what bars a roll-back (CONTRIBUTING, Expand, then contract).",
    click.argument("form", required=False, type=int),
)(house.forms)
verb(
    admin,
    "models",
    "Say which models the radar saw last.",
    click.option("--again", is_flag=True, help="Forget what it saw, so that it looks at each again."),
)(house.models)


def main(arguments: Sequence[str] | None = None, wiring: Wiring | None = None) -> None:
    """Run one command; of the process's own arguments and settings unless others are given. Raises SystemExit."""
    try:
        admin.main(arguments, prog_name="python -m infra.admin", standalone_mode=False, obj=Operator(wiring))
    except click.Abort as ended:
        raise SystemExit(1) from ended
    except click.ClickException as wrong:
        wrong.show()
        raise SystemExit(2) from wrong
