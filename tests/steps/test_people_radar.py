"""Once a day whoever accounts and personas name is asked for, free: who is gone is told before an order fails."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.admin import tenants
from shared.cloud.tenants import AccountStatus, Integration, Tenant
from shared.pipeline.plan.personas import Persona, PersonaIds
from shared.pipeline.vendors.names import PLATFORM
from shared.steps.people_radar import PeopleRadar
from tests.faults.wire import Kind
from tests.steps.calls import customer, told
from tests.steps.stage import AMBER, JENNY, LOOK, TENANT, VOICE, Stage, known, staged

NOBODY = "v2_nobody@here"
ASKED = "^(heygen|did) GET"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a stage with an account at both services, and a persona both know."""
    with staged(tmp_path, did={}) as opened:
        yield opened


@pytest.fixture
def radar(stage: Stage) -> PeopleRadar:
    people = stage.wiring.radar.people
    assert isinstance(people, PeopleRadar)
    return people


def alarms(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what a person was told since the last look."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line["message"] for line in lines if line["fact"] == "alarm"]


def account(stage: Stage, provider: str = "did") -> Integration:
    found = stage.wiring.tenants.integration(TENANT.id, provider, "production", fresh=True)
    assert found
    return found


def leaves(stage: Stage) -> None:
    """Let D-ID know ana's presenter no more."""
    ids = {"heygen": PersonaIds(LOOK, VOICE), "did": PersonaIds(NOBODY, JENNY)}
    stage.wiring.personas.put(TENANT.id, Persona("ana", "Ana", ids))


def test_who_is_there_is_no_news(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Two looks and two voices are asked for, nothing is ordered, nothing is told."""
    stage.wiring.radar()

    assert [] == alarms(capsys)
    assert (None, None) == (account(stage).gone, account(stage, "heygen").gone)
    assert 4 == stage.wire.count(ASKED)
    assert (0, 0) == (stage.submits("heygen"), stage.submits("did"))


def test_who_is_gone_rings_once_and_stands_in_the_account(
    stage: Stage, radar: PeopleRadar, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says at which service, whose it is and who names them; the tenant and the operator can read it."""
    leaves(stage)
    for _ in range(2):
        radar()

    gone = f"avatar {NOBODY} (persona ana)"
    assert [f"people gone at D-ID, mode production, acme: {gone}: orders that name them fail"] == alarms(capsys)
    shop = customer(stage.wiring, TENANT.id)
    shown = told(shop.call("GET", "/tenant/integrations/did"))
    assert ("active", f"D-ID did not know, when it was asked last: {gone}") == (shown["status"], shown["reason"])
    assert gone in str(tenants.show(stage.wiring, TENANT.id)["accounts"])


def test_who_is_named_anew_is_missed_no_more(stage: Stage, radar: PeopleRadar) -> None:
    """The next look takes it out of the account."""
    leaves(stage)
    radar()
    known(stage.wiring)

    radar()

    assert None is account(stage).gone


def test_the_accounts_own_are_asked_for(stage: Stage, radar: PeopleRadar) -> None:
    """Whoever speaks where an order names nobody is looked at like a persona."""
    stage.wiring.tenants.put_integration(TENANT.id, replace(account(stage), avatar_id=AMBER, voice_id="en-US-Gone"))

    radar()

    assert ("voice en-US-Gone (the account's own)",) == account(stage).gone


def test_a_service_that_is_down_says_nothing_of_anybody(
    stage: Stage, radar: PeopleRadar, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was known stays; nobody is told."""
    leaves(stage)
    radar()
    before = account(stage)
    capsys.readouterr()
    stage.wire.on(ASKED, Kind.REFUSE, "503", times=99)

    radar()

    assert before == account(stage)
    assert [] == alarms(capsys)


def test_whoever_borrows_an_account_has_its_personas_asked_for(
    stage: Stage, radar: PeopleRadar, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the platform's key; who is gone rings once, stands in the persona, and is forgotten with another one."""
    wiring, bolt = stage.wiring, customer(stage.wiring, "bolt")
    wiring.personas.put("bolt", Persona("ana", "Ana", {"did": PersonaIds(AMBER, JENNY)}))
    wiring.personas.put("bolt", Persona("bo", "Bo", {"did": PersonaIds(NOBODY, JENNY)}))
    radar()
    assert [] == alarms(capsys)  # nobody lends them an account yet

    wiring.tenants.put_integration(PLATFORM, account(stage))
    for _ in range(2):
        radar()

    told_of = f"did avatar {NOBODY}"
    says = f"people gone at abroll's own accounts, bolt: {told_of} (persona bo): orders that name them fail"
    assert [says] == alarms(capsys)
    shown = {each["name"]: each.get("gone") for each in told(bolt.call("GET", "/tenant/personas"))["personas"]}
    assert (None, [told_of]) == (shown["ana"], shown["bo"])

    wiring.tenants.put_integration("bolt", replace(account(stage), status=AccountStatus.INACTIVE))
    radar()
    assert None is told(bolt.call("GET", "/tenant/personas/bo")).get("gone")
    assert [] == alarms(capsys)


def test_a_borrowed_account_that_is_down_says_nothing(stage: Stage, radar: PeopleRadar) -> None:
    """Who was gone stays so; a persona that was removed meanwhile is not brought back."""
    stage.wiring.tenants.put_integration(PLATFORM, account(stage))
    stage.wiring.tenants.put_tenant(Tenant("bolt", "Bolt"))
    stage.wiring.personas.put("bolt", Persona("bo", "Bo", {"did": PersonaIds(NOBODY, JENNY)}))
    radar()
    before = stage.wiring.personas.get("bolt", "bo")
    stage.wire.on(ASKED, Kind.REFUSE, "503", times=99)
    radar()
    stage.wiring.personas.note_gone("bolt", "removed", ("did avatar x",))

    assert before == stage.wiring.personas.get("bolt", "bo")
    assert before
    assert (f"did avatar {NOBODY}",) == before.gone
    assert None is stage.wiring.personas.get("bolt", "removed")


def test_each_day_goes_on_where_the_last_ended(stage: Stage, radar: PeopleRadar) -> None:
    """One tenant a look: the second day it is the second's turn, and after the last the first's again."""
    stage.wiring.tenants.put_tenant(Tenant("bolt", "Bolt"))
    narrow = replace(radar, most=1)
    seen = []
    for _ in range(3):
        narrow()
        seen.append(stage.cloud.instance().vendor_states.read().looked_after)

    assert ["acme", "bolt", ""] == seen
