"""What Veo reads is the customer's words and nothing else; a golden file shows them."""

from pathlib import Path

from shared.pipeline.plan.prompts import TOKENS, clip_prompt, is_cut
from shared.pipeline.plan.request import FilmRequest, SceneRequest
from tests.pipeline.films import film, filmed

GOLDEN = Path(__file__).parent / "golden" / "prompts.txt"
COFFEE = film(
    filmed(
        camera_movement="slow dolly in",
        mood="calm, early morning",
        script="Never read by Veo.",
        text_overlay="50% off",
    ),
    filmed(camera_movement="pan left"),
    filmed(mood="  lively\n\tand   bright "),
    filmed(),
    product_title="Blue mug | 350 ml",
)


def test_prompts_are_as_agreed() -> None:
    """Title, what is seen, camera, mood, no text; scripts and overlays never reach Veo."""
    written = "".join(f"{clip_prompt(COFFEE, scene)}\n" for scene in range(4))

    assert written == GOLDEN.read_text("utf-8")


def long(letter: str) -> FilmRequest:
    """Return a film whose texts are as long as they may be."""
    text = letter * 1000
    scene = SceneRequest(visual_description=text[:1000], camera_movement=text[:500], mood=text[:500])
    return film(scene, product_title=text[:500])


def tokens(prompt: str) -> float:
    """Estimate as the module's docstring says."""
    plain = sum(character.isascii() for character in prompt)
    return plain / 4 + len(prompt) - plain


def test_the_longest_english_texts_fit() -> None:
    """Nothing of them is cut."""
    prompt = clip_prompt(long("words "), 0)

    assert not is_cut(long("words "), 0)
    assert tokens(prompt) <= TOKENS


def test_more_words_than_veo_reads_are_cut() -> None:
    """Title, camera and mood give way first; the closing sentence always stays."""
    prompt = clip_prompt(long("茶"), 0)

    title, seen, camera, mood, closing = prompt.split(" | ")
    assert is_cut(long("茶"), 0)
    assert tokens(prompt) <= TOKENS
    assert [len(title), len(camera), len(mood)] == [128, 128 + len("Camera: "), 128 + len("Mood: ")]
    assert len(seen) > 600
    assert closing == "No text in the picture."


def test_a_cut_falls_between_words() -> None:
    """Half a word would be read as another one."""
    long_words = " ".join(["été"] * 250)
    request = film(SceneRequest(visual_description=long_words), product_title=long_words[:500])

    title, seen, _ = clip_prompt(request, 0).split(" | ")
    assert set(title.split()) | set(seen.split()) == {"été"}
