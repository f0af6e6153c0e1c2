"""Variables in the texts of an order."""

import pytest

from shared.pipeline.plan.variables import Value, filled, is_variable, places, torn

ORDER = {"scenes": [{"text_overlay": "Now {{price}}!", "duration": "{{ seconds }}"}], "captions": "{{captions}}"}


def test_a_text_that_is_one_variable_takes_its_value_as_it_is() -> None:
    """Numbers and truth keep their kind where nothing stands beside them, and are text within a longer one."""
    made = filled(ORDER, {"price": 9.5, "seconds": 6, "captions": True})

    assert {"scenes": [{"text_overlay": "Now 9.5!", "duration": 6}], "captions": True} == made


def test_truth_within_a_text_is_written_as_json_writes_it() -> None:
    """Python's own spelling is nobody's."""
    assert "true or false" == filled("{{a}} or {{b}}", {"a": True, "b": False})


@pytest.mark.parametrize("value", ["{{price}}", "}}", "\\g<1>", "{{", ""])
def test_a_value_is_filled_in_once(value: Value) -> None:
    """Braces in a value are text, and so is what a regular expression would read."""
    assert f"<{value}>" == filled("<{{price}}>", {"price": value})


def test_every_place_is_found_with_its_path() -> None:
    """Lists and maps are walked; spaces within the braces do not count."""
    found = [("scenes.0.text_overlay", "price"), ("scenes.0.duration", "seconds"), ("captions", "captions")]

    assert found == list(places(ORDER))


TORN = ["{{}}", "{{Price}}", "{{9}}", "{{a b}}", "{{price}", "x }}", "{{{price}}}x{{", "{{a-b}}"]


@pytest.mark.parametrize("text", TORN)
def test_braces_around_no_variable_are_told(text: str) -> None:
    """A slip of the pen does not end in a film."""
    assert ["scenes.0"] == list(torn({"scenes": [text]}))


def test_single_braces_are_text() -> None:
    """CSS and jokes pass."""
    assert [] == list(torn("{price} {a} } {"))


def test_a_value_that_is_lacking_is_an_error() -> None:
    """The caller knows which variables there are; none is left in a film."""
    with pytest.raises(KeyError):
        filled("{{price}}", {})


@pytest.mark.parametrize(("name", "fits"), [("price", True), ("a" * 40, True), ("a" * 41, False), ("Price", False)])
def test_a_name_is_short_and_plain(name: str, fits: bool) -> None:
    """The store keeps it as a field's name, people type it."""
    assert fits == is_variable(name)
