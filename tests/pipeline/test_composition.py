"""A film's name: the same wherever and by whichever release it is made, another whenever the film would be another."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shared.cloud.documents import read
from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.edit.assembly import assemble
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job.job import Job
from shared.pipeline.job.names import inputs_hash
from shared.pipeline.plan.composition import canonical, composition
from shared.pipeline.plan.plan import COMPOSE_KEY, Cutout, Plan
from shared.pipeline.plan.request import FilmRequest
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, WHITE, film, filmed, spoken
from tests.pipeline.machine.story import job, stored
from tests.pipeline.test_editing_properties import takes_of
from tests.pipeline.test_planner_properties import films

JOB = "3c5f1d1e-9d0b-4b52-9d9c-5a3a1c0e7a11"
STORED = Path(__file__).parent / "stored_compositions.json"
OTHER = {"9:16": "16:9", "longer": "film", "bed": "mute", "extend": "cut", "crop": "blur", "720p": "1080p"}


def hashed(job: Job) -> str:
    return inputs_hash(job, job.nodes[COMPOSE_KEY])


def made(request: FilmRequest) -> Job:
    """Return a job whose files are all there."""
    new = job(request)
    nodes = {
        key: replace(node, output=replace(stored(key), cutout=Cutout.ALPHA if key.startswith("presenter") else None))
        for key, node in new.nodes.items()
        if key != COMPOSE_KEY
    }
    return replace(new, nodes={**nodes, COMPOSE_KEY: new.nodes[COMPOSE_KEY]})


@pytest.mark.parametrize("name", sorted(json.loads(STORED.read_text("utf-8"))))
def test_a_stored_film_keeps_its_name(name: str) -> None:
    """Ten jobs as they lay in Firestore: whoever changes one of these hashes makes every film of N once more in N+1."""
    kept = json.loads(STORED.read_text("utf-8"))[name]

    found = read(JOB, kept["document"])

    assert kept["inputs_hash"] == hashed(found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("request.webhook_url", "https://shop.example/hook"),
        ("request.metadata", {"sku": "7"}),
        ("request.product_title", "Another"),
        ("request.product_id", "p-7"),
        ("request.dry_run", True),
        ("request.mode", "test"),
        ("request.later", {"any": "thing"}),
        ("plan.title", "Another"),
        ("plan.compose_cost", 9),
        ("plan.estimated_wait", 9.5),
        ("plan.warnings", ["told"]),
        ("plan.model", "veo-9"),
        ("plan.later", 1),
        ("plan.speeches.0.cost", 1),
        ("plan.speeches.0.engine", "avatar_v"),
        ("plan.stretches.0.later", "unknown"),
        ("request.scenes.0.camera_movement", "slow pan"),
    ],
)
def test_what_no_frame_shows_does_not_rename_a_film(path: str, value: object) -> None:
    """Addresses, prices, words for people and fields of newer code."""
    before = made(film(filmed(text_overlay="New"), avatar_script="Good morning."))

    after = placed(before, path, value)

    assert hashed(before) == hashed(after)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("request.scenes.0.text_overlay", "Newer"),
        ("request.avatar_script", "Good evening."),
        ("request.avatar_position", {"preset": "top_left"}),
        ("request.voice.locale", "ja-JP"),
        ("request.text", {"color": "#ffd400"}),
        ("request.safe_area", "reels"),
        ("plan.loudness", -23),
        ("plan.music", {"uri": "gs://f/a.mp3", "generation": 1, "seconds": 9.0, "loudness": -18.0}),
        ("request.aspect_ratio", "16:9"),
        ("plan.captions", False),
        ("plan.sound", "mute"),
        ("plan.size.width", 540),
        ("plan.length", "film"),
        ("plan.place.scale", 0.5),
        ("plan.stretches.0.seconds", 7.5),
        ("plan.clips.0.total", 7),
        ("nodes.clip-1.output.generation", 2),
        ("nodes.clip-2.output.generation", 2),
        ("nodes.clip-1.output.seconds", 4.0),
        ("nodes.presenter-1.output.cutout", "inset"),
        ("nodes.presenter-1.output.captions", "gs://bucket/words.srt"),
    ],
)
def test_what_a_frame_shows_renames_a_film(path: str, value: object) -> None:
    """Words, places, lengths, and the bytes of every file, an inner link's too."""
    before = made(film(filmed(text_overlay="New"), filmed(), avatar_script="Good morning.", captions=True))

    after = placed(before, path, value)

    assert hashed(before) != hashed(after)


def placed(job: Job, path: str, value: object) -> Job:
    """Return a job with one field of its document changed."""
    document = {"request": to_plain(job.request), "plan": to_plain(job.plan), "nodes": to_plain(job.nodes)}
    changed = altered(document, path.split("."), value)
    nodes = {key: replace(job.nodes[key], output=_output(job, key, each)) for key, each in changed["nodes"].items()}
    request, plan = from_plain(FilmRequest, changed["request"]), from_plain(Plan, changed["plan"])
    return replace(job, request=request, plan=plan, nodes=nodes)


def _output(job: Job, key: str, node: dict[str, Any]) -> Any:
    return from_plain(type(stored()), node["output"]) if "output" in node else job.nodes[key].output


def altered(data: Any, path: list[str], value: object) -> Any:
    """Return plain data with what stands at a path replaced."""
    changed = copy.deepcopy(data)
    inside = changed
    for step in path[:-1]:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    inside[int(path[-1]) if isinstance(inside, list) else path[-1]] = value
    return changed


def leaves(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Find every scalar of plain data and where it stands."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, item in items:
        yield from leaves(item, (*path, str(step)))
    if not isinstance(data, dict | list):
        yield path, data


def other(value: Any) -> Any:
    """Return another value of a field's kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return OTHER.get(value, f"{value} x")
    return "x"


def shown(plan: Plan, request: FilmRequest, takes: Any) -> Edit | None:
    """Return the edit without words for people, and what is said, which the takes decide; None if there is none."""
    try:
        return replace(assemble(plan, request, takes, BREAKS), warnings=(), spoken=())
    except (KeyError, ValueError, IndexError, StopIteration, RuntimeError, AttributeError, TypeError):
        return None


@settings(max_examples=25, derandomize=True, phases=[Phase.generate])
@given(st.data())
def test_whatever_changes_the_edit_changes_the_name(data: st.DataObject) -> None:
    """Every field of a plan and its request is changed, one after the other: no two edits share a composition."""
    request = data.draw(films())
    plan, takes = data.draw(takes_of(request))
    before, name = shown(plan, request, takes), canonical(composition(plan, request))
    plain = {"request": to_plain(request), "plan": to_plain(plan)}

    for path, value in leaves(plain):
        changed = altered(plain, list(path), other(value))
        try:
            after_plan, after_request = from_plain(Plan, changed["plan"]), from_plain(FilmRequest, changed["request"])
        except Unreadable:
            continue
        after = shown(after_plan, after_request, takes)
        if after is not None and after != before:
            assert name != canonical(composition(after_plan, after_request)), ".".join(path)


def test_a_number_has_one_name() -> None:
    """A duration that was sent as 4 and comes back from the store as 4.0 makes one film."""
    assert canonical({"b": [4, True, None], "a": "é"}) == canonical({"a": "é", "b": [4.0, True, None]})
    assert '{"a":"\\u00e9","b":[4.0,true,null]}' == canonical({"a": "é", "b": [4, True, None]})


KINDS = {
    "one clip": film(filmed()),
    "a chain": film(filmed(), filmed(), filmed()),
    "cuts": film(filmed(), filmed(5), b_roll=CUT),
    "a presenter over footage": film(filmed(), avatar_script="Good morning."),
    "a presenter alone": film(avatar_script="Good morning.", background=WHITE),
    "scripts by scene": film(spoken("One."), spoken("Two."), filmed(script="Three.")),
    "captions": film(filmed(), avatar_script="Good morning to all of you.", captions=True),
    "texts": film(filmed(text_overlay="Neu: für dich"), filmed(text_overlay="東京")),
    "a chain without its first": film(filmed(), spoken("Between."), filmed()),
    "everything": film(filmed(script="Hi."), spoken("There."), filmed(text_overlay="Now", script="Go."), captions=True),
}


def store() -> None:
    """Name the ten jobs anew: only when RENDERER was raised (python -m tests.pipeline.test_composition).

    Their documents stay as the releases wrote them that stored them; only a kind that is new is written.
    """
    from shared.cloud.documents import whole

    kept = json.loads(STORED.read_text("utf-8"))
    for name in KINDS.keys() - kept.keys():
        plain = {key: value for key, value in whole(made(KINDS[name])).items() if value is not None}
        kept[name] = {"document": json.loads(json.dumps(plain, default=lambda moment: moment.isoformat()))}
    for each in kept.values():
        each["inputs_hash"] = hashed(read(JOB, each["document"]))
    STORED.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    store()
