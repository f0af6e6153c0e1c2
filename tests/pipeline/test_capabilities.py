"""The tables are data: the shipped ones say what the fact sheets say, wrong ones are refused with every mistake."""

import copy
from typing import Any

import pytest

from shared.pipeline.plan.capabilities import FootagePrice, WrongTables, tables
from shared.pipeline.plan.chains import longest_chain
from shared.pipeline.plan.looks import LookType
from shared.pipeline.plan.plan import Feature, Size
from shared.pipeline.plan.request import AspectRatio, Quality, Resolution
from tests.pipeline.films import SHIPPED, SHIPPED_TABLES, TABLES


def test_the_shipped_models() -> None:
    """Three models by our names; the ids are Vertex's (veo page, "Models")."""
    assert {quality: veo.id for quality, veo in SHIPPED_TABLES.footage.items()} == {
        Quality.STANDARD: "veo-3.1-generate-001",
        Quality.FAST: "veo-3.1-fast-generate-001",
        Quality.LITE: "veo-3.1-lite-generate-001",
    }


@pytest.mark.parametrize("quality", Quality)
def test_the_shipped_lengths(quality: Quality) -> None:
    """4, 6 or 8 s at 720p, 8 s at 1080p, 7 s per extension, references off until proven (veo page, "The order")."""
    veo = SHIPPED_TABLES.footage[quality]

    assert veo.offers(Feature.TEXT, Resolution.HD) == (4, 6, 8)
    assert veo.offers(Feature.IMAGE, Resolution.FULL_HD) == (8,)
    assert veo.offers(Feature.EXTENSION, Resolution.HD) == (7,)
    assert veo.offers(Feature.REFERENCE, Resolution.HD) == ()


def test_the_shipped_prices() -> None:
    """Micro-dollars a second, with sound and silent (veo page, "Prices")."""
    prices = {
        (quality, resolution): price
        for quality, veo in SHIPPED_TABLES.footage.items()
        for resolution, price in veo.prices.items()
    }

    assert prices == {
        (Quality.STANDARD, Resolution.HD): FootagePrice(400_000, 200_000),
        (Quality.STANDARD, Resolution.FULL_HD): FootagePrice(400_000, 200_000),
        (Quality.FAST, Resolution.HD): FootagePrice(100_000, 80_000),
        (Quality.FAST, Resolution.FULL_HD): FootagePrice(120_000, 100_000),
        (Quality.LITE, Resolution.HD): FootagePrice(50_000, 30_000),
        (Quality.LITE, Resolution.FULL_HD): FootagePrice(80_000, 50_000),
    }


def test_the_shipped_engines() -> None:
    """Micro-dollars a second by engine and look type (heygen page, "Prices"), HeyGen's default first."""
    engines = SHIPPED_TABLES.presenters["heygen"].engines

    assert ["avatar_iv", "avatar_iii", "avatar_v"] == [one.id for one in engines]
    assert [
        {LookType.PHOTO: 50_000, LookType.VIDEO: 66_700},
        {LookType.PHOTO: 43_300, LookType.VIDEO: 16_700},
        {LookType.VIDEO: 66_700},
    ] == [one.prices for one in engines]


def test_a_known_model_that_is_off_is_a_row_that_films_nothing() -> None:
    """Omni stands there with its reason, and no order can name it (veo page, "Successor")."""
    (name,) = SHIPPED_TABLES.footage_off
    omni = SHIPPED_TABLES.footage_off[name]

    assert ("omni", "gemini-omni-1.2-flash") == (name, omni.id)
    assert omni.off.startswith("it is ordered by another API")
    assert name not in {quality.value for quality in Quality}
    assert omni.id not in {model.id for model in SHIPPED_TABLES.footage.values()}


def test_sizes_are_data() -> None:
    """Tests film in 180 by 320; the shipped tables in what is asked for."""
    assert SHIPPED_TABLES.sizes[Resolution.HD][AspectRatio.TALL] == Size(720, 1280)
    assert TABLES.sizes[Resolution.HD][AspectRatio.TALL] == Size(180, 320)


def test_a_chain_has_five_links() -> None:
    """8 + 4 x 7 = 36 s: the film a sixth would start from is longer than 30 s (veo page, "Extension")."""
    veo = SHIPPED_TABLES.footage[Quality.STANDARD]

    assert longest_chain(veo, Resolution.HD, SHIPPED_TABLES.limits) == 5


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the shipped tables with one value changed, or taken away (None)."""
    data: dict[str, Any] = copy.deepcopy(SHIPPED)
    *steps, last = path.split("/")
    place = data
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("footage/standard/id", None, "footage.standard.id"),
        ("footage/standard/prices/720p", None, "footage.standard.prices.720p"),
        ("footage/standard/prices/720p/audio", 0.4, "footage.standard.prices.720p.audio"),
        ("footage/standard/lengths/text_to_video/720p", [8, 4, 6], "footage.standard.lengths.text_to_video.720p"),
        ("footage/standard/lengths/video_extension/720p", [6, 7], "footage.standard.lengths.video_extension.720p"),
        ("footage/standard/retires", "2026", "footage.standard.retires"),
        ("footage/premium", {}, "footage"),
        ("footage", {}, "footage"),
        ("sizes/720p/9:16", {"width": 721, "height": 1280}, "sizes.720p.9:16"),
        ("sizes/720p/9:16", None, "sizes.720p.9:16"),
        ("presenters/heygen/at_once", 0, "presenters.heygen.at_once"),
        ("presenters/heygen/engines", [], "presenters.heygen.engines"),
        ("presenters/heygen/engines", [{"id": "avatar_iv", "prices": {}}], "presenters.heygen.engines"),
        ("presenters/heygen/engines", [{"id": "a", "prices": {"video": -1}}], "presenters.heygen.engines"),
        ("presenters/heygen/engines", [{"id": "a", "prices": {"film": 1}}], "presenters.heygen.engines.0.prices"),
        ("presenters/heygen/engines", [{"id": "a", "prices": {"video": 1}, "no": 1}], "presenters.heygen.engines.0.no"),
        ("presenters/did/script", 0, "presenters.did.script"),
        ("presenters/did/voice", ["speed", "mood"], "presenters.did.voice"),
        ("footage/standard/prompt", 250, "footage.standard.prompt"),
        ("footage/standard/off", "too dear", "footage.standard.off"),
        ("footage_off/omni/off", None, "footage_off.omni.off"),
        ("footage_off/omni/prices/720p", None, "footage_off.omni.prices.720p"),
        ("speech/letters", 0, "speech"),
        ("limits/links", 0, "limits"),
        ("compute", None, "compute"),
        ("compute/parts_share", 1.5, "compute.parts_share"),
    ],
)
def test_a_wrong_table_is_named_by_its_path(path: str, value: Any, named: str) -> None:
    """Whoever edits prices learns where the slip is."""
    with pytest.raises(WrongTables) as raised:
        tables(changed(path, value))

    assert named in [where for where, _ in raised.value.mistakes]


def test_reference_images_are_one_row_of_the_table() -> None:
    """Off until proven: whoever has proven them writes the row, and nothing else."""
    row = {"720p": [8]}

    able = tables(changed("footage/standard/lengths/reference_to_video", row)).footage[Quality.STANDARD]

    assert (8,) == able.offers(Feature.REFERENCE, Resolution.HD)
    assert () == able.offers(Feature.REFERENCE, Resolution.FULL_HD)


def test_every_mistake_comes_at_once() -> None:
    """Wrong types in two places are told together."""
    data = changed("speech/letters", "fast")
    data["limits"]["scenes"] = "many"

    with pytest.raises(WrongTables) as raised:
        tables(data)

    assert [where for where, _ in raised.value.mistakes] == ["speech.letters", "limits.scenes"]
