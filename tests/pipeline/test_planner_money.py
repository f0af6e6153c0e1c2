"""A plan says what every node costs, by both readings of the bill, and how long the film takes."""

import pytest

from shared.pipeline.plan.looks import LookType
from shared.pipeline.plan.plan import Kind, Length, Sound
from shared.pipeline.plan.planner import PlannedNode, nodes, plan
from shared.pipeline.plan.request import (
    BRoll,
    Resolution,
    VoiceSettings,
)
from tests.pipeline.films import (
    CUT,
    DEFAULTS,
    PHOTO,
    TABLES,
    WHITE,
    film,
    filmed,
    planned,
    spoken,
)


@pytest.mark.parametrize(
    ("script", "length", "says"),
    [
        ("x" * 290, Length.FILM, "about 5 s of it will not be heard"),
        ("x" * 145, Length.SCRIPT, "about 6 s of the scenes will not be seen"),
    ],
)
def test_what_a_fixed_length_costs_is_said(script: str, length: Length, says: str) -> None:
    """Unheard words and unseen footage are deviations like others."""
    made = planned(film(filmed(), filmed(), avatar_script=script, length=length))

    assert says in made.warnings[-1]


def test_muted_footage_costs_half() -> None:
    """The price follows what becomes of the sound."""
    muted = planned(film(filmed()))
    heard = planned(film(filmed(), b_roll=BRoll(audio=Sound.DUCK)))

    assert (muted.clips[0].cost, heard.clips[0].cost) == (1_600_000, 3_200_000)


def test_22_seconds_with_sound_cost_8_80_or_18_dollars() -> None:
    """Both readings of how Vertex bills an extension stand in the plan (veo page, "Prices")."""
    made = planned(film(filmed(), filmed(), filmed(), b_roll=BRoll(audio=Sound.DUCK)))

    assert sum(clip.cost for clip in made.clips) == 8_800_000
    assert sum(clip.worst_cost for clip in made.clips) == 18_000_000


def test_the_presenter_is_priced_by_the_second_and_stands_in_the_other_column() -> None:
    """A minute of a video look on Avatar IV, billed to the tenant's own account."""
    made = planned(film(avatar_script="x" * 870, background=WHITE))

    assert made.cost_to_provider_account == 60 * 66_700
    assert made.cost_to_us == made.compose_cost


@pytest.mark.parametrize(
    ("made_from", "engines", "engine", "price"),
    [
        (LookType.VIDEO, ("avatar_iii",), "avatar_iii", 16_700),
        (LookType.VIDEO, ("avatar_iii", "avatar_iv"), "avatar_iv", 66_700),
        (LookType.VIDEO, ("avatar_v", "avatar_iii"), "avatar_iii", 16_700),
        (LookType.VIDEO, ("avatar_v",), "avatar_v", 66_700),
        (LookType.PHOTO, ("avatar_iii",), "avatar_iii", 43_300),
        (LookType.PHOTO, ("avatar_iii", "avatar_iv", "avatar_v"), "avatar_iv", 50_000),
        (LookType.PHOTO, ("avatar_v", "avatar_iii"), "avatar_iii", 43_300),
    ],
)
def test_the_engine_is_one_the_look_supports_and_sets_the_price(
    made_from: LookType, engines: tuple[str, ...], engine: str, price: int
) -> None:
    """The first engine of the table that look and price list both know is frozen, and the take is priced by it."""
    made = planned(film(avatar_script="x" * 145, background=WHITE), type=made_from, engines=engines)

    assert [(engine, 10 * price)] == [(take.engine, take.cost) for take in made.speeches]
    assert not [warning for warning in made.warnings if "engine" in warning]


def test_a_look_nobody_could_ask_is_priced_at_its_dearest_and_said() -> None:
    """Without a key, or without an answer, a film has a price all the same: the default engine's for a video look."""
    made = plan(film(avatar_script="x" * 145, background=WHITE), TABLES, DEFAULTS)

    assert [(None, 667_000)] == [(take.engine, take.cost) for take in made.speeches]
    assert (
        "HeyGen did not tell which engine films look-1: priced as avatar_iv, the dearest; "
        "its own price is booked when the take is asked for, never more. "
        'Ask again with "dry_run": true for the exact price.'
    ) in made.warnings


def test_a_look_that_names_no_engine_is_left_to_the_service() -> None:
    """Nothing is ordered that the look did not say; the price is the default engine's for its type."""
    made = planned(film(avatar_script="x" * 145, background=WHITE), type=LookType.PHOTO, engines=())

    assert [(None, 500_000)] == [(take.engine, take.cost) for take in made.speeches]


def test_the_wait_is_the_critical_path() -> None:
    """Footage and presenter are made at the same time: the longer of both, then compose."""
    silent = planned(film(filmed(), filmed(), filmed(), image_url=PHOTO))
    short_speech = planned(film(filmed(), filmed(), filmed(), image_url=PHOTO, avatar_script="Hi."))

    long_speech = planned(film(filmed(), image_url=PHOTO, avatar_script="x" * 290))

    assert silent.estimated_wait == round(3 + 3 * 90 + silent.compose_wait, 1)
    assert short_speech.estimated_wait == silent.estimated_wait
    assert long_speech.estimated_wait == round(150 + 20 * 2 + long_speech.compose_wait, 1)


def test_composing_is_priced_by_its_time() -> None:
    """Ten seconds and 0.45 for each of the film's, at our machines' price."""
    made = planned(film(filmed(), b_roll=CUT))

    assert (made.compose_wait, made.compose_cost) == (13.6, round(13.6 * 58))


def test_more_takes_than_an_account_makes_at_once_wait_for_each_other() -> None:
    """HeyGen makes ten at once; twenty presenters take two rounds."""
    one = planned(film(spoken()))
    twenty = planned(film(*[spoken()] * 20))

    assert twenty.estimated_wait - twenty.compose_wait == pytest.approx(
        2 * (one.estimated_wait - one.compose_wait), 0.01
    )


def test_nodes_come_after_what_they_need() -> None:
    """The graph in order: images, clips, presenters, compose; compose needs the files the film is made of."""
    made = planned(film(filmed(), filmed(), filmed(), avatar_script="Hi.", image_url=PHOTO))

    assert [(node.key, node.kind, node.needs, node.paid, node.provider) for node in nodes(made)] == [
        ("image-1", Kind.IMAGE, (), False, ""),
        ("clip-1", Kind.CLIP, ("image-1",), True, "veo"),
        ("clip-2", Kind.CLIP, ("clip-1",), True, "veo"),
        ("clip-3", Kind.CLIP, ("clip-2",), True, "veo"),
        ("presenter-1", Kind.PRESENTER, (), True, "heygen"),
        ("compose", Kind.COMPOSE, ("clip-3", "presenter-1"), False, ""),
    ]


def test_a_node_knows_its_cost_and_its_usual_time() -> None:
    """Progress and reservations are weighed by them."""
    made = planned(film(filmed()))

    assert nodes(made)[0] == PlannedNode("clip-1", Kind.CLIP, (), 1_600_000, 1_600_000, 90.0, paid=True, provider="veo")


def test_no_speech_is_shorter_than_a_second() -> None:
    """A word takes its time."""
    made = planned(film(avatar_script="Hi", background=WHITE))

    assert made.speeches[0].seconds == 1.0


# Article 1 of the Universal Declaration of Human Rights, whose translations say the same.
ARTICLE = {
    "English": "All human beings are born free and equal in dignity and rights. They are endowed with reason and "
    "conscience and should act towards one another in a spirit of brotherhood.",
    "Arabic": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميراً وعليهم أن يعامل بعضهم بعضاً "
    "بروح الإخاء.",
    "Hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג "
    "איש ברעהו ברוח של אחווה.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में "
    "जन्मजात स्वतन्त्रता और समानता प्राप्त है। "
    "उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है "
    "और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।",
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ",
    "Chinese": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
    "Japanese": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、"
    "理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 "
    "부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
    "Amharic": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው። የተፈጥሮ ማስተዋልና ሕሊና ስላለው አንዱ ሌላውን በወንድማማችነት መንፈስ "
    "መመልከት ይገባዋል።",
}


@pytest.mark.parametrize("language", ARTICLE)
def test_the_same_article_takes_about_as_long_in_every_language(language: str) -> None:
    """Scripts write more or less of what is said; the estimate is of speech, not of characters."""
    english, other = (
        planned(film(avatar_script=ARTICLE[each], background=WHITE)).speeches[0].seconds
        for each in ("English", language)
    )

    assert 0.7 * english <= other <= 1.4 * english


def test_marks_and_emoji_take_no_time() -> None:
    """Points, tones and pictures are not said."""
    plain, pointed = (
        planned(film(avatar_script=script * 20, background=WHITE)).speeches[0].seconds
        for script in ("كتب", "كَتَبَ👨\u200d👩\u200d👧")
    )

    assert plain == pointed


@pytest.mark.parametrize(
    ("script", "seconds"),
    [
        ("x" * 145, 10.0),
        ("x" * 145 + '<break time="1.5s"/>', 11.5),
        ('<prosody rate="slow">' + "x" * 145 + "</prosody>", 10.0),
        ("x" * 145 + '<break time="99s"/>', 20.0),
    ],
)
def test_markup_is_no_speech_and_a_break_lasts_as_it_says(script: str, seconds: float) -> None:
    """Tags take no time, a break its own, at most ten seconds each."""
    assert seconds == planned(film(avatar_script=script, background=WHITE)).speeches[0].seconds


def test_the_same_words_take_longer_in_ideographs_and_less_at_speed() -> None:
    """The estimate counts what is spoken, not bytes."""
    letters = planned(film(avatar_script="x" * 145, background=WHITE))
    fast = planned(film(avatar_script="x" * 145, background=WHITE, voice=VoiceSettings(speed=1.25)))
    japanese = planned(film(avatar_script="茶" * 45, background=WHITE))

    assert [made.speeches[0].seconds for made in (letters, fast, japanese)] == [10.0, 8.0, 10.0]


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        ((4.0,), "8 s of footage are bought ($1.60), 4 s of it are shown: at 1080p these shots are filmed in 8 s."),
        (
            (4.0, 4.0),
            "15 s of footage are bought ($3.00), 8 s of it are shown: at 1080p these shots are filmed in 7 or 8 s.",
        ),
    ],
)
def test_footage_that_is_bought_and_not_shown_is_told(seconds: tuple[float, ...], says: str) -> None:
    """At 1080p Veo films eight seconds or none: what the rest costs stands in a warning before it is paid."""
    made = planned(film(*map(filmed, seconds), resolution=Resolution.FULL_HD))

    unseen = sum(clip.seconds for clip in made.clips) - sum(seconds)
    assert (
        f"{says} The rest costs ${unseen * 0.2:.2f}. Give these scenes a longer duration, and it is shown."
        in made.warnings
    )


@pytest.mark.parametrize("resolution", list(Resolution))
def test_footage_that_is_all_shown_is_no_warning(resolution: Resolution) -> None:
    """Eight seconds asked and bought, and four whose script shows the clip to its end."""
    whole = planned(film(filmed(), resolution=resolution))
    spoken_over = planned(film(filmed(4.0, script="x" * 145), resolution=resolution))

    assert not [said for made in (whole, spoken_over) for said in made.warnings if "are bought" in said]
