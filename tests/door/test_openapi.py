"""The OpenAPI description says what the doors do."""

import json
from typing import Any

from infra.answers import SCHEMAS
from infra.call_answers import QUERIES
from infra.openapi import BODIES, _label, described, text
from shared.config import settings
from shared.door.health import OPENAPI
from shared.door.job_lists import FILTERS
from shared.wiring import Wiring
from tests.attack.deployed import ENVIRON
from tests.door.test_request_body import PUBLIC


def test_the_shipped_description_is_the_codes() -> None:
    """The file is what `python -m infra.openapi --write` would write now."""
    assert text() == OPENAPI.read_text(encoding="utf-8")


def test_every_reference_leads_somewhere() -> None:
    """No $ref in the description is dangling, and no operation id stands twice."""
    description = described()

    parts = description["components"]
    there = {f"#/components/{kind}/{name}" for kind in ("headers", "responses", "schemas") for name in parts[kind]}
    ids = [each["operationId"] for path in description["paths"].values() for each in path.values()]
    assert set(_references(description)) <= there
    assert len(ids) == len(set(ids))


def test_no_answer_shares_a_bodys_name() -> None:
    """One would stand for the other in the description."""
    assert set() == set(SCHEMAS) & set(BODIES)


def test_every_answer_has_its_own_description() -> None:
    """No call answers just some object: its status is told, and where there is a body its fields are."""
    loose = [
        f"{method} {path}"
        for path, calls in described()["paths"].items()
        for method, call in calls.items()
        if not {"200", "201", "202", "302"} & call["responses"].keys() or "default" in call["responses"]
    ]

    assert [] == loose


def test_the_filters_of_a_list_are_described() -> None:
    """What `GET /jobs` reads from its query stands in the description, and nothing else."""
    parameters = described()["paths"]["/jobs"]["get"]["parameters"]

    assert list(FILTERS) == [each["name"] for each in parameters if each["in"] == "query"]


def test_what_a_call_reads_of_its_query_is_described() -> None:
    """The entrance refuses what a route does not say it reads; what reads its query itself is described."""
    wiring = Wiring(settings(ENVIRON))
    routes = {(name, route.method, route.path): route for name in PUBLIC for route in wiring.door(name).routes}
    said = {_label(name, route): route.reads for (name, _, _), route in routes.items() if route.says and not route.open}

    assert QUERIES.keys() <= said.keys()
    assert {label: reads for label, reads in said.items() if reads is not None} == {
        label: tuple(QUERIES.get(label, ())) for label, reads in said.items() if reads is not None
    }


def test_the_films_fields_are_described() -> None:
    """The body of an order carries every field of the request, with its limits."""
    film = json.loads(text())["components"]["schemas"]["Film"]

    assert {"product_title", "scenes", "avatar_script", "b_roll", "metadata", "dry_run"} <= set(film["properties"])
    assert film["additionalProperties"] is False


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for item in value.values() for ref in _references(item)]
    return [ref for item in value for ref in _references(item)] if isinstance(value, list) else []
