"""Cards before and after a film: everything moves with them, they cost their seconds, an edit adds and takes them."""

from dataclasses import replace

import pytest

from shared.door.change_bodies import parse_edit
from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.edit.edit import INTRO_KEY, Edit
from shared.pipeline.job.creation import form_of
from shared.pipeline.job.recut import Recut, laid_out
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.brand import Brand, Colors, Logo
from shared.pipeline.plan.cards import card_clips, intro_seconds, outro_seconds, planned_cards, refuse_card_clips
from shared.pipeline.plan.composition import composition
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.kit import Rebrand, filled_in, rebranded
from shared.pipeline.plan.picture import CardClip, CardFit, CardSound, FilmCard, OwnFile, Role
from shared.pipeline.plan.plan import Blend, Cutout, Plan
from shared.pipeline.plan.planner import CannotPlan
from shared.pipeline.plan.request import FilmRequest, from_document, to_document
from shared.pipeline.plan.typography import CaptionsBy
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, TABLES, film, filmed, planned, words

WIDE = OwnFile("mp4", 3.25, 1280, 720, sound=True)
CLIP = CardClip("c" * 64, WIDE)
BRAND = Brand("pikolo@1", Logo("f" * 64, 100, 100), Colors(primary="#1a3c34"))


def carded(request: FilmRequest, brand: Brand = BRAND) -> FilmRequest:
    """Return an order with both cards."""
    return replace(request, brand=brand, intro=FilmCard(), outro=FilmCard(3.0, "First cup free"))


def edited(plan: Plan, request: FilmRequest) -> Edit:
    takes = {clip.key: Take(float(clip.total)) for clip in plan.clips}
    takes |= {speech.key: Take(speech.seconds, Cutout.ALPHA) for speech in plan.speeches}
    return assemble(plan, request, takes, BREAKS)


def test_all_that_is_laid_moves_by_the_intro() -> None:
    """Presenters, texts, captions and what is said; shots follow each other; the outro has its text."""
    plain = film(
        filmed(text_overlay="New"),
        filmed(),
        b_roll=CUT,
        avatar_script=words(8),
        captions=True,
        captions_by=CaptionsBy.WORD,
    )
    whole = carded(plain)

    before, after = edited(planned(plain), plain), edited(planned(whole), whole)

    assert before.seconds + 4.5 == after.seconds
    assert (1.5, 1.5 + before.seconds) == after.scenes
    assert [1.5, *(each.seconds for each in before.shots), 3.0] == [each.seconds for each in after.shots]
    assert [True, False, False, True] == [each.card for each in after.shots]
    assert [Blend.CUT, *[Blend.CROSSFADE] * 3] == [each.comes for each in after.shots]
    assert [each.start + 1.5 for each in before.appearances] == [each.start for each in after.appearances]
    for old, new in ((before.cues, after.cues), (before.spoken, after.spoken)):
        assert [each.start + 1.5 for each in old] == pytest.approx([each.start for each in new])
    lit = [[word.start for cue in one.cues for word in cue.words] for one in (before, after)]
    assert lit[0]
    assert [start + 1.5 for start in lit[0]] == pytest.approx(lit[1])
    assert ["New", "First cup free"] == [each.text for each in after.titles]
    assert after.titles[1].start > 1.5 + before.seconds


def test_cards_are_planned_and_priced() -> None:
    """Their seconds are part of the film's, and of what composing costs; nothing else is bought."""
    plain = film(filmed(), brand=BRAND)
    whole = carded(plain)

    one, two = planned(plain), planned(whole)

    assert one.planned_seconds + 4.5 == two.planned_seconds
    assert one.compose_cost < two.compose_cost
    assert (one.clips, one.speeches) == (two.clips, two.speeches)
    assert composition(one, plain) != composition(two, whole)


def test_a_plan_says_what_its_cards_are() -> None:
    """What is seen on each, whose it is, and the seconds it adds: all that the plan has more than its scenes."""
    own = FilmCard(2.0, video="a" * 64, video_facts=WIDE)
    kit = replace(BRAND, logo=None, outro_clip=CLIP)
    request = film(filmed(), brand=kit, intro=own, outro=FilmCard())
    pictured = film(filmed(), brand=replace(kit, intro="e" * 64), intro=FilmCard(), outro=FilmCard(image="f" * 64))
    drawn = film(filmed(), brand=replace(kit, outro_clip=None), outro=FilmCard(text="Bye"), intro=FilmCard(seconds=0))

    told = [planned_cards(each) for each in (request, carded(film(filmed())), pictured, drawn)]

    assert [
        [("intro", "video", False, 2.0, None), ("outro", "video", True, 3.25, None)],
        [("intro", "logo", True, 1.5, None), ("outro", "logo", True, 3.0, "First cup free")],
        [("intro", "image", True, 1.5, None), ("outro", "image", False, 2.5, None)],
        [("outro", "text", False, 2.5, "Bye")],
    ] == [[(each.card, each.shows, each.of_brand, each.seconds, each.text) for each in cards] for cards in told]
    assert () == planned_cards(film(filmed(), brand=BRAND))
    more = planned(request).planned_seconds - planned(film(filmed())).planned_seconds
    assert more == sum(each.seconds for each in told[0])


def test_a_card_without_anything_on_it_is_refused() -> None:
    """It needs a text, or a brand with a logo or a picture."""
    bare, texted = film(filmed(), intro=FilmCard()), film(filmed(), intro=FilmCard(text="Pikolo"))
    pictured = film(filmed(), intro=FilmCard(), brand=Brand("pikolo@1", intro="f" * 64))

    with pytest.raises(CannotPlan) as refused:
        planned(bare)

    assert ["intro"] == list(refused.value.details)
    assert planned(texted)
    assert INTRO_KEY == edited(planned(pictured), pictured).shots[0].node


@pytest.mark.parametrize(
    ("long", "card", "path"),
    [
        (0.6, FilmCard(), "intro.video"),
        (14.0, FilmCard(), "intro.video"),
        (3.0, FilmCard(4.0), "intro.seconds"),
        (14.0, FilmCard(10.0), ""),
        (3.0, FilmCard(), ""),
        (3.0, FilmCard(image="f" * 64, fit=CardFit.PAD), "intro.fit"),
        (3.0, FilmCard(image_url="https://shop.example/a.png", sound=CardSound.MUTE), "intro.sound"),
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_a_cards_clip_is_refused_by_what_is_wrong(long: float, card: FilmCard, path: str, own: bool) -> None:
    """The order's own and the kit's: 1 to 10 s, no longer than it is, and its words belong to a clip."""
    clip = replace(CLIP, facts=replace(WIDE, seconds=long))
    pictured = card.image or card.image_url
    asked = replace(card, video=clip.clip, video_facts=clip.facts) if own and not pictured else card
    request = film(filmed(), intro=asked, brand=BRAND if own else replace(BRAND, intro_clip=clip))

    found = dict(refuse_card_clips(request))

    assert [path] * bool(path) == [*found]
    assert not path or len(found[path]) > 20


def test_a_card_is_as_long_as_its_clip_and_shows_it() -> None:
    """Unless its seconds cut it; the order's own comes before the kit's, and a picture of its own before both."""
    kit = replace(BRAND, intro="e" * 64, intro_clip=replace(CLIP, sound=CardSound.MUTE, fit=CardFit.PAD))
    request = film(filmed(), brand=kit, intro=FilmCard(text="Pikolo"), outro=FilmCard(2.0, video="a" * 64))
    request = replace(request, outro=replace(request.outro or FilmCard(), video_facts=WIDE))
    pictured = replace(request, intro=FilmCard(image_url="https://shop.example/a.png"))
    heard = replace(request, intro=FilmCard(sound=CardSound.HEARD))

    first, *_, last = edited(planned(request), request).shots
    loud = edited(planned(heard), heard).shots[0]

    assert (3.25, 2.0) == (intro_seconds(request), outro_seconds(request))
    assert ("own-intro", 3.25, False, True) == (first.node, first.footage, first.heard, first.padded)
    assert ("own-outro", 2.0, True, False) == (last.node, last.footage, last.heard, last.padded)
    assert (True, True) == (loud.heard, loud.padded)
    assert [Role.OUTRO] == [*card_clips(pictured)]
    assert planned(request).planned_seconds == planned(film(filmed(), brand=kit)).planned_seconds + 5.25
    assert SWITCHING == form_of(planned(request), request, {}) > form_of(planned(film(filmed())), film(filmed()), {})
    names = [composition(planned(each), each)["cards"] for each in (request, pictured)]
    assert "video_facts" not in names[0]["outro"]
    assert composition(planned(heard), heard)["card_clips"] != composition(planned(request), request)["card_clips"]
    assert request == from_document(to_document(request))


def test_an_edit_adds_and_takes_cards_away() -> None:
    """For nothing but composing; null takes one away."""
    request = film(filmed(), brand=BRAND)
    plan = planned(request)

    added = laid_out(request, plan, Recut(intro=FilmCard(2.0)), TABLES)
    change = parse_edit(b'{"intro": null, "transition_color": "#1a3c34"}').recut()
    taken = laid_out(added.request, added.plan, change, TABLES)

    assert plan.planned_seconds + 2.0 == added.plan.planned_seconds
    assert plan.clips == added.plan.clips
    assert (None, plan.planned_seconds) == (taken.request.intro, taken.plan.planned_seconds)
    assert "#1a3c34" == taken.request.transition_color


def test_a_kit_gives_its_way_from_scene_to_scene_and_its_cards() -> None:
    """Where the order is silent; another kit, or none, takes them along."""
    kit = Kit(BRAND, transition=Blend.DIP, transition_color="#1a3c34", intro=FilmCard(2.0), outro=FilmCard())

    body, filled = filled_in({"product_title": "Mug", "transition": "cut"}, kit)
    request = replace(from_document({**body}), brand=replace(BRAND, filled=filled))
    bare = rebranded(request, None)

    assert ("cut", "#1a3c34", {"seconds": 2.0}) == (body["transition"], body["transition_color"], body["intro"])
    assert {"transition_color", "intro", "outro"} == set(filled)
    assert (Blend.CUT, None, None, None) == (bare.transition, bare.transition_color, bare.intro, bare.outro)
    back = rebranded(bare, kit)
    assert (Blend.CUT, FilmCard(2.0)) == (back.transition, back.intro)
    assert Recut(brand=Rebrand(kit)).brand


def test_slides_follow_the_script_that_is_read() -> None:
    """Arabic and Hebrew texts mirror them; a film that was planned before stays, until its transitions are changed."""
    arabic = film(filmed(text_overlay="قهوة طازجة"), filmed(), b_roll=CUT, transition=Blend.SLIDE)
    latin = film(filmed(text_overlay="Fresh coffee"), filmed(), b_roll=CUT, transition=Blend.SLIDE)
    older = replace(planned(arabic), mirrored=False)

    kept = laid_out(arabic, older, Recut(intro=FilmCard(text="قهوة")), TABLES)
    changed = laid_out(arabic, older, Recut(transition_seconds=1.0, transition=Blend.SLIDE), TABLES)

    assert [True, False, False] == [
        edited(plan, one).mirrored
        for plan, one in ((planned(arabic), arabic), (planned(latin), latin), (older, arabic))
    ]
    assert (False, True) == (kept.plan.mirrored, changed.plan.mirrored)
    assert composition(older, arabic) != composition(planned(arabic), arabic)


def test_what_is_stored_is_read_back() -> None:
    """Cards of an order come back from its document as they were."""
    request = carded(film(filmed(), transition_color="#1a3c34"), replace(BRAND, outro="e" * 64))

    assert request == from_document(to_document(request))
