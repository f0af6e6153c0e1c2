"""Whatever can be asked for can be planned, and every plan keeps the vendors' limits and adds up."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.plan.advice import ADVICE
from shared.pipeline.plan.plan import Feature, Join, Kind, Length, Plan, Sound
from shared.pipeline.plan.planner import nodes, plan_from_document, plan_to_document
from shared.pipeline.plan.request import (
    AspectRatio,
    BRoll,
    FilmRequest,
    Quality,
    Resolution,
    SceneRequest,
    from_document,
    to_document,
)
from shared.pipeline.plan.rules import mistakes, outline
from shared.pipeline.plan.unseen import seen
from tests.pipeline.films import PHOTO, TABLES, WHITE, film, planned, with_references

LINKS = TABLES.limits.links
durations = st.integers(40, 80).map(lambda tenths: tenths / 10)
images = st.none() | st.sampled_from(["https://shop.example/a.jpg", "https://shop.example/b.jpg"])
texts = st.none() | st.text(min_size=1, max_size=40)
footage = st.builds(
    SceneRequest,
    visual_description=st.text(min_size=1),
    mood=texts,
    duration=durations,
    text_overlay=texts,
    image_url=images,
)
walls = st.builds(SceneRequest, background=st.just(WHITE), duration=durations, text_overlay=texts)
scripts = st.text("ab c.", min_size=1, max_size=400)
b_rolls = st.builds(BRoll, st.sampled_from(Join), st.sampled_from(Sound), st.sampled_from(Quality))
whole = st.fixed_dictionaries(
    {
        "image_url": st.none() | st.just(PHOTO),
        "b_roll": b_rolls,
        "resolution": st.sampled_from(Resolution),
        "aspect_ratio": st.sampled_from([AspectRatio.TALL, AspectRatio.WIDE]),
        "captions": st.booleans(),
    }
)


@st.composite
def films(draw: st.DrawFn) -> FilmRequest:
    """Draw a request for any of the four films."""
    changed = draw(whole)
    kind = draw(st.sampled_from(["presenter over B-roll", "B-roll only", "reel", "presenter only"]))
    scenes = draw(st.lists(footage if kind == "B-roll only" else footage | walls, min_size=1, max_size=20))
    spoken = kind != "B-roll only"
    changed["length"] = draw(st.sampled_from(Length) if spoken else st.sampled_from([Length.FILM, Length.LONGER]))
    if kind == "presenter only":
        return film(avatar_script=draw(scripts), background=WHITE, **changed)
    if kind == "presenter over B-roll":
        return film(*scenes, avatar_script=draw(scripts), **changed)
    if kind == "reel":
        first = draw(scripts)
        rest = [draw(st.none() | scripts) for _ in scenes[1:]]
        scenes = [with_script(scene, script) for scene, script in zip(scenes, [first, *rest], strict=True)]
    return film(*scenes, **changed)


def with_script(scene: SceneRequest, script: str | None) -> SceneRequest:
    """Return the scene with a script of its own."""
    return SceneRequest(
        visual_description=scene.visual_description,
        duration=scene.duration,
        background=scene.background,
        image_url=scene.image_url,
        script=script,
    )


def chains(made: Plan) -> list[list[int]]:
    """Return the scene indices of each chain, from the edges alone."""
    found: dict[str, list[int]] = {}
    for clip in made.clips:
        found[clip.key] = [*(found.pop(clip.before) if clip.before else []), clip.scene]
    return list(found.values())


@given(films())
def test_any_valid_request_plans_and_its_documents_read_back(request: FilmRequest) -> None:
    """The four films, both joins, one to twenty scenes; request and plan survive their documents."""
    made = planned(request)

    assert mistakes(outline(request)) == []
    assert from_document(to_document(request)) == request
    assert plan_from_document(plan_to_document(made)) == made
    assert len(made.stretches) == max(len(seen(request, made.speeches).scenes), 1)


@given(films())
def test_every_clip_is_one_veo_can_film(request: FilmRequest) -> None:
    """Image xor a film before; lengths the model offers; never an extension of more than 30 s or a sixth link."""
    made = planned(request, with_references())

    veo = with_references().footage[request.b_roll.model]
    by_key = {clip.key: clip for clip in made.clips}
    for clip in made.clips:
        assert (clip.before is not None) == (clip.feature is Feature.EXTENSION)
        assert clip.before is None or clip.image is None
        assert (clip.image is not None) == (clip.feature in (Feature.IMAGE, Feature.REFERENCE))
        assert clip.seconds in veo.offers(clip.feature, request.resolution)
        before = by_key[clip.before].total if clip.before else 0
        assert before <= veo.longest_input
        assert clip.total == before + clip.seconds
    assert all(len(chain) <= LINKS for chain in chains(made))


@given(films())
def test_chains_are_consecutive_filmed_scenes_and_balanced(request: FilmRequest) -> None:
    """Each filmed scene is in one chain; within a shot no chain is longer than an even division makes it."""
    made = planned(request)

    divided = chains(made)
    shot = seen(request, made.speeches).scenes
    filmed = [number for number, scene in enumerate(shot) if scene.visual_description is not None]
    assert sorted(number for chain in divided for number in chain) == filmed
    assert all(after == before + 1 for chain in divided for before, after in pairwise(chain))
    if request.b_roll.join is Join.CUT:
        assert all(len(chain) == 1 for chain in divided)
    else:
        own = {number for number in filmed if request.scenes[number].image_url is not None}
        shots: list[list[int]] = []
        for number in filmed:
            if shots and shots[-1][-1] == number - 1 and number not in own:
                shots[-1].append(number)
            else:
                shots.append([number])
        expected = [-(-len(shot) // -(-len(shot) // LINKS)) for shot in shots]
        longest = [max(len(chain) for chain in divided if chain[0] in shot) for shot in shots]
        assert longest == expected


@given(films())
def test_stretches_lie_in_their_files(request: FilmRequest) -> None:
    """Every scene is shown from its own link's part of the chain's file, or before a backdrop."""
    made = planned(request)

    by_key = {clip.key: clip for clip in made.clips}
    for stretch in made.stretches:
        assert (stretch.clip is None) == (stretch.backdrop is not None)
        assert stretch.seconds > 0
        if stretch.clip and stretch.chain:
            link = by_key[stretch.clip]
            assert link.scene == stretch.scene
            assert link.total - link.seconds <= stretch.offset
            assert stretch.offset + stretch.seconds <= link.total <= by_key[stretch.chain].total


@given(films())
def test_money_and_time_add_up(request: FilmRequest) -> None:
    """What the nodes cost is what the plan costs; the worst reading is never below; deviations are said."""
    made = planned(request)

    graph = nodes(made)
    ours = sum(node.cost for node in graph if node.kind is not Kind.PRESENTER)
    assert ours == made.cost_to_us
    assert sum(node.cost for node in graph if node.kind is Kind.PRESENTER) == made.cost_to_provider_account
    assert all(node.worst_cost >= node.cost for node in graph)
    assert all(node.paid == bool(node.provider) for node in graph)
    assert made.estimated_wait >= max(node.expected_seconds for node in graph)
    asked = sum(scene.seconds for scene in request.scenes) or made.planned_seconds
    if asked != made.planned_seconds and request.length is not Length.SCRIPT and request.scenes:
        assert made.warnings or abs(asked - made.planned_seconds) <= 0.5 * len(request.scenes)


@given(films())
def test_the_graph_is_in_order_and_ends_in_compose(request: FilmRequest) -> None:
    """Each node comes after all it needs; compose needs every presenter and every node nobody else needs."""
    graph = nodes(planned(request))

    told: set[str] = set()
    for node in graph:
        assert set(node.needs) <= told
        assert node.key not in told
        told.add(node.key)
    needed = {key for node in graph[:-1] for key in node.needs}
    ends = {node.key for node in graph[:-1] if node.key not in needed or node.kind is Kind.PRESENTER}
    assert graph[-1].kind is Kind.COMPOSE
    assert ends <= set(graph[-1].needs)


MOVES = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(told.next_move))) for told in ADVICE.values()]


@given(films())
def test_every_warning_ends_in_a_move_of_the_register(request: FilmRequest) -> None:
    """Whoever is warned is told what can be done, whatever was asked for."""
    moves = [line.partition(". ")[2] for line in planned(request).warnings]

    assert [] == [said for said in moves if not any(re.search(f"{move.pattern}$", said) for move in MOVES)]
