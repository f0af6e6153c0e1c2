"""A batch sent as a table: every spreadsheet's way of saving it is read, and what is wrong with it is told."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from shared.door.batch_bodies import SentBatch, read_batch, read_rows, remembered
from shared.door.batch_csv import LONGEST_CELL, MOST_COLUMNS
from shared.door.bodies import parse_film
from shared.door.body_reading import Mistakes
from shared.door.gaps import problem_in_columns
from shared.pipeline.job.batch import MOST_ROWS
from shared.steps.problems import invalid

WHAT = "scenes.0.visual_description"


def read(text: str | bytes, **query: str) -> SentBatch:
    raw = text.encode() if isinstance(text, str) else text
    return read_batch(raw, query, schemes=frozenset({"https"}), judge=lambda _link: None)


def rows_of(text: str | bytes, **query: str) -> Sequence[Mapping[str, Any]]:
    return read(text, **query).rows


def wrong(text: str | bytes, **query: str) -> dict[str, list[str]]:
    with pytest.raises(Mistakes) as mistakes:
        read_rows(read(text, **query), parse_film)
    return mistakes.value.details


@pytest.mark.parametrize(
    "table",
    [
        "product_title,product_id\nMug,a\n",
        "\ufeffproduct_title,product_id\r\nMug,a\r\n",
        "product_title;product_id\r\nMug;a",
        "product_title\tproduct_id\nMug\ta\n",
        '"product_title","product_id"\n"Mug","a"\n',
        "\n\nproduct_title,product_id\n,\nMug,a\n,,\n",
        " product_title , product_id \nMug,a\n",
        "\ufeffproduct_title\tproduct_id\r\nMug\ta\r\n".encode("utf-16-le"),
        "product_title,product_id\rMug,a\r",
        "sep=;\r\nproduct_title;product_id\r\nMug;a\r\n",
        "SEP=,\nproduct_title,product_id\nMug,a\n",
    ],
)
def test_each_way_of_saving_a_table_is_read(table: str | bytes) -> None:
    """Commas, semicolons and tabs, marks and line ends of Windows, quotes, empty lines, UTF-16."""
    assert [{"product_title": "Mug", "product_id": "a"}] == list(rows_of(table))


def test_cells_are_read_as_their_fields_take_them() -> None:
    """Numbers, true and false where no text is taken; digits stay text where one is; empty cells are left out."""
    table = f"product_title,product_id,captions,voice.speed,{WHAT},scenes.0.duration,scenes.1.{WHAT[9:]},metadata.sku\n"
    table += '2024,007,TRUE,1.1,"a ""mug"", red\nand blue",8,,12\n'

    assert [
        {
            "product_title": "2024",
            "product_id": "007",
            "captions": True,
            "voice": {"speed": 1.1},
            "scenes": [{"visual_description": 'a "mug", red\nand blue', "duration": 8}],
            "metadata": {"sku": "12"},
        }
    ] == list(rows_of(table))


def test_an_old_macs_line_ends_part_the_heading_from_what_stands_in_cells() -> None:
    """The heading alone says what parts cells, whatever stands in those below it."""
    assert [{"product_title": "Mug; red; big; new", "product_id": "a"}] == list(
        rows_of("product_title,product_id\rMug; red; big; new,a\r")
    )


@pytest.mark.parametrize(("cell", "number"), [("8,0", 8.0), ("-0,5", -0.5), ("7", 7), ("5,125", "5,125"), ("+8", "+8")])
def test_a_decimal_comma_is_read_where_it_can_part_no_thousands(cell: str, number: object) -> None:
    """As a German Excel writes numbers; what is none, or could be two, stays text and is told so."""
    assert [{"voice": {"speed": number}}] == list(rows_of(f"voice.speed;product_title\n{cell};\n"))


def test_names_of_digits_are_no_places_of_a_list() -> None:
    """Where a field takes an object, from columns and from a cell's JSON."""
    columns = rows_of("metadata.0,metadata.2024\na,b\n")
    cell = rows_of('metadata\n"{""0"": ""a""}"\n')

    assert [{"metadata": {"0": "a", "2024": "b"}}] == list(columns)
    assert [{"metadata": {"0": "a"}}] == list(cell)


@pytest.mark.parametrize(
    ("heading", "cells", "where"),
    [
        ("scenes,scenes.0.mood", '"[{""mood"": ""light""}]",dark', "rows.1.scenes.0.mood"),
        ("scenes.0.mood,scenes", 'dark,"[{""mood"": ""light""}]"', "rows.1.scenes"),
        ("scenes.0,scenes.0.mood", '"{""mood"": ""light""}",dark', "rows.1.scenes.0.mood"),
        ("variables,variables.call", '"{""call"": ""a""}",b', "rows.1.variables.call"),
    ],
)
def test_a_cell_for_a_part_of_another_ones_field_is_told(heading: str, cells: str, where: str) -> None:
    """No cell is lost without a word; where one of the two is empty, the other one is read."""
    assert "said by two cells" in wrong(f"{heading}\n{cells}\n")[where][0]
    assert 1 == len(rows_of(f"{heading}\n{cells.rpartition(',')[0]},\n"))


def test_a_thousand_doubled_cells_are_told_in_a_hundred_mistakes() -> None:
    """Before they are orders."""
    assert 100 == len(wrong("scenes,scenes.0.mood\n" + "[],dark\n" * MOST_ROWS))


def test_columns_of_a_template() -> None:
    """What is no field of an order is a variable where the rows have a template, by query or by column."""
    wanted = [{"template": "launch", "product_title": "Mug", "variables": {"call": "=Now"}}]

    assert wanted == list(rows_of("product_title,call\nMug,=Now\n", template="launch"))
    assert wanted == list(rows_of("template,product_title,variables.call\nlaunch,Mug,=Now\n"))


@pytest.mark.parametrize(
    ("table", "where", "says"),
    [
        ("", "body", "empty"),
        (" \n ", "body", "empty"),
        ("product_title\n", "rows", "no row"),
        ("product_title,product_title\nA,B\n", "heading.product_title", "two columns"),
        ("product_title,,product_id\nA,B,C\n", "heading.2", "no heading"),
        ("product_titel\nA\n", "heading.product_titel", "did you mean product_title"),
        ("headline\nA\n", "heading.headline", "need a template"),
        ("product_title,dry_run\nA,true\n", "heading.dry_run", "whole batch"),
        ("product_title,scenes.99.mood\nA,x\n", "heading.scenes.99.mood", "at most 20"),
        ("product_title,scenes..mood\nA,x\n", "heading.scenes..mood", "no path"),
        ("product_title,scenes.00.mood\nA,x\n", "heading.scenes.00.mood", "no path"),
        ("product_title,scenes.\u0663.mood\nA,x\n", "heading.scenes.\u0663.mood", "no path"),
        ("template,Call\nlaunch,x\n", "heading.Call", "a variable's name is of a-z"),
        ("product_title\nA,B\n", "rows.1", "has 2 cells"),
        ('product_title\n"A\n', "body", "quote"),
        ('product_title\n"A"b\n', "body", "quote"),
        ("product_title\nCaf\u00e9\n".encode("cp1252"), "body", "CSV UTF-8"),
        (b"product_title\n\xed\xa0\x80\n", "body", "no text in UTF-8"),
        ("product_title\n" + "x" * (LONGEST_CELL + 1) + "\n", "body", "at most"),
        ("product_title\nA\x00\n", "rows.1.product_title", "U+0000"),
        (",".join(f"metadata.m{n}" for n in range(MOST_COLUMNS + 1)) + "\nA\n", "heading", "at most 200"),
        ("product_title\n" + "A\n" * (MOST_ROWS + 1), "rows", "more than 1000"),
        (f"product_title,{WHAT},scenes.0.duration\nA,mug,eight\n", "rows.1.scenes.0.duration", "number"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(table: str | bytes, where: str, says: str) -> None:
    """By the heading's name, or by row and field; never a crash."""
    details = wrong(table)

    assert [True] == [says in why for why in details[where][:1]], details


def test_what_is_said_of_the_batch() -> None:
    """In the query of a list or a table, in the object of a body: not in both, nothing unknown, of the right types."""
    order = {"product_title": "Mug"}
    sent = read(json.dumps([order]), dry_run="true", max_cost_usd="12.5", title="Spring")
    whole = read(json.dumps({"rows": [order], "dry_run": True, "max_cost_usd": 12.5, "title": "Spring"}))

    assert (True, 12.5, "Spring") == (sent.dry_run, sent.terms.max_cost_usd, sent.terms.title)
    assert sent == whole
    assert "query" in wrong(json.dumps({"rows": [order], "title": "A"}), title="B")["title"][0]
    assert {"max_cost_usd", "dry_run", "colour"} == wrong(
        json.dumps([order]), max_cost_usd="x", dry_run="1", colour="r"
    ).keys()


def test_where_its_webhook_leads_is_judged() -> None:
    """As an order's own address is: an inside one is refused at the door."""
    with pytest.raises(Mistakes) as mistakes:
        read_batch(
            b"product_title\nMug\n",
            {"webhook_url": "https://10.0.0.1/"},
            schemes=frozenset({"https"}),
            judge=lambda link: f"{link} is inside",
        )

    assert ["must be a link to the public internet: https://10.0.0.1/ is inside"] == mistakes.value.details[
        "webhook_url"
    ]


def test_texts_no_text_may_hold_are_told_by_row() -> None:
    """Halves of surrogate pairs and keys given twice, in the row where they stand, counted from 1."""
    details = wrong('[{"product_title": "A"}, {"product_title": "\\ud800", "mood": 1, "mood": 2}]')

    assert {"rows.2.product_title", "rows.2.mood"} == details.keys()


def test_a_thousand_wrong_rows_are_told_in_a_hundred_mistakes() -> None:
    """And how many rows are wrong."""
    details = wrong(json.dumps([{"product_title": "A", "colour": 1}] * MOST_ROWS))

    assert "1000 of 1000 rows" in details["rows"][0]
    assert len(details) <= 101


def test_a_kit_that_is_not_there_is_asked_for_once_and_told_with_each_row() -> None:
    """A thousand rows that name it are no thousand reads."""
    asked = list[str | None]()

    def kits(label: str | None) -> None:
        asked.append(label)
        if label == "sumer":
            raise Mistakes({"brand": ["sumer does not exist; did you mean summer?"]})

    order = {"product_title": "Mug", "scenes": [{WHAT.rpartition(".")[2]: "A mug"}]}
    films = [{"aspect_ratio": "9:16", "brand": "sumer"}]
    sent = read(json.dumps([{**order, "brand": "sumer"}, order, {**order, "outputs": films}]))
    with pytest.raises(Mistakes) as mistakes:
        read_rows(sent, partial(parse_film, brands=remembered(kits)))

    assert {"rows.1.brand", "rows.3.outputs.0.brand"} == {*mistakes.value.details}
    assert ["sumer", None] == asked


@pytest.mark.parametrize(
    "table",
    [
        "product_title,scenes.0.mood,scenes.1.mood,scenes.2.mood,scenes.2.duration\nMug,calm,,glad,99\n",
        "product_title,scenes.0.mood,scenes.2.mood,scenes.2.duration\nMug,calm,glad,99\n",
        "product_title,scenes.2.mood,scenes.2.duration,scenes.0.mood\nMug,glad,99,calm\n",
    ],
    ids=["an empty cell", "no column", "columns in another order"],
)
def test_a_mistake_names_the_scene_of_its_column(table: str) -> None:
    """Whatever places before it a row leaves out: the film has two scenes, and its table three."""
    assert [2] == [len(row["scenes"]) for row in rows_of(table)]
    assert {path for path in wrong(table) if "duration" in path} == {"rows.1.scenes.2.duration"}
    assert {"rows.1.scenes.2"} == {path.rpartition(".")[0] for path in wrong(table) if "scenes.2" in path}


def test_what_a_price_finds_wrong_is_told_by_columns_too() -> None:
    """Of rows that are read as well as of those that are not; what is about no row stays."""
    rows = rows_of("product_title,scenes.1.mood,metadata.0\nMug,glad,1\nCup,,\n")
    told = {"rows.1.scenes.0.image": ["gone"], "rows.1.metadata.0": ["x"], "rows.2.image": ["y"], "max_cost_usd": ["z"]}

    problem = problem_in_columns(invalid(told), rows)

    assert ["rows.1.scenes.1.image", "rows.1.metadata.0", "rows.2.image", "max_cost_usd"] == [*problem.details]
    assert problem.message.startswith("rows.1.scenes.1.image: gone")
