"""Captions as files: what is said, at its time, in the two forms that players read."""

from shared.pipeline.edit.caption_files import srt_of, vtt_of
from shared.pipeline.edit.captions import parse_srt
from shared.pipeline.edit.edit import Cue

CUES = (Cue("Good morning.", 0.25, 1.5), Cue("1 < 2 & so on\n\n-->", 1.5, 2.0), Cue("早上好。", 3661.5, 0.75))


def test_subrip_is_read_back_as_it_was_written() -> None:
    """Counted, with commas before the milliseconds; no two cues at a time; nothing in a text ends it or times it."""
    told = srt_of(CUES)

    assert told.startswith("1\n00:00:00,250 --> 00:00:01,500\nGood morning.\n\n2\n")
    assert told.endswith("\n3\n01:01:01,500 --> 01:01:02,250\n早上好。\n")
    assert ["Good morning.", "1 < 2 & so on\n->", "早上好。"] == [cue.text for cue in parse_srt(told)]


def test_webvtt_has_its_head_and_escapes_what_is_markup_there() -> None:
    """It begins with its name, has full stops before the milliseconds, and shows < and & as they were said."""
    told = vtt_of(CUES)

    assert told.startswith("WEBVTT\n\n00:00:00.250 --> 00:00:01.500\nGood morning.\n")
    assert "1 &lt; 2 &amp; so on\n--&gt;\n" in told


def test_without_a_word_there_is_only_a_head() -> None:
    """Nobody speaks: no cue is made up."""
    assert ("", "WEBVTT\n") == (srt_of(()), vtt_of(()))
