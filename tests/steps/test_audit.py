"""The audit log: a line beside each change a tenant or the operator makes, of fields, never of what stands in them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.admin import keys, plans, tenants
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.audit import BY_OPERATOR
from shared.steps.audited import Audited
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, VOICE, Stage, staged

HOOK = "http://127.0.0.1:9/hook"
ANN = {"title": "Ann", "at": {"heygen": {"avatar_id": LOOK, "voice_id": VOICE}}}
KIT = {"colors": {"primary": "#102030"}}
PAUSED = {"avatar_id": LOOK, "voice_id": None, "status": "inactive"}
KEY_FIELDS = ("name", "scopes", "expires_at")
ACCOUNT = "heygen-production"
CHANGES: tuple[tuple[str, str, Any, Audited, str, tuple[str, ...]], ...] = (
    ("PUT", "/integrations/heygen", {"api_key": DEMO_KEY}, Audited.ACCOUNT_PUT, ACCOUNT, ("api_key",)),
    (
        "PATCH",
        "/integrations/heygen",
        PAUSED,
        Audited.ACCOUNT_CHANGED,
        ACCOUNT,
        ("avatar_id", "status", "voice_id"),
    ),
    ("POST", "/integrations/heygen/webhook/rotate", None, Audited.ACCOUNT_WEBHOOK_ROTATED, ACCOUNT, ()),
    ("DELETE", "/integrations/heygen", None, Audited.ACCOUNT_DELETED, ACCOUNT, ()),
    ("POST", "/keys", {"name": "till", "scopes": ["jobs:read"]}, Audited.KEY_MADE, "{id}", KEY_FIELDS),
    ("DELETE", "/keys/{id}", None, Audited.KEY_REVOKED, "{id}", ()),
    ("POST", "/webhook_secret", None, Audited.WEBHOOK_SECRET_MADE, "", ()),
    ("POST", "/webhooks", {"url": HOOK}, Audited.WEBHOOK_MADE, "{id}", ()),
    ("PATCH", "/webhooks/{id}", {"status": "paused"}, Audited.WEBHOOK_CHANGED, "{id}", ("status",)),
    ("DELETE", "/webhooks/{id}", None, Audited.WEBHOOK_DELETED, "{id}", ()),
    ("PUT", "/personas/ann", ANN, Audited.PERSONA_PUT, "ann", ("title", "at.heygen")),
    ("DELETE", "/personas/ann", None, Audited.PERSONA_DELETED, "ann", ()),
    ("PUT", "/brand/spring", KIT, Audited.BRAND_PUT, "spring", ("colors",)),
    ("DELETE", "/brand/spring", None, Audited.BRAND_DELETED, "spring", ()),
    ("PUT", "/template", {"product_title": "Mug"}, Audited.DEFAULTS_PUT, "", ("product_title",)),
    ("DELETE", "/template", None, Audited.DEFAULTS_DELETED, "", ()),
    ("PUT", "/templates/launch", {"order": {"product_title": "Mug"}}, Audited.TEMPLATE_PUT, "launch@1", ()),
    ("DELETE", "/templates/launch", None, Audited.TEMPLATE_DELETED, "launch", ()),
)
ROTATED = "POST /keys/{key}/rotate"  # two changes at once: a test of its own
SILENT = {  # nothing of the tenant's is other after them
    "POST /uploads": "a file is named by its content, and used by whoever names it",
    "POST /uploads/audio": "the same",
    "POST /uploads/clip": "the same",
    "POST /uploads/clip_link": "the same",
    "POST /uploads/logo": "the same",
    "POST /uploads/font": "the same",
    "POST /integrations/{provider}/sync": "what the service says is noted",
    "POST /webhooks/{endpoint}/test": "a message is sent; deliveries list it",
    "POST /deliveries/{delivery}/replay": "the same",
    "POST /deliveries/replay": "the same",
}
PLACES = {"heygen": "{provider}", "ann": "{persona}", "launch": "{template}", "spring": "{brand}"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("audit")) as each:
        yield each


def changes(shop: Customer, query: str = "limit=100") -> dict[str, Any]:
    return dict(told(shop.call("GET", f"/tenant/audit?{query}")))


def made(shop: Customer, method: str, path: str, body: Any, name: str) -> str:
    """Make a change; return the id of what it made, or the one it was given."""
    answer = shop.call(method, f"/tenant{path.replace('{id}', name)}", body)
    assert answer.status_code in (200, 201), answer.get_data()
    return str(told(answer).get("id", name))


def test_each_change_is_a_line_of_names_only(stage: Stage) -> None:
    """One of its word, about what was changed, by the key that did; no key, secret, address or script is in the log."""
    shop, name, wanted = customer(stage.wiring, "each-change"), "", []

    for method, path, body, what, about, fields in CHANGES:
        name = made(shop, method, path, body, name)
        wanted.append((what.value, about.replace("{id}", name), sorted(fields), shop.key.id))
        stage.clock.forward(61)

    lines = changes(shop)["changes"]
    assert wanted[::-1] == [(each["what"], each["about"], sorted(each["fields"]), each["by"]) for each in lines]
    assert [] == [each for each in (DEMO_KEY, "abr_live_", "whsec_", LOOK, VOICE, HOOK) if each in str(lines)]


def test_no_route_that_changes_something_is_left_out(stage: Stage) -> None:
    """Each of the tenant's is tried above, or changes nothing of the tenant's."""
    tried = {
        f"{method} " + "/".join(PLACES.get(part, part) for part in path.split("/")) for method, path, *_ in CHANGES
    }
    given = {
        f"{route.method} {route.path}".replace("{key}", "{id}").replace("{endpoint}", "{id}")
        for route in stage.wiring.tenant.routes
        if route.method != "GET" and route.path not in {each.partition(" ")[2] for each in (*SILENT, ROTATED)}
    }

    assert tried == given


def test_a_rotation_is_two_lines(stage: Stage) -> None:
    """The new key is made, the old one is given an end; each is named by its own id."""
    shop = customer(stage.wiring, "rotates")
    old = made(shop, "POST", "/keys", {"name": "till", "scopes": ["jobs:read"]}, "")
    stage.clock.forward(1)

    new = made(shop, "POST", f"/keys/{old}/rotate", None, "")

    lines = {(each["what"], each["about"]) for each in changes(shop)["changes"]}
    assert {("key.made", old), ("key.made", new), ("key.replaced", old)} == lines


def test_what_is_refused_leaves_no_line(stage: Stage) -> None:
    """A key nobody has, ids no service knows, a template that is none: the log tells of changes only."""
    shop = customer(stage.wiring, "refused")

    answers = [
        shop.call(method, f"/tenant{path}", body).status_code
        for method, path, body in (
            ("DELETE", "/keys/nobodyhasit1", None),
            ("PUT", "/integrations/heygen", {"api_key": "no-key-of-anybody"}),
            ("PUT", "/template", {"scenes": 7}),
            ("DELETE", "/personas/nobody", None),
        )
    ]

    assert [404, 422, 400, 404] == answers
    assert [] == changes(shop)["changes"]


def test_the_operators_changes_are_lines(stage: Stage) -> None:
    """Made, renamed, suspended and resumed, its plan and caps, its keys: `operator` did it."""
    wiring, clock = stage.wiring, stage.clock
    first = tenants.add(wiring, "by-hand", "By hand")["id"]
    work: tuple[Callable[[], object], ...] = (
        lambda: tenants.change(wiring, "by-hand", live_jobs=3),
        lambda: tenants.footage(wiring, "by-hand", on=True),
        lambda: tenants.suspend(wiring, "by-hand"),
        lambda: tenants.resume(wiring, "by-hand"),
        lambda: plans.set_caps(wiring, "by-hand", films="7", plan="pro"),
        lambda: keys.revoke(wiring, first),
        lambda: keys.revoke_all(wiring, "by-hand"),  # none works
        lambda: keys.add(wiring, "by-hand"),
        lambda: keys.revoke_all(wiring, "by-hand"),
        lambda: tenants.change(wiring, "by-hand", live_jobs=4, dry_run=True),
    )
    for each in work:
        clock.forward(1)
        each()

    lines = wiring.audit_log.page("by-hand", 100, None)[::-1]

    assert {BY_OPERATOR} == {line.by for line in lines}
    assert {"tenant.made", "key.made"} == {line.what for line in lines[:2]}
    assert [
        ("tenant.changed", ("live_jobs",)),
        ("tenant.changed", ("heygen_footage",)),
        ("tenant.suspended", ("status",)),
        ("tenant.resumed", ("status",)),
        ("limits.changed", ("plan", "monthly_films")),
        ("key.revoked", ()),
        ("key.made", ("name", "scopes", "expires_at")),
        ("keys.revoked", ()),
    ] == [(line.what, line.fields) for line in lines[2:]]


def test_a_log_is_read_by_pages(stage: Stage) -> None:
    """Each line once, also where many stand at one moment; a cursor that is none is refused in words."""
    shop = customer(stage.wiring, "pages")
    for number in range(5):
        made(shop, "PUT", f"/personas/p{number}", ANN, "")

    seen, page = [], changes(shop, "limit=2")
    while True:
        seen += [each["about"] for each in page["changes"]]
        if page["next_cursor"] is None:
            break
        page = changes(shop, f"limit=2&cursor={page['next_cursor']}")

    assert ["p0", "p1", "p2", "p3", "p4"] == sorted(seen)
    wrong = shop.call("GET", "/tenant/audit?limit=0&cursor=W10=")
    assert (400, {"limit", "cursor"}) == (wrong.status_code, set(told(wrong)["details"]))


def test_only_an_administrator_reads_its_own(stage: Stage) -> None:
    """A key that orders films does not; another tenant's log is another one."""
    shop, rival = customer(stage.wiring, "reads"), customer(stage.wiring, "rival")
    made(shop, "PUT", "/personas/ann", ANN, "")

    clerk = customer(stage.wiring, "reads", ("jobs:read", "jobs:write"))

    assert 403 == clerk.call("GET", "/tenant/audit").status_code
    assert [] == changes(rival)["changes"]
