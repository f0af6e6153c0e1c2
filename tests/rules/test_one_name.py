"""One name, one thing: no two public classes of `shared/` share a name, no constant's name holds two values.

A public constant is written down once: two copies of one value come apart when somebody changes one of them.
"""

import ast
from collections.abc import Iterator, Mapping

import pytest

from tests.rules.sources import deployed_files, found, name_of, parsed

Modules = Mapping[str, ast.Module]
SHARED: Modules = {name_of(path): parsed(path) for path in deployed_files("shared")}


def doubled_classes(modules: Modules) -> dict[str, object]:
    """Return the public class names that more than one class has, with their modules."""
    homes: dict[str, list[str]] = {}
    for place, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(place)
    return {name: places for name, places in homes.items() if len(places) > 1}


def torn_constants(modules: Modules) -> dict[str, object]:
    """Return the names of module-level constants that hold more than one value, with value and module."""
    values: dict[str, dict[str, str]] = {}
    for place, tree in modules.items():
        for name, value in _constants(tree):
            values.setdefault(name, {}).setdefault(value, place)
    return {name: held for name, held in values.items() if len(held) > 1}


def copied_constants(modules: Modules) -> dict[str, object]:
    """Return the names of public constants that more than one module writes down, with the modules."""
    homes: dict[str, list[str]] = {}
    for place, tree in modules.items():
        for name, value in _constants(tree):
            if not name.startswith("_") and not value.startswith("TypeVar("):
                homes.setdefault(name, []).append(place)
    return {name: places for name, places in homes.items() if len(places) > 1}


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _named(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _named(target, value)


def _named(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    match target, value:
        case ast.Name(id=name), _ if name.isupper():
            yield name, _plain(value)
        case ast.Tuple(elts=names), ast.Tuple(elts=values):
            for each, its in zip(names, values, strict=False):
                yield from _named(each, its)
        case ast.Tuple(elts=names), _:
            for place, each in enumerate(names):
                if isinstance(each, ast.Name) and each.id.isupper():
                    yield each.id, f"{ast.unparse(value)}, its {place + 1}."


def _plain(value: ast.expr) -> str:
    """Return what an expression says: equal numbers and texts are equal however they are written."""
    try:
        return repr(ast.literal_eval(value))
    except ValueError:
        return ast.unparse(value)


def test_no_two_classes_share_a_name() -> None:
    """Whoever reads a class's name in a log, a document or a test knows which one is meant."""
    doubled = doubled_classes(SHARED)

    assert not doubled, found(doubled)


def test_a_constants_name_has_one_value() -> None:
    """A name that means 5 s in one module does not mean 30 s in another."""
    torn = torn_constants(SHARED)

    assert not torn, found(torn)


def test_a_public_constant_stands_once() -> None:
    """Its users import it: nobody has to find the copies."""
    copied = copied_constants(SHARED)

    assert not copied, found(copied)


def test_a_copy_of_a_constant_is_found() -> None:
    """Private ones and type variables are their module's own affair."""
    one, own = ast.parse('NEWS = ("a", "b")'), ast.parse('_NEWS = ("a", "b")\nT = TypeVar("T")')

    assert {"NEWS": ["a", "b"]} == copied_constants({"a": one, "b": one})
    assert {} == copied_constants({"a": one, "b": own, "c": own})


def test_a_second_class_of_a_name_is_found() -> None:
    """Also one inside a function; private ones are their module's own affair."""
    first, second = ast.parse("class Delivery: ..."), ast.parse("def make():\n class Delivery: ...\n")
    private = ast.parse("class _Held: ...")

    assert {"Delivery": ["a", "b"]} == doubled_classes({"a": first, "b": second})
    assert {} == doubled_classes({"a": first, "b": private, "c": private})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WAIT = 5", "WAIT = 30"),
        ("WAIT: float = 5.0", "WAIT = 30.0"),
        ("WAIT = timedelta(minutes=1)", "WAIT = timedelta(minutes=2)"),
        ("WAIT, LAST = 5, 60", "WAIT = 30"),
        ("WAIT, LAST = State", "LAST, WAIT = State"),
        ("_WAIT = 5", "_WAIT = 30"),
        ("WAIT = FIRST = 5", "FIRST = 6"),
    ],
)
def test_a_second_value_of_a_name_is_found(one: str, other: str) -> None:
    """However it is written down."""
    assert torn_constants({"a": ast.parse(one), "b": ast.parse(other)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WAIT = 2 ** 3", "WAIT = 2**3"),
        ("WAIT = 'a'", 'WAIT = "a"'),
        ("wait = 5", "wait = 30"),
        ("WAIT = 5", "LAST = 6"),
    ],
)
def test_the_same_value_twice_passes(one: str, other: str) -> None:
    """Only differing values of one constant's name are refused."""
    assert {} == torn_constants({"a": ast.parse(one), "b": ast.parse(other)})
