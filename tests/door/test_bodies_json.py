"""A body is read or refused by field whatever bytes come: JSON's loopholes, floods, and anything at all."""

import codecs
import json
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from shared.door.bodies import Body, Mistakes, parse_body, parse_film
from shared.door.film_bodies import SceneBody
from tests.door.film_bodies import FULL, body, mistakes


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty: send a JSON object"),
        (b" \r\n", "is empty: send a JSON object"),
        (b"{", "is not JSON (line 1, column 2)"),
        (b"\xff\xfe\x00", "is no text in UTF-16 (byte 2)"),
        (
            b"product_title=Mug&dry_run=true",
            "is not JSON (line 1, column 1); it looks like a form: send the fields as one JSON object",
        ),
        (b'{"product_title": "\xc3"}', "is no text in UTF-8 (byte 19)"),
        (b"[]", "must be a JSON object, not a list"),
        (b'"text"', "must be a JSON object, not a text"),
        (b"null", "must be a JSON object, not null"),
        (b"true", "must be a JSON object, not true or false"),
        (b"7", "must be a JSON object, not a number"),
        (b"NaN", "must be a JSON object, not a number"),
        (b'{"a":' + b"[" * 100_000, "is nested too deeply"),
        (b'{"a":' + b"[" * 50 + b"]" * 50 + b"}", "is nested too deeply"),
        (b'{"a":' + b"1" * 5000 + b"}", "holds a number with too many digits"),
    ],
)
def test_what_is_no_json_object(raw: bytes, says: str) -> None:
    """The body itself is the field that is wrong."""
    assert mistakes(raw) == {"body": [says]}


def test_a_trailing_comma_is_pointed_at() -> None:
    """Line and column are the parser's own: Pythons differ by one in where they see the mistake."""
    said = mistakes(b'{"a": 1,}')

    assert said["body"][0] in ("is not JSON (line 1, column 8)", "is not JSON (line 1, column 9)")


@pytest.mark.parametrize(
    "raw",
    [
        b'\xef\xbb\xbf{"product_title": "Mug", "scenes": [{"visual_description": "A mug"}]}',
        '{"product_title": "Mug", "scenes": [{"visual_description": "A mug"}]}'.encode("utf-16"),
        codecs.BOM_UTF16_BE
        + '{"product_title": "Mug", "scenes": [{"visual_description": "A mug"}]}'.encode("utf-16-be"),
    ],
    ids=["utf-8 with its mark", "utf-16 of Windows", "utf-16 the other way round"],
)
def test_byte_order_marks_are_read(raw: bytes) -> None:
    """What Windows tools write is JSON all the same."""
    assert "Mug" == parse_film(raw).product_title


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_letters_are_read_without_a_mark(encoding: str) -> None:
    """JSON begins with an ASCII character: where its zeros stand tells how it is written (RFC 4627, section 3)."""
    raw = '{"product_title": "Mug", "scenes": [{"visual_description": "A mug"}]}'.encode(encoding)

    assert "Mug" == parse_film(raw).product_title


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_numbers_that_are_none_are_refused(number: bytes) -> None:
    """Python's JSON reads them; JSON does not have them."""
    raw = b'{"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": ' + number + b"}]}"

    assert mistakes(raw) == {"scenes.0.duration": ["must be a number, neither NaN nor infinite"]}


def test_a_key_given_twice_is_named_where_it_stands() -> None:
    """Which of both was meant nobody knows."""
    raw = b'{"product_title": "A", "scenes": [{"visual_description": "x"}, {"mood": "a", "mood": "b", \
"visual_description": "y"}], "product_title": "B"}'

    assert mistakes(raw) == {"product_title": ["is given twice"], "scenes.1.mood": ["is given twice"]}


def test_a_flood_of_mistakes_is_answered_quickly_and_briefly() -> None:
    """What is too many is refused once; guesses at unknown names stop after a while."""
    many = mistakes(body(scenes=[{}] * 40_000))
    unknown = mistakes(body(**{f"scene{number}": 1 for number in range(9_000)}))
    twice = mistakes(b'{"product_title": "A",' + b",".join(b'"k%d": 1' % (n % 9_000) for n in range(9_001)) + b"}")

    assert many["scenes"][0] == "has 40000 scenes; at most 20 are allowed"
    assert len(many) <= 1 + 20
    assert sum("did you mean" in says[0] for says in unknown.values()) == 20
    assert [path for path, says in twice.items() if "is given twice" in says] == ["k0"]


def test_names_from_outside_are_made_printable_and_short() -> None:
    """An answer can always be written, whatever was sent."""
    details = mistakes(body(**{"\ud800\n": 1, "x" * 500: 1}))

    assert sorted(details) == ["\\ud800\\n", f"{'x' * 60}..."]
    json.dumps(details).encode()


def test_another_bodys_model_is_read_the_same_way() -> None:
    """Every door's body has the same manners."""

    class Small(Body):
        """A body of another door."""

        name: Annotated[str, Field(min_length=2, pattern="^[a-z]+$")]

    def wrong(raw: bytes) -> dict[str, list[str]]:
        with pytest.raises(Mistakes) as raised:
            parse_body(Small, raw)
        return raised.value.details

    assert parse_body(Small, b'{"name": "ab"}').name == "ab"
    assert wrong(b'{"nam": "a"}') == {"name": ["is required"], "nam": ["is unknown; did you mean name?"]}
    assert wrong(b'{"name": "a"}') == {"name": ["has 1 characters; at least 2 are needed"]}
    assert wrong(b'{"name": "A1"}') == {"name": ["has characters that are not allowed here"]}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(FULL)), anything)
def test_any_field_may_hold_anything(field: str, value: object) -> None:
    """A body is read or refused by field, never an error of ours."""
    raw = json.dumps(FULL | {field: value}).encode()

    try:
        request = parse_film(raw)
    except Mistakes as wrong:
        told = wrong.details
        assert told
    else:
        assert request.product_title


@given(st.dictionaries(st.sampled_from(sorted(SceneBody.model_fields)), anything))
def test_any_scene_may_hold_anything(fields: dict[str, object]) -> None:
    """The same for scenes."""
    raw = json.dumps(body(scenes=[fields])).encode()

    try:
        parse_film(raw)
    except Mistakes as wrong:
        told = wrong.details
        assert all(path.split(".")[0] == "scenes" for path in told)


@given(st.binary(max_size=200))
def test_any_bytes_may_come(raw: bytes) -> None:
    """Nobody breaks the door."""
    with pytest.raises(Mistakes):
        parse_film(raw)
