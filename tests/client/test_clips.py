"""Clips of one's own on the command line: put into orders and edits, uploaded or fetched before anything is priced."""

from pathlib import Path
from typing import Any

import click
import pytest

from shared.client import Refused
from shared.client.commands.clips import digest, placed, sent
from tests.client.canned import Canned, plain

ID = "a" * 64
FILMED = {"visual_description": "A mug"}


@pytest.mark.parametrize(
    ("scenes", "given", "edit", "after"),
    [
        ([FILMED], ["2=cup.mp4"], False, [FILMED, {"clip": "cup.mp4"}]),
        ([FILMED, {"clip": ID, "duration": 2}], ["2=a=b.mov"], False, [FILMED, {"clip": "a=b.mov", "duration": 2}]),
        ([], ["1=a.mp4", "2=b.mp4"], False, [{"clip": "a.mp4"}, {"clip": "b.mp4"}]),
        ([{"scene": 1, "clip_start": 2}], ["2=a.mp4"], True, [{"scene": 1, "clip_start": 2, "clip": "a.mp4"}]),
        ([], ["3=a.mp4"], True, [{"scene": 2, "clip": "a.mp4"}]),
    ],
)
def test_a_clip_is_put_into_its_scene(scenes: list[Any], given: list[str], edit: bool, after: list[Any]) -> None:
    """Counted from 1; an order gets a scene more, an edit names the film's own."""
    assert {"scenes": after} == placed({"scenes": scenes}, given, edit=edit)


@pytest.mark.parametrize("given", ["cup.mp4", "0=cup.mp4", "2=", "9=cup.mp4"])
def test_what_names_no_scene_is_wrong_usage(given: str) -> None:
    """Nothing is sent before that is said."""
    with pytest.raises(click.UsageError, match="--clip"):
        placed({"scenes": [FILMED]}, [given], edit=False)


def test_files_are_uploaded_and_links_fetched(server: Canned, tmp_path: Path) -> None:
    """Each once; an upload's id stays as it is, and so does whatever is no clip."""
    file = tmp_path / "cup.mp4"
    file.write_bytes(b"film")
    clips = [{"clip": str(file)}, {"clip": "https://cdn.example.com/a.mp4"}, {"clip": str(file)}, {"clip": ID}]
    server.answer(plain('{"clip": "one"}'), plain('{"clip": "two"}'))

    told = sent(server.abroll(), {"scenes": [*clips, FILMED, "no scene"]})

    assert [{"clip": "one"}, {"clip": "two"}, {"clip": "one"}, {"clip": ID}, FILMED, "no scene"] == told["scenes"]
    assert [
        ("/tenant/uploads/clip", b"film"),
        ("/tenant/uploads/clip_link", b'{"clip_url":"https://cdn.example.com/a.mp4"}'),
    ] == [(path, body.replace(b": ", b":")) for _, path, _, body in server.heard]


def test_another_file_of_the_same_name_is_another_order(tmp_path: Path) -> None:
    """So that a command that was interrupted goes on with its own film only; a file that is not there is said."""
    file = tmp_path / "cup.mp4"
    body = {"scenes": [{"clip": str(file)}]}
    file.write_bytes(b"one")
    before = digest(body)
    file.write_bytes(b"two")

    assert before != digest(body)
    assert "" == digest({"scenes": [{"clip": ID}, FILMED]})
    file.unlink()
    with pytest.raises(FileNotFoundError):
        digest(body)


def test_a_clip_that_is_too_large_is_not_sent(server: Canned, tmp_path: Path) -> None:
    """Its bound is a clip's own, 30 MB."""
    with (file := tmp_path / "long.mp4").open("wb") as empty:
        empty.truncate(30 * 2**20 + 1)

    with pytest.raises(Refused, match="30 MB"):
        server.abroll().upload_clip(file)
    assert [] == server.heard
