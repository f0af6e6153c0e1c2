"""The protocol's rules as switches: each a wrapper around the product's machine, or a habit of the model's workers."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Reconcile, State
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.timeouts import Timeouts
from tests.pipeline.machine.story import waiting


class Rule(StrEnum):
    """A rule the kept protocol has."""

    WAKE = "a wake number in the task's name"
    WINDOW = "the send window"
    TOKEN = "a result counts by its claim's token"
    OWNER = "only the claim's owner sends"
    CLAIM = "claim, then send"
    EARLY = "a film is accepted in starting"
    NUMBERS = "numbers that only grow"
    TIMEOUT = "the timeout of an unknown call"
    TWICE = "a second list after the first"
    LOOKED = "a look counts from when it began"
    LEDGER = "a late id goes to the ledger"
    EXPIRY = "a claim expires"
    SWEEP = "the sweep"
    KEYLESS = "a call without a key is never repeated"
    OWN_WAY = "a call with a key is never looked for in a bucket"
    REPEAT = "a refused repeat keeps its claim"
    KEY = "the same key for the same attempt"
    RISK = "the cost is booked at the claim"
    PRICE = "a take is booked at its engine's price"
    PROBE = "a file is probed before it counts as a film"
    LINKS = "a bounded number of fresh links"
    PAID = "a file that is no film was paid"
    VERDICT = "only a verdict lets another vendor be asked"
    HEARD = "what may have been made is not ordered elsewhere"


ALL = frozenset(Rule)


def heard(rules: frozenset[Rule], job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Apply an event as the product's machine does, without the rules that are missing."""
    if Rule.REPEAT not in rules and isinstance(event, on.Released | on.MisconfigurationFound | on.Rejected):
        job = _asked_once(job, event.node)
    job, event = _of_a_second_vendor(rules, job, event)
    match event:
        case on.Claimed() if Rule.KEYLESS not in rules:  # the kind of node decided once
            event = replace(event, reconcile=Reconcile.IDEMPOTENCY_KEY)
        case on.Claimed() if Rule.OWN_WAY not in rules:
            event = replace(event, reconcile=Reconcile.OBJECT)
        case on.Sent() | on.Released() | on.Rejected() | on.Unclear() if Rule.TOKEN not in rules:
            claim = job.nodes[event.node].claim
            event = replace(event, token=claim.token) if claim else event
        case on.FilmArrived() if Rule.EARLY not in rules and job.nodes[event.node].state is State.STARTING:
            return Transition(job, changed=False)
        case on.NothingFound():
            timeouts = timeouts if Rule.TIMEOUT in rules else waiting(timeouts, unknown=0)
            event = event if Rule.LOOKED in rules else replace(event, at=None)
            job = job if Rule.TWICE in rules else _not_shown_before(job, event.node, now)
    event = _of_prices(rules, event)
    job, event = _of_files(rules, job, event)
    moved = apply(job, event, now, timeouts)
    if Rule.LEDGER not in rules and isinstance(event, on.Sent) and _only_noted(job, moved, event.node):
        return Transition(job, changed=False)
    if Rule.NUMBERS not in rules and isinstance(event, on.RetryAsked) and moved.changed:
        again = {key: replace(node, take=1, attempt=1) for key, node in moved.job.nodes.items()}
        return replace(moved, job=replace(moved.job, nodes=again))
    if Rule.RISK not in rules and isinstance(event, on.Claimed) and moved.changed:
        return _unbooked(moved, event.node)
    return moved


def _of_a_second_vendor(rules: frozenset[Rule], job: Job, event: on.Event) -> tuple[Job, on.Event]:
    """Leave out what keeps a second vendor from being asked."""
    if Rule.HEARD not in rules:
        job = replace(job, plan=replace(job.plan, pay_again=True))
    if Rule.VERDICT not in rules and isinstance(event, on.Unclear):  # an answer that is lost counts as one
        return job, on.Rejected(event.node, event.token, Code.CREDITS, "503", "ask another")
    return job, event


def _of_files(rules: frozenset[Rule], job: Job, event: on.Event) -> tuple[Job, on.Event]:
    """Leave out what holds for finished files that are no film."""
    if Rule.LINKS not in rules and isinstance(event, on.FileRefused):
        return replace(job, nodes={**job.nodes, event.node: replace(job.nodes[event.node], fresh_links=0)}), event
    if Rule.PAID not in rules and isinstance(event, on.FailureHeard):
        return job, replace(event, paid=False)
    return job, event


def _of_prices(rules: frozenset[Rule], event: on.Event) -> on.Event:
    """Leave out that an attempt is booked at the price of the engine that films it."""
    return replace(event, rate=None) if Rule.PRICE not in rules and isinstance(event, on.Claimed) else event


def _not_shown_before(job: Job, key: str, now: datetime) -> Job:
    """Let a list a day ago not have shown the call either: one is enough then."""
    node = job.nodes[key]
    claim = replace(node.claim, absent_at=now - timedelta(days=1)) if node.claim else None
    return replace(job, nodes={**job.nodes, key: replace(node, claim=claim)})


def _only_noted(job: Job, moved: Transition, node: str) -> bool:
    return moved.changed and moved.job.nodes[node].state is job.nodes[node].state


def _asked_once(job: Job, key: str) -> Job:
    """Forget that the claim's call was asked again: its refusal counts as the first call's."""
    node = job.nodes[key]
    claim = replace(node.claim, repeats=0) if node.claim else None
    return replace(job, nodes={**job.nodes, key: replace(node, claim=claim)})


def _unbooked(moved: Transition, key: str) -> Transition:
    """Book nothing until the id is there: the line is opened free."""
    node = moved.job.nodes[key]
    lines = tuple(replace(line, cost=0) for line in node.attempts)
    nodes = {**moved.job.nodes, key: replace(node, attempts=lines)}
    return replace(moved, job=replace(moved.job, nodes=nodes))
