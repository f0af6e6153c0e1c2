"""The first screen: what a tenant lacks for its first film, each with the way to it, and a price without a key."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import flask

from shared.door.console.account import ENTRY_LABELS, PROVIDERS, by_account, changed
from shared.door.console.new_film import ANYBODY
from shared.door.console.visits import Visit
from shared.door.tenant import ADMIN


def home(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Lead the operator to what needs somebody, others to their films, or to the first steps before any: one read."""
    if visit.who.operates:
        return visit.go("/operator")
    return visit.go("/films" if _newest(visit) else "/start")


def shown(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show the first steps: a read for each avatar account and two for the newest film."""
    return _page(visit)


def change(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Put an account's key, or ask its service anew."""
    heard, said = changed(visit)
    return _page(visit, by_account(visit, heard), 422) if heard.failed else visit.go("/start", said)


def _page(visit: Visit, problem: Mapping[str, Any] | None = None, status: int = 200) -> flask.Response:
    manages = ADMIN in visit.who.key.scopes
    known = visit.need("GET", "/tenant/integrations") if manages else {"integrations": (), "platform": ()}
    accounts = [each for each in known["integrations"] if each["mode"] == "production"]
    lent = [PROVIDERS.get(each["provider"], each["provider"]) for each in known["platform"] if _films(each)]
    return visit.page(
        "start.html",
        status,
        title="Start",
        accounts=accounts,
        works=bool(lent) or any(each["status"] == "active" for each in accounts),
        lent=lent,
        speaks=next((each for each in accounts if each.get("avatar_id")), None),
        missing={} if accounts else PROVIDERS,
        names=PROVIDERS,
        film=_newest(visit),
        anybody=ANYBODY,
        once=str(uuid4()),
        problem=problem,
        labels=ENTRY_LABELS,
        wrong=(problem or {}).get("details") or {},
    )


def _films(account: Mapping[str, Any]) -> bool:
    return bool(account["mode"] == "production")


def _newest(visit: Visit) -> Mapping[str, Any] | None:
    return next(iter(visit.need("GET", "/jobs/", query={"limit": "1"})["jobs"]), None)
