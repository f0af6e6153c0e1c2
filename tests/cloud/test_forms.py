"""The gate of a release that can write two forms: read seldom, and closed whenever nothing is known."""

import pytest
from google.cloud.firestore import DELETE_FIELD

from infra.admin.house import forms
from shared.cloud.forms import FORM_SECONDS, Forms
from shared.pipeline.job.schema import OLDEST, SCHEMA, WRITES, written
from tests.cloud.new_jobs import job
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind

READ = "^firestore BatchGet"
STRADDLING = {2: 2, 3: 2, 4: 4}


def gate(cloud: Cloud) -> Forms:
    return Forms(cloud.wiring.clients, cloud.clock.monotonic, STRADDLING)


def test_code_of_one_form_asks_nobody(cloud: Cloud) -> None:
    """No read is made where there is nothing to choose: such code costs what it costs."""
    assert 2 == Forms(cloud.wiring.clients, cloud.clock.monotonic, {2: 2}).form()
    assert 0 == cloud.wire.count(READ)


def test_a_gate_nobody_has_set_is_closed(cloud: Cloud) -> None:
    """Until every function is known to read the newer form, the older one is written."""
    assert 2 == gate(cloud).form()


@pytest.mark.parametrize(("told", "born"), [(1, 2), (2, 2), (3, 3), (4, 4), (9, 4)])
def test_new_jobs_are_born_in_the_newest_form_that_is_allowed(cloud: Cloud, told: int, born: int) -> None:
    """A number between, below or above what this code can write means the nearest below."""
    gate(cloud).set(told)

    assert born == gate(cloud).form()
    assert born == written(told, STRADDLING)


def test_a_flip_is_seen_within_ten_seconds_at_one_read(cloud: Cloud) -> None:
    """However many jobs are created, an instance asks once in ten seconds."""
    mine, operators = gate(cloud), gate(cloud)
    operators.set(3)
    before = [mine.form() for _ in range(20)]
    operators.set(2)

    cloud.clock.forward(FORM_SECONDS - 1)
    kept = mine.form()
    cloud.clock.forward(1)
    seen = mine.form()

    assert ([3] * 20, 3, 2) == (before, kept, seen)
    assert 2 == cloud.wire.count(READ)


@pytest.mark.parametrize("word", ["3", True, 3.0, None])
def test_a_word_that_is_no_form_closes_the_gate(cloud: Cloud, word: object) -> None:
    """What a hand typed wrongly opens nothing."""
    cloud.wiring.clients.firestore.document("settings/schema").set({"write": word})

    assert 2 == gate(cloud).form()


def test_a_store_that_does_not_answer_closes_the_gate(cloud: Cloud) -> None:
    """No order fails because of it: the older form is always right."""
    gate(cloud).set(3)
    cloud.wire.on(READ, Kind.REFUSE, "PERMISSION_DENIED")

    assert 2 == gate(cloud).form()


def test_what_bars_a_roll_back_is_counted(cloud: Cloud) -> None:
    """Live jobs that older code may not write; one that has ended, or that it may write, bars nothing."""
    jobs, store = cloud.wiring.jobs, cloud.wiring.clients.firestore
    made = [job(cloud.clock) for _ in range(3)]
    for each in made:
        jobs.create(each, jobs.month(each.tenant, each.money.usage_doc))
    bars, ended, readable = (store.collection("jobs").document(each.id) for each in made)
    bars.update({"schema": SCHEMA + 1, "reads": SCHEMA + 1})
    readable.update({"schema": SCHEMA + 1})
    ended.update({"schema": SCHEMA + 1, "reads": SCHEMA + 1})
    ended.update({"due_at": DELETE_FIELD})

    said = forms(cloud.wiring)["says"]

    assert 1 == jobs.ahead(SCHEMA)
    assert f"1 live jobs bar a roll-back to code of schema {OLDEST}" in said
    assert f"new jobs are born in form {OLDEST}" in said


def test_the_table_of_forms_is_in_order() -> None:
    """Each form is written by code that may write it, and this code may write all that it writes."""
    assert OLDEST == min(WRITES)
    assert SCHEMA == max(WRITES)
    assert all(reads <= form for form, reads in WRITES.items())
