"""A long film is painted in parts: one film comes of it, whoever dies, comes twice or is of another release.

One film is filmed; every test composes a version of it, which is another film of the same clips.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from infra.local.world import FILMS
from shared.pipeline.codec import to_plain
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.names import parts_folder
from shared.pipeline.plan.picture import Poster
from shared.steps.audited import THE_OPERATOR
from shared.steps.delete_job import FIRST_REAP
from shared.steps.film_parts import CutList
from tests.faults.wire import Kind
from tests.steps.long_film import PARTS, filmed, films, left, version
from tests.steps.stage import FILM, TENANT, Stage, staged

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread
POSTERS = count(1)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[tuple[Stage, str]]:
    """Return a stage with a long film, painted in parts."""
    with staged(tmp_path_factory.mktemp("studio"), canned=canned) as stage:
        job_id = filmed(stage)
        stage.live(job_id)
        yield stage, job_id


def another(studio: tuple[Stage, str]) -> tuple[Stage, str, Job]:
    """Return the stage, the film's id, and a version of it that is to be composed."""
    stage, root = studio
    stage.wire.calls.clear()
    return stage, root, version(stage, root, Poster(at=next(POSTERS)))


def one_film(stage: Stage, root: str, made: Job, before: int) -> None:
    """Hold a version to what is promised: one more film, which was bought nowhere."""
    job = stage.job(made.id)
    assert Ending.COMPLETED is job.ending, job.trouble
    assert before + 1 == len(films(stage, root))
    assert not stage.waiting()
    assert not [line for line in stage.wire.calls if line.split()[0] in ("veo", "heygen")]
    output = job.nodes[FILM].output
    assert output is not None
    assert 44 == pytest.approx(output.seconds, abs=0.05)
    assert output.quality is not None
    assert not output.quality.unmeasured


def test_a_long_film_is_painted_in_parts(studio: tuple[Stage, str]) -> None:
    """Three parts, each painted once; no sweep was needed, and nothing of it stands in the job."""
    stage, job_id = studio
    job = stage.job(job_id)

    assert Ending.COMPLETED is job.ending
    assert 1 == job.nodes[FILM].wake
    assert PARTS == sum(each.endswith(".painted.zip") for each in left(stage, job_id))


def test_all_tasks_twice_make_one_film(studio: tuple[Stage, str]) -> None:
    """Whoever comes twice finds what is there: no part is called for or painted again."""
    stage, root, made = another(studio)
    before, message = len(films(stage, root)), stage.message(made.id, FILM)
    assert not stage.waiting("paint")
    stage.wiring.compose(message)
    first, tasks = left(stage, made.id), [task.name for task in stage.waiting("paint")]

    stage.wiring.compose(message)

    assert first == left(stage, made.id)
    assert tasks == [task.name for task in stage.waiting("paint")]
    assert PARTS == len(tasks)
    stage.cloud.incoming.on("^POST /paint_part", Kind.TWICE, times=9)
    stage.cloud.incoming.on("^POST /compose", Kind.TWICE, times=9)
    stage.live(made.id)
    stage.cloud.incoming.mend()
    one_film(stage, root, made, before)


def test_parts_of_another_engine_are_left(studio: tuple[Stage, str]) -> None:
    """A list that another release has written is not gone on with: the film is made whole."""
    stage, root, made = another(studio)
    before, node = len(films(stage, root)), stage.node(made.id, FILM)
    told = json.dumps(to_plain(CutList("another", node.wake, ("a", "b"), "c"))).encode()
    folder = f"gs://{FILMS}/{parts_folder(made.id, node.inputs_hash or '')}"
    stage.wiring.blobs.write(f"{folder}cut.json", [told], mime="application/json")

    stage.live(made.id)

    one_film(stage, root, made, before)
    assert [f"{folder}cut.json"] == left(stage, made.id)


def test_a_part_that_is_gone_costs_a_sweep(studio: tuple[Stage, str]) -> None:
    """An order that was deleted is painted by nobody; the sweep wakes compose, which makes the film whole."""
    stage, root, made = another(studio)
    before = len(films(stage, root))
    stage.wiring.compose(stage.message(made.id, FILM))
    sound = next(each for each in left(stage, made.id) if each.endswith(".sound.zip"))
    kept = {sound, sound.replace(".sound.zip", ".zip")}
    stage.cloud.expire(next(each for each in left(stage, made.id) if each.endswith(".zip") and each not in kept))

    assert 0 < stage.live(made.id)

    one_film(stage, root, made, before)
    assert PARTS - 1 == sum(each.endswith(".painted.zip") for each in left(stage, made.id))


def test_where_nobody_paints_compose_makes_it_whole(studio: tuple[Stage, str]) -> None:
    """A queue that is not there yet, or does not answer, costs nothing but what was laid out for it."""
    stage, root, made = another(studio)
    before = len(films(stage, root))
    stage.wire.on("^tasks CreateTask", Kind.REFUSE, "NOT_FOUND")

    stage.wiring.compose(stage.message(made.id, FILM))

    assert Ending.COMPLETED is stage.job(made.id).ending
    stage.wire.mend()
    stage.live(made.id)
    one_film(stage, root, made, before)


def test_a_cancelled_films_parts_are_not_painted(studio: tuple[Stage, str]) -> None:
    """Each painter looks first whether the film is still wanted."""
    stage, _, made = another(studio)
    stage.wiring.compose(stage.message(made.id, FILM))
    loaded = stage.wiring.commits.load(made.id)
    assert loaded

    stage.wiring.commits.hear(loaded, CancelAsked())
    stage.live(made.id)

    assert Ending.CANCELLED is stage.job(made.id).ending
    assert not [each for each in left(stage, made.id) if each.endswith(".painted.zip")]


def test_a_deleted_jobs_parts_go_with_its_files(studio: tuple[Stage, str]) -> None:
    """Nobody who paints may delete; the reaper does, before a day's age would."""
    stage, _, made = another(studio)
    stage.wiring.compose(stage.message(made.id, FILM))
    loaded = stage.wiring.commits.load(made.id)
    assert loaded
    stage.wiring.commits.hear(loaded, CancelAsked())
    assert left(stage, made.id)

    stage.wiring.delete_job(TENANT.id, made.id, THE_OPERATOR)
    stage.clock.forward(FIRST_REAP.total_seconds())
    stage.wiring.reap()

    assert [] == left(stage, made.id)
    stage.round()  # their painters come all the same
    assert [] == left(stage, made.id)
    assert not stage.waiting("paint")


def test_painters_whose_tasks_still_wait_are_waited_for(studio: tuple[Stage, str]) -> None:
    """A full queue of painters makes nobody paint twice: the sweep wakes compose, which leaves again."""
    stage, root, made = another(studio)
    before = len(films(stage, root))
    stage.wiring.compose(stage.message(made.id, FILM))
    for task in stage.waiting("compose"):
        stage.wiring.tasks.delete("compose", task.name.rpartition("/")[2])  # it was answered 200
    stage.clock.forward(150)
    stage.wiring.sweep()
    first = left(stage, made.id)

    stage.wiring.compose(stage.message(made.id, FILM))

    assert 2 == stage.node(made.id, FILM).wake
    assert first == left(stage, made.id)
    stage.live(made.id)
    one_film(stage, root, made, before)
