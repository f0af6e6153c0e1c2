"""Prints the reference page: calls, fields of an order, errors, webhooks and log lines, from the registers themselves.

`python -m infra.reference` shows functions/REFERENCE.md as it should be, `--write` puts it there.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.openapi import described
from shared.codes import MEANINGS, Code
from shared.config import SHIPPED_TABLES, read_tables
from shared.door.statuses import STATUS
from shared.log import FACTS, SEVERITY, Fact
from shared.pipeline.plan.advice import ADVICE
from shared.pipeline.plan.capabilities import AvatarService, FootageModel, tables
from shared.pipeline.plan.plan import MICROS, Feature
from shared.pipeline.plan.request import Resolution
from shared.pipeline.quality.rules import RULES
from shared.steps.plans import tenant_plans
from shared.steps.webhook_events import EVENTS, WebhookEvent

PAGE = Path(__file__).resolve().parents[1] / "functions" / "REFERENCE.md"
COMMAND = "python -m infra.reference --write"


def page() -> str:
    """Return the whole page."""
    description = described()
    parts = (
        f"# Reference\n\nPrinted by `{COMMAND}` from the code's own registers; do not edit it by hand.",
        _section("Calls", calls(description), _CALLED),
        *_orders(description["components"]["schemas"]),
        _section("Vendors", vendors(), _VENDORS),
        _section("Plans", plans(), _PLANS),
        _section("Errors", errors(), _REFUSED),
        _section("Warnings", warnings(), _WARNED),
        _section("Quality", quality(), _QUALITY),
        _section("Webhooks", webhooks(), _SIGNED),
        _section("Log lines", facts(), "One JSON object a line; `fact` names its kind."),
    )
    return "\n\n".join(parts) + "\n"


_CALLED = (
    "Paths stand behind the base address. `open` needs no API key. A name in the query that a call does not read is "
    "refused with 400, and those it reads are told; `open` calls ignore it: permanent links are pasted into programs "
    "that add words of their own (`utm_source`, `fbclid`), and vendors and monitors may."
)
_PLANS = (
    "As shipped, in `shared/tables.json`. An order for a footage model or an avatar service that the plan lacks is "
    "refused with 400, which names those it has; what is left to abroll is chosen among those. `price` is what abroll "
    "paid (`paid_by_us`) times the price factor, frozen with the order; what a tenant's own accounts are billed stands "
    "beside it, and caps count what was paid."
)
_PLAN_ROWS = {
    "films_per_month": "films a month",
    "dollars_per_month": "US dollars of ours a month",
    "creations_per_hour": "orders, retries and regenerations an hour",
    "reads_per_minute": "reads a minute",
    "writes_per_minute": "writes a minute, dry runs and orders included",
    "dry_runs_per_minute": "dry runs a minute",
    "retention_days": "days an ended film stays",
    "prefer": "ranks avatar services where an order does not say",
    "footage_models": "footage models (`b_roll.model`)",
    "avatar_services": "avatar services (`provider`)",
    "price_factor": "price factor",
}
_NOTHING = {"footage_models": "all", "avatar_services": "all"}
_REFUSED = (
    "A refused request has the code in `error`, a failed job in `error.code`. 400 says that a request is wrong in "
    "itself; 422 that it is right, but names what cannot be used: an avatar nobody knows, a key that is refused, a "
    "broken image."
)
_VENDORS = (
    "What can be asked of each, from `shared/tables.json`. Money is dollars; `voice` are the fields that voices of a "
    "service can have, not each voice has all. How many orders a second are sent to each, and how long each is waited "
    "for, stands there and in `shared/pipeline/job/vendors.py`."
)
_WARNED = (
    "What stands in `warnings` of a dry run, of an order's answer and of a job: the case with its numbers, then the "
    "next move. None of them stops a film."
)
_QUALITY = (
    "What a finished film is held to: it begins with 10 points, and each rule it breaks takes its own once. `quality` "
    "of a job and of each of its `outputs` has the score, the reasons with their seconds, and what was not measured; "
    "the webhook of its ending has score and reasons. It is measured on the film itself and on how it was laid out."
)
_SIGNED = (
    "They go to the order's `webhook_url` (its ending) and to the tenant's endpoints (`/tenant/webhooks`), each of "
    "which is told what it asks for. The body is `{type, timestamp, version, data}`; `data` has `job_id, url, "
    "metadata, degraded, product_id, status, stage, progress, happened_at, seconds, expires_at, error, cost, "
    "film_version, version_of, final_video_url, poster_url, outputs` (where there are several films), `file_urls` "
    "(where a film has other files), `quality`, each where it says something. `version` is 1 until a field is taken "
    "away or means something else. It is signed by "
    "Standard Webhooks 1.0.0 when the tenant has a webhook secret, and sent again for a day and a half until it is "
    "answered 2xx; 410 ends it at once. An endpoint that answers 410, or takes nothing for five days, is disabled and "
    "says why. `GET /jobs/events` tells the same of jobs and batches that have ended, whoever else is told."
)


def calls(description: Mapping[str, Any]) -> str:
    """Return every public call as a table."""
    rows = []
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            free = "open" if operation.get("security") == [] else "key"
            rows.append(f"| `{method.upper()} {path}` | {operation['summary']} | {free} |")
    return _table("call | does | needs", rows)


def vendors() -> str:
    """Return what each footage model and each avatar service can do, as two tables."""
    known = tables(read_tables(str(SHIPPED_TABLES)))
    theirs = [(quality, one) for models in known.tenant_footage.values() for quality, one in models.items()]
    models = [(quality.value, one) for quality, one in (*known.footage.items(), *theirs)]
    rows = [_model(name, one) for name, one in (*models, *known.footage_off.items())]
    services = [_service(name, one) for name, one in known.presenters.items()]
    return "\n\n".join(
        (
            _table("footage | `b_roll.model` | ratios | seconds at 720p | most a second | ways | seed | films", rows),
            _table("presenters | ratios | resolutions | at once | script | `voice` | most a second", services),
        )
    )


def _model(name: str, model: FootageModel) -> str:
    offered = {feature: model.offers(feature, Resolution.HD) for feature in Feature}
    whole = sorted({each for feature, one in offered.items() if feature is not Feature.EXTENSION for each in one})
    lengths = ", ".join((*map(str, whole), *(f"and {each} more an extension" for each in offered[Feature.EXTENSION])))
    ways = ", ".join(feature.value for feature, seconds in offered.items() if seconds)
    dearest = max(price.audio for price in (*model.prices.values(), *model.reference_prices.values())) / MICROS
    films = f"no: {model.off}" if model.off else f"the tenant's {model.account} account" if model.account else "ours"
    seed = "takes one, none is sent" if model.seeds else "none"
    cells = (model.id, f"`{name}`", ", ".join(model.ratios), lengths, f"${dearest:.2f}", ways, seed, films)
    return f"| {' | '.join(cells)} |"


def _service(name: str, service: AvatarService) -> str:
    dearest = max(price for engine in service.engines for price in engine.prices.values()) / MICROS
    cells = (
        *(f"`{name}`", ", ".join(service.ratios), ", ".join(service.resolutions), str(service.at_once)),
        *(f"{service.script} characters", ", ".join(service.voice), f"${dearest:.4f}"),
    )
    return f"| {' | '.join(cells)} |"


def plans() -> str:
    """Return every plan as it is shipped, a column a plan."""
    known = tenant_plans(json.loads(SHIPPED_TABLES.read_text(encoding="utf-8"))).plans
    head = " | ".join(("what", *(f"`{name}`" for name in known)))
    rows = []
    for item, says in _PLAN_ROWS.items():
        values = " | ".join(_limit(getattr(plan, item), _NOTHING.get(item, "unlimited")) for plan in known.values())
        rows.append(f"| {says} | {values} |")
    return _table(head, rows)


def _limit(value: object, nothing: str) -> str:
    if value is None:
        return nothing
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def errors() -> str:
    """Return every code as a table."""
    rows = [
        f"| `{code}` | {STATUS.get(code, 'job')} | {MEANINGS[code].says} | {MEANINGS[code].next_move} |"
        for code in sorted(Code, key=lambda code: (STATUS.get(code, 999), code.value))
    ]
    return _table("code | status | what is the matter | next move", rows)


def warnings() -> str:
    """Return every kind of warning as a table."""
    return _table("what is the matter | next move", [f"| {told.says} | {told.next_move} |" for told in ADVICE.values()])


def quality() -> str:
    """Return every rule a finished film is held to as a table."""
    rows = [
        f"| `{fault}` | {rule.points:g} | {rule.limit:g} {rule.of} | {rule.source} | {rule.next_move} |"
        for fault, rule in RULES.items()
    ]
    return _table("about | takes | limit | from | next move", rows)


def webhooks() -> str:
    """Return every event of customers' webhooks as a table."""
    return _table("event | when", [f"| `{event}` | {EVENTS[event]} |" for event in WebhookEvent])


def facts() -> str:
    """Return every kind of log line as a table."""
    rows = [f"| `{fact}` | {SEVERITY.get(fact, 'INFO')} | {FACTS[fact]} |" for fact in Fact]
    return _table("fact | severity | what it says", rows)


def _orders(schemas: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of fields for the order and each object in it."""
    wanted = ["Film"]
    for name in wanted:
        schema = schemas[name]
        rows = []
        for field, described_field in schema["properties"].items():
            says, inner = _kind(described_field)
            wanted += [each for each in inner if each not in wanted]
            rows.append(f"| `{field}` | {says} | {'yes' if field in schema.get('required', ()) else ''} |")
        title = "Fields of POST /create_job" if name == "Film" else f"Fields of {name.removesuffix('Body')}"
        yield _section(title, _table("field | what | required", rows), schema.get("description", ""))


def _kind(field: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Say what a field holds, and which other objects stand in it."""
    choices = [one for one in field.get("anyOf", field.get("oneOf", [field])) if one.get("type") != "null"]
    said, inner = [], []
    for one in choices:
        if "$ref" in one:
            name = one["$ref"].rsplit("/", 1)[1]
            inner.append(name)
            said.append(name.removesuffix("Body"))
        elif "oneOf" in one or "anyOf" in one:
            more, names = _kind(one)
            said.append(more)
            inner += names
        elif one.get("type") == "array":
            more, names = _kind(one["items"])
            said.append(f"list of {more}")
            inner += names
        elif "enum" in one or "const" in one:
            said.append(" or ".join(f"`{value}`" for value in one.get("enum", [one.get("const")])))
        else:
            said.append(_plain(one))
    return " or ".join(said), inner


def _plain(one: Mapping[str, Any]) -> str:
    bounds = [f"at least {one[key]:g}" for key in ("minimum",) if key in one]
    bounds += [f"at most {one[key]:g}" for key in ("maximum",) if key in one]
    bounds += [f"at most {one[key]} characters" for key in ("maxLength",) if key in one]
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "texts by name"}
    kind = words.get(str(one.get("type")), str(one.get("type", "anything")))
    return f"{kind}, {', '.join(bounds)}" if bounds else kind


def _section(title: str, table: str, says: str = "") -> str:
    return "\n\n".join(part for part in (f"## {title}", says, table) if part)


def _table(head: str, rows: list[str]) -> str:
    columns = head.count("|") + 1
    return "\n".join((f"| {head} |", "|" + "---|" * columns, *rows))


def main() -> None:
    """Show or write the page."""
    parser = argparse.ArgumentParser(prog="python -m infra.reference", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write it instead of showing it")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
