"""The films an order makes of the same takes, as a form has them: rows, each of a shape, a size and a brand kit.

A row without a shape is no film. The rows that are left are counted as the call counts its films, so that what is
refused of one stands at its row.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.door.console.visits import Visit
from shared.door.console.wording import SIZE_WORDS
from shared.door.output_bodies import MOST_OUTPUTS
from shared.pipeline.plan.brand import DEFAULT_BRAND, NO_BRAND

SIZES = tuple(SIZE_WORDS)
FILM_PARTS = ("aspect_ratio", "resolution", "brand")
OF_THE_FIRST = {name: f"outputs.0.{name}" for name in FILM_PARTS}  # what an order says of its first film by itself
_BY_ITSELF = ("9:16", "16:9")  # shapes that one film is ordered in by itself, without a list

Row = Mapping[str, str]


def asked_rows(form: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the films a form asks for."""
    given = ({part: form.get(f"outputs.{n}.{part}", "").strip() for part in FILM_PARTS} for n in range(MOST_OUTPUTS))
    return [{**row, "resolution": row["resolution"] or SIZES[0]} for row in given if row["aspect_ratio"]]


def row_fields(films: Sequence[Row]) -> dict[str, str]:
    """Return films as the fields of a form."""
    return {f"outputs.{n}.{part}": film[part] for n, film in enumerate(films[:MOST_OUTPUTS]) for part in FILM_PARTS}


def shown_rows(films: Sequence[Row]) -> list[Row]:
    """Return the rows of a page: the films, and room for as many as an order may make."""
    tall: Row = {"aspect_ratio": _BY_ITSELF[0], "resolution": SIZES[0], "brand": ""}
    known = list(films) or [tall]
    return [*known, *({**known[0], "aspect_ratio": ""} for _ in range(MOST_OUTPUTS - len(known)))]


def offered_kits(kits: Collection[str], films: Sequence[Row]) -> list[tuple[str, str]]:
    """Return the kits a film may wear, each with its words; nothing where there is none. The usual one is the first."""
    named = {*kits, *(film["brand"] for film in films)} - {"", NO_BRAND}
    if not named:
        return []
    first = [DEFAULT_BRAND] if DEFAULT_BRAND in named else []
    others = [(each, _worded(each)) for each in sorted(named - {DEFAULT_BRAND})]
    bare = [(NO_BRAND, "none")]
    return [*((each, each) for each in first), *others, *bare] if first else [*bare, *others]


def asked_films(films: Sequence[Row]) -> dict[str, Any]:
    """Return the fields of an order that makes these films; the first one's kit is the order's own."""
    if not films:
        return {}
    first = films[0]
    own = {"brand": first["brand"]} if first["brand"] not in ("", DEFAULT_BRAND) else {}
    outputs = [_output(each, "" if each["brand"] == first["brand"] else each["brand"]) for each in films]
    alone = len(outputs) == 1 and first["aspect_ratio"] in _BY_ITSELF
    return {**own, **(outputs[0] if alone else {"outputs": outputs})}


def ordered_films(ordered: Mapping[str, Any], newest: Mapping[str, int] | None = None) -> list[dict[str, str]]:
    """Return the films of an order: in the kits it asked for, or where `newest` versions are given, in those they wear.

    A kit that was put anew since has its version behind its name: that is what the film wears.
    """
    usual = ordered.get("brand")
    made = []
    for film in _films(ordered):
        dress = film.get("dress")
        brand, asked = ((dress.get("kit") or {}).get("brand"), dress["asked"]) if dress else (usual, None)
        kit = _kit(brand, asked or (usual or {}).get("asked"), newest)
        size = str(film.get("resolution") or SIZES[0])
        made.append({"aspect_ratio": str(film.get("aspect_ratio") or _BY_ITSELF[0]), "resolution": size, "brand": kit})
    return made


def edited_films(form: Mapping[str, str], ordered: Mapping[str, Any], newest: Mapping[str, int]) -> dict[str, Any]:
    """Return the films of an edit, all of them; nothing where they are what they were.

    One that stays wears the version of its kit that it has, and is packed as it is.
    """
    had, usual = ordered_films(ordered, newest), _kit(ordered.get("brand"), None, newest)
    wanted = [{**film, "brand": film["brand"] or NO_BRAND} for film in asked_rows(form)]
    if not wanted or wanted == had:
        return {}
    packed = [film.get("container") for film in _films(ordered)]
    outputs = []
    for film in wanted:
        container = packed[had.index(film)] if film in had else None
        output = {"resolution": SIZES[0], **_output(film, "" if film["brand"] == usual else film["brand"])}
        outputs.append(output | ({"container": container} if container else {}))
    return {"outputs": outputs}


def kits_of(visit: Visit) -> Mapping[str, int]:
    """Return a tenant's brand kits, each with its newest version."""
    return {str(each["name"]): each["version"] for each in visit.ask("GET", "/tenant/brand").fields.get("brands", ())}


def by_row(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return a refusal's details by the rows of a form: what an order says by itself is said of its first film."""
    return {OF_THE_FIRST.get(name, name): whys for name, whys in details.items()}


def _films(ordered: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return what an order says of each of its films; one without a list is of one film, which it says by itself."""
    return ordered.get("outputs") or [{name: ordered.get(name) for name in FILM_PARTS[:2]}]


def _output(film: Row, brand: str) -> dict[str, str]:
    size = {"resolution": film["resolution"]} if film["resolution"] != SIZES[0] else {}
    return {"aspect_ratio": film["aspect_ratio"], **size, **({"brand": brand} if brand else {})}


def _kit(brand: Mapping[str, Any] | None, asked: str | None, newest: Mapping[str, int] | None) -> str:
    if brand is None:
        return NO_BRAND
    label = str(brand.get("label") or DEFAULT_BRAND)
    name, _, version = label.partition("@")
    if newest is None:
        return asked or name
    return name if version == str(newest.get(name, "")) else label


def _worded(kit: str) -> str:
    name, _, version = kit.partition("@")
    return f"{name}, as it was (version {version})" if version else kit
