"""The operator's command, on the laptop and in the cloud alike: the platform's secret, tenants, their keys, jobs.

Run with the functions' settings in the environment. `python -m infra.admin tenant acme "Acme Ltd"` makes a tenant and
prints its first key once, `--plan pro` on another plan than the tables' default; a tenant that is there is never
written again. `key acme` makes it another key, `keys acme` lists them, `revoke KEY` and `revoke-all acme` end them,
`suspend acme` and `resume acme` shut and open the tenant, `footage-on acme` and `footage-off acme` let its HeyGen
account film footage: every instance has heard of it five seconds later.
`caps acme --films 500 --dollars 800` changes what a tenant may have made a month, `--plan pro` its plan.
`models` says which models the radar saw last, `models --again` lets it look at each again.
`operator-key acme` makes acme a key that reads across all tenants, and changes nothing there.
`tenants`, `show acme`, `usage acme --month 2026-11`, `job ID` tell how things stand, as JSON; `cancel ID` ends a job.
Nothing that is there is overwritten: what changes is what a command's name says, and it says what it has changed.
`schema 3` lets new jobs be born in form 3 (CONTRIBUTING, "Expand, then contract").
"""

import argparse
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from infra import admin_views
from shared.cloud.jobs import Conflict
from shared.cloud.secret_names import CALLBACK_KEY
from shared.cloud.secrets import NoSecret
from shared.cloud.tenants import AccountStatus, Tenant, TenantExists
from shared.config import settings
from shared.door.asked import OPERATOR, READ, is_key_id
from shared.door.keys import KEY_BEGINS, KEY_ID_LENGTH, new_key
from shared.pipeline.job.schema import OLDEST, SCHEMA, WRITES
from shared.pipeline.job.shares import NO_CAP
from shared.pipeline.plan.plan import MICROS
from shared.steps.bar import Bar
from shared.steps.budget import dollars_of, films_of
from shared.wiring import Wiring

SCOPES = ("jobs:read", "jobs:write", "tenant:admin")
SETTLED = 15.0  # seconds after which no instance stores an order it judged before the tenant was shut
TRIES = 50  # of changing a month that its tenant is writing
WHOLE = re.compile(r"[0-9]{1,7}")
TENANT = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")


def bootstrap(wiring: Wiring) -> None:
    """Make the secret under which callback paths are signed, unless it is there.

    A platform that has none is new: no older code runs there, so new jobs are born in the newest form.
    """
    try:
        wiring.secrets.get(CALLBACK_KEY)
    except NoSecret:
        wiring.jobs.forms.set(SCHEMA)
        wiring.secrets.put(CALLBACK_KEY, secrets.token_urlsafe(32), {"of": "platform"})


def add_tenant(wiring: Wiring, tenant: str, name: str, plan: str = "") -> str:
    """Make a tenant and its first key; return the key's text, which nobody can read again. Raises SystemExit.

    Without a plan it is on the default one of the tables.
    """
    if not TENANT.fullmatch(tenant):
        raise SystemExit(f"{tenant!r} is no tenant id: 3 to 40 of a-z, 0-9 and -, a letter first")
    if plan and plan not in wiring.plans.plans:
        raise SystemExit(f"there is no plan {plan!r}; the tables know {', '.join(wiring.plans.plans)}")
    try:
        wiring.tenants.create_tenant(Tenant(tenant, name, plan=plan))
    except TenantExists as there:
        known = wiring.tenants.tenant(tenant)
        stands = f"{known.name}, {known.status.value}" if known else "being made or deleted"
        raise SystemExit(
            f"tenant {tenant} is there already ({stands}) and was not touched; "
            f"python -m infra.admin key {tenant} makes it another key"
        ) from there
    return _key(wiring, tenant)


def set_caps(wiring: Wiring, tenant: str, films: str | None, dollars: str | None, plan: str | None = None) -> str:
    """Give a tenant other caps, or another plan, from now on: the running month too; return a sentence saying so.

    A cap is a number, "unlimited", or "plan" for the plan's own. What is not given stays; a cap below what is used lets
    nothing new in until it is made up. Raises SystemExit.
    """
    known = _known(wiring, tenant)
    if plan is not None and plan not in wiring.plans.plans:
        raise SystemExit(f"there is no plan {plan!r}; the tables know {', '.join(wiring.plans.plans)}")
    changed = replace(
        known,
        plan=known.plan if plan is None else plan,
        monthly_films=_cap(films, known.monthly_films),
        monthly_cap=_cap(dollars, known.monthly_cap, MICROS),
    )
    wiring.tenants.put_limits(changed)
    for _ in range(TRIES):
        try:
            wiring.months.change(changed, f"{wiring.now():%Y-%m}")
        except Conflict:
            continue
        cap = wiring.plans.month(changed).cap
        return f"{tenant}: {films_of(cap)} and {dollars_of(cap)} a month, from now on"
    raise SystemExit(f"{tenant} orders so fast that its running month could not be changed; run the same again")


def _cap(given: str | None, present: int | None, unit: int = 1) -> int | None:
    """Return a cap as it was given, in units of so much; None is the plan's. Raises SystemExit."""
    match given:
        case None:
            return present
        case "plan":
            return None
        case "unlimited":
            return NO_CAP
        case _ if WHOLE.fullmatch(given):
            return int(given) * unit
    raise SystemExit(f"a cap is a whole number, unlimited, or plan, and {given!r} is none of them")


def add_key(wiring: Wiring, tenant: str) -> str:
    """Make another key for a tenant; return its text. Raises SystemExit when there is no such tenant."""
    _known(wiring, tenant)
    return _key(wiring, tenant)


def operator_key(wiring: Wiring, tenant: str) -> str:
    """Make a key for a tenant that also reads across all tenants; return its text. Raises SystemExit."""
    _known(wiring, tenant)
    return _key(wiring, tenant, (OPERATOR, READ))


def _key(wiring: Wiring, tenant: str, scopes: tuple[str, ...] = SCOPES) -> str:
    text, record = new_key(tenant, scopes, wiring.now())
    wiring.tenants.put_api_key(record)
    return text


def forms(wiring: Wiring, form: int | None = None) -> str:
    """Set the form new jobs are born in, if one is given; say it, and how many live jobs bar the code before it."""
    if form is not None:
        wiring.jobs.forms.set(form)
    bars = wiring.jobs.ahead(OLDEST)
    return (
        f"new jobs are born in form {wiring.jobs.forms.form()}; this code writes {', '.join(map(str, WRITES))}; "
        f"{bars} live jobs bar a roll-back to code of schema {OLDEST}"
    )


def keys(wiring: Wiring, tenant: str) -> str:
    """Return a line for each key of a tenant: how it begins, what it may do, since when, until when."""
    lines = (
        f"{KEY_BEGINS}{key.id}_…  {', '.join(key.scopes)}  made {key.created_at:%Y-%m-%d}"
        + (f"  revoked {key.revoked_at:%Y-%m-%d %H:%M:%S} UTC" if key.revoked_at else "")
        for key in wiring.revocations.keys(tenant)
    )
    return "\n".join(lines) or f"tenant {tenant} has no key"


def revoke(wiring: Wiring, key: str) -> str:
    """Revoke one key, named by its id or its beginning; say what was done. Raises SystemExit when there is none."""
    key_id = key.removeprefix(KEY_BEGINS)[:KEY_ID_LENGTH]
    found = wiring.revocations.key(key_id) if is_key_id(key_id) else None
    if found is None:
        raise SystemExit(f"there is no key {key_id}; python -m infra.admin keys TENANT lists them")
    since = wiring.revocations.revoke(found, wiring.now())
    return f"key {found.id} of {found.tenant} is revoked since {since:%Y-%m-%d %H:%M:%S} UTC"


def revoke_all(wiring: Wiring, tenant: str) -> str:
    """Revoke all keys of a tenant; say how many."""
    _known(wiring, tenant)
    return f"{wiring.revocations.revoke_all(tenant, wiring.now())} keys of {tenant} revoked"


def suspend(wiring: Wiring, tenant: str) -> str:
    """Shut a tenant: its keys are answered 403, and what it has ordered buys nothing more (hole 206).

    Its jobs are barred twice: the second time find what an instance let in before it had heard.
    """
    said = _turned(wiring, tenant, AccountStatus.ACTIVE, AccountStatus.INACTIVE)
    bar = Bar(wiring.commits)
    first, _ = bar(tenant)
    wiring.commits.sleep(SETTLED)
    second, failed = bar(tenant)
    if failed:
        raise SystemExit(f"{said}, but {failed} of its jobs could not be barred: run this again")
    return f"{said}; {first + second} jobs buy nothing more"


def resume(wiring: Wiring, tenant: str) -> str:
    """Open a suspended tenant again."""
    return _turned(wiring, tenant, AccountStatus.INACTIVE, AccountStatus.ACTIVE)


def footage_on(wiring: Wiring, tenant: str) -> str:
    """Let a tenant's own HeyGen account film footage: whoever does has read HeyGen's terms for it."""
    return _filming(wiring, tenant, on=True)


def footage_off(wiring: Wiring, tenant: str) -> str:
    """Let it film no new order's footage; what was ordered is still filmed."""
    return _filming(wiring, tenant, on=False)


def _filming(wiring: Wiring, tenant: str, *, on: bool) -> str:
    _known(wiring, tenant)
    wiring.revocations.set_footage(tenant, on=on)
    return f"footage by HeyGen is {'on' if on else 'off'} for {tenant}"


def show(wiring: Wiring, tenant: str) -> str:
    """Return how a tenant stands. Raises SystemExit."""
    return admin_views.show(wiring, _known(wiring, tenant))


def _turned(wiring: Wiring, tenant: str, before: AccountStatus, after: AccountStatus) -> str:
    status = _known(wiring, tenant).status
    if status not in (before, after):
        raise SystemExit(f"tenant {tenant} is {status.value} and stays so")
    wiring.revocations.set_status(tenant, after)
    return f"tenant {tenant} is {after.value}"


def _known(wiring: Wiring, tenant: str) -> Tenant:
    found = wiring.tenants.tenant(tenant) if TENANT.fullmatch(tenant) else None
    if found is None:
        raise SystemExit(f"there is no tenant {tenant}; python -m infra.admin tenant {tenant} NAME makes it")
    return found


COMMANDS: Mapping[str, tuple[Callable[[Wiring, str], str], str]] = {
    "cancel": (admin_views.cancel_job, "end a job of any tenant; JSON"),
    "footage-off": (footage_off, "let a tenant's HeyGen account film no footage"),
    "footage-on": (footage_on, "let a tenant's HeyGen account film footage; its terms are unconfirmed"),
    "job": (admin_views.job, "tell how a job of any tenant stands, and why; JSON"),
    "key": (add_key, "print another key for a tenant"),
    "keys": (keys, "list a tenant's keys by their beginnings"),
    "operator-key": (operator_key, "print a key for a tenant that reads across all tenants"),
    "resume": (resume, "open a suspended tenant again"),
    "revoke": (revoke, "revoke one key, named by its id or its beginning"),
    "revoke-all": (revoke_all, "revoke all keys of a tenant"),
    "show": (show, "tell how a tenant stands: caps, accounts, keys, month; JSON"),
    "suspend": (suspend, "shut a tenant"),
}


def main(arguments: Sequence[str] | None = None, wiring: Wiring | None = None) -> None:
    """Run one command; of the process's own arguments and settings unless others are given."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description=__doc__, formatter_class=plain)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("bootstrap", help="make the platform's secret; harmless to repeat")
    tenant = commands.add_parser("tenant", help="make a tenant and print its first key; never changes one")
    tenant.add_argument("id")
    tenant.add_argument("name")
    tenant.add_argument("--plan", default="", help="how much it may ask for (shared/tables.json)")
    schema = commands.add_parser("schema", help="say or set the form of new jobs, and what bars a roll-back")
    schema.add_argument("form", nargs="?", type=int, help="the newest form new jobs may be born in")
    radar = commands.add_parser("models", help="say which models the radar saw last")
    radar.add_argument("--again", action="store_true", help="forget what it saw, so that it looks at each again")
    for name, (_, says) in COMMANDS.items():
        commands.add_parser(name, help=says).add_argument("id")
    caps = commands.add_parser("caps", help="change how much a tenant may have made a month, from now on")
    caps.add_argument("id")
    caps.add_argument("--films", help="films a month: a number, unlimited, or plan for the plan's own")
    caps.add_argument("--dollars", help="dollars of ours a month, said in the same way")
    caps.add_argument("--plan", help="another plan (shared/tables.json)")
    commands.add_parser("tenants", help="list all tenants; JSON")
    used = commands.add_parser("usage", help="tell a tenant's month: films and dollars, used and allowed; JSON")
    used.add_argument("id")
    used.add_argument("--month", help="like 2026-11; the running one unless it is given")
    given = parser.parse_args(arguments)
    wiring = wiring or Wiring(settings(os.environ))
    match given.command:
        case "bootstrap":
            bootstrap(wiring)
        case "tenant":
            print(add_tenant(wiring, given.id, given.name, given.plan))  # noqa: T201  # its one purpose
        case "caps":
            print(set_caps(wiring, given.id, given.films, given.dollars, given.plan))  # noqa: T201  # its one purpose
        case "tenants":
            print(admin_views.tenants(wiring))  # noqa: T201  # its one purpose
        case "usage":
            print(admin_views.usage(wiring, _known(wiring, given.id), given.month))  # noqa: T201  # its one purpose
        case "schema":
            print(forms(wiring, given.form))  # noqa: T201  # its one purpose
        case "models":
            print(admin_views.models(wiring, again=given.again))  # noqa: T201  # its one purpose
        case name:
            print(COMMANDS[name][0](wiring, given.id))  # noqa: T201  # its one purpose


if __name__ == "__main__":
    main()
