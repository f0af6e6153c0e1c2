"""A filter's disjunctive normal form, which Firestore's limits on queries and its choice of indexes are stated in.

https://firebase.google.com/docs/firestore/query-data/queries#limits_on_or_queries: at most 30 disjunctions, where each
value of `in` and `array-contains-any` is one.
"""

from dataclasses import replace
from itertools import product
from typing import TypeAlias, assert_never

from .fields import DOCUMENT_NAME
from .filters import NEGATIONS, RANGES, Any_, Comparison, Every, Node, Op, comparisons
from .refusals import invalid

Term: TypeAlias = tuple[Comparison, ...]

MAX_DISJUNCTIONS = 30
MAX_NOT_IN = 10
MAX_RANGE_FIELDS = 10
_CONTAINS = frozenset({Op.ARRAY_CONTAINS, Op.ARRAY_CONTAINS_ANY})


def terms(node: Node) -> list[Term]:
    """Return the conjunctions whose disjunction the filter is; `in` and its like come apart into single values."""
    match node:
        case Comparison(op=Op.IN):
            return [(replace(node, op=Op.EQUAL, operands=(operand,)),) for operand in node.operands]
        case Comparison(op=Op.ARRAY_CONTAINS_ANY):
            return [(replace(node, op=Op.ARRAY_CONTAINS, operands=(operand,)),) for operand in node.operands]
        case Comparison():
            return [(node,)]
        case Any_(parts):
            return [term for part in parts for term in terms(part)]
        case Every(parts):
            return [tuple(leaf for term in choice for leaf in term) for choice in product(*map(terms, parts))]
        case _:
            assert_never(node)


def check_filters(node: Node) -> None:
    """Refuse the combinations Firestore refuses; INVALID_ARGUMENT."""
    leaves = comparisons(node)
    _check_negations(node, leaves)
    ranged = {leaf.path for leaf in leaves if leaf.op in RANGES | NEGATIONS}
    if len(ranged) > MAX_RANGE_FIELDS:
        raise invalid(f"A query can have range and inequality filters on at most {MAX_RANGE_FIELDS} fields.")
    named = any(leaf.path == DOCUMENT_NAME and leaf.op in {Op.EQUAL, Op.IN} for leaf in leaves)
    if named and ranged and DOCUMENT_NAME not in ranged:
        raise invalid(
            "Equality on key is not allowed if there are other inequality fields "
            "and key does not appear in inequalities."
        )
    if _count(node) > MAX_DISJUNCTIONS:
        raise invalid(f"A query can have at most {MAX_DISJUNCTIONS} disjunctions in its disjunctive normal form.")
    for term in terms(node):
        if sum(leaf.op in _CONTAINS for leaf in term) > 1:
            raise invalid("A query can have at most one ARRAY_CONTAINS or ARRAY_CONTAINS_ANY filter per disjunction.")


def _check_negations(node: Node, leaves: list[Comparison]) -> None:
    negations = [leaf for leaf in leaves if leaf.op in NEGATIONS]
    if len(negations) > 1:
        raise invalid("Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.")
    if not negations or negations[0].op != Op.NOT_IN:
        return
    if len(negations[0].operands) > MAX_NOT_IN:
        raise invalid(f"'NOT_IN' supports up to {MAX_NOT_IN} comparison values.")
    if _has_or(node) or any(leaf.op in {Op.IN, Op.ARRAY_CONTAINS_ANY} for leaf in leaves):
        raise invalid("'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.")


def _has_or(node: Node) -> bool:
    match node:
        case Comparison():
            return False
        case Any_(parts):
            return len(parts) > 1 or any(map(_has_or, parts))
        case Every(parts):
            return any(map(_has_or, parts))
        case _:
            assert_never(node)


def _count(node: Node) -> int:
    match node:
        case Comparison(op=Op.IN | Op.ARRAY_CONTAINS_ANY):
            return len(node.operands)
        case Comparison():
            return 1
        case Any_(parts):
            return sum(map(_count, parts))
        case Every(parts):
            total = 1
            for part in parts:
                total *= _count(part)
            return total
        case _:
            assert_never(node)
