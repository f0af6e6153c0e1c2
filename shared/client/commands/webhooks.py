"""The commands about webhooks: where they go, what became of them, and how a server on one's own machine hears them."""

import json
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import click

from ..errors import Refused
from ..listening import Forwarded, forward, forwarding, receiver
from ..schemas import DeliveryShown, FeedEvent, WebhookEvent
from ..webhooks import new_secret
from . import words
from .profile import folder, read_object, write_private
from .session import Session, this

FEED_EVENTS = get_args(get_type_hints(FeedEvent)["event"])
TOLD_ONCE = tuple(each for each in get_args(WebhookEvent) if each not in FEED_EVENTS)


@click.group()
def webhooks() -> None:
    """What abroll tells your server."""


@webhooks.command("secret")
@this
def new_webhook_secret(session: Session) -> None:
    """Make the secret webhooks are signed with; it is shown this once."""
    session.output.result(session.abroll.new_webhook_secret(), words.fields)


@webhooks.command("ls")
@this
def list_endpoints(session: Session) -> None:
    """List the endpoints, and how each does."""
    session.output.result(session.abroll.webhooks.list(), _endpoints)


@webhooks.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, help="Only this event; may be given again. Every ending otherwise.")
@click.option("--name", help="For people.")
@this
def add_endpoint(session: Session, url: str, events: tuple[str, ...], name: str | None) -> None:
    """Let webhooks go to an address."""
    session.output.result(session.abroll.webhooks.add(url, events=events, name=name), words.fields)


@webhooks.command("rm")
@click.argument("endpoint")
@this
def remove_endpoint(session: Session, endpoint: str) -> None:
    """Let no more webhooks go to an endpoint."""
    session.abroll.webhooks.remove(endpoint)
    session.output.result({"deleted": True}, words.fields)


@webhooks.command("test")
@click.argument("endpoint", required=False)
@click.option("--endpoint", "chosen", help="Which endpoint; the only one where left out.")
@this
def test_endpoint(session: Session, endpoint: str | None, chosen: str | None) -> None:
    """Send an endpoint a test, signed as any other, and tell its answer; exit code 1 where it was not taken."""
    if endpoint and chosen:
        raise click.UsageError("name one endpoint")
    sent = session.abroll.webhooks.test(endpoint or chosen or _only(session))
    told = session.abroll.webhooks.outcome(sent["delivery"])
    session.output.result(told, _outcome)
    if told["state"] != "delivered":
        move = "Mend the receiver, then test again: `answer` has the beginning of what it said, or why nothing came."
        raise Refused(f"the test was not taken: {told['state']}", code="not_delivered", next_move=move)


@webhooks.command("deliveries")
@click.option("--job", help="Only of this film.")
@click.option("-n", "--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="A page's size.")
@click.option("--cursor", help="`next_cursor` of the page before.")
@this
def deliveries(session: Session, /, **asked: Any) -> None:
    """List what was sent, with the receivers' answers."""
    params = {name: str(value) for name, value in asked.items() if value is not None}
    session.output.result(session.abroll.call("GET", "/tenant/deliveries", None, **params), _deliveries)


@webhooks.command("show")
@click.argument("delivery")
@this
def show_delivery(session: Session, delivery: str) -> None:
    """Show a webhook, with its payload."""
    session.output.result(session.abroll.webhooks.delivery(delivery), words.fields)


@webhooks.command("replay")
@click.argument("delivery", required=False)
@click.option("--since", help="All that were not taken since this day or time (ISO 8601).")
@click.option("--endpoint", help="With --since: only this endpoint's.")
@this
def replay(session: Session, delivery: str | None, since: str | None, endpoint: str | None) -> None:
    """Send a webhook anew under the id it has, or those that were not taken since a time. It costs nothing."""
    if bool(delivery) == bool(since) or (endpoint and not since):
        raise click.UsageError("name a delivery, or --since for many; --endpoint goes with --since")
    if delivery:
        session.output.result(session.abroll.webhooks.replay(delivery), words.fields)
        return
    count = session.abroll.webhooks.replay_since(str(since), endpoint=endpoint)
    session.output.result({"replayed": count}, lambda told: f"{told['replayed']} sent anew")


@webhooks.command("listen")
@click.option("--forward-to", required=True, help="Where your server hears them: http://localhost:3000/hook.")
@click.option("--events", help=f"Only these, with commas: {', '.join(FEED_EVENTS)}.")
@click.option("--since", help="Also what happened since this day or time (ISO 8601); from now on otherwise.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON an event, as without a terminal.")
@this
def listen(session: Session, forward_to: str, events: str | None, since: str | None, *, as_json: bool) -> None:
    """Hand what happens on to a server on this machine, as the webhooks it will get; no public address is needed.

    No endpoint is needed either: jobs and batches are told as they end. The signature's secret is this machine's own,
    the same each time. Each event is sent once; --since sends it again. Ctrl-C ends it, with exit code 0.

    `job.progress` is not among them: abroll tells it to endpoints as it happens and keeps it nowhere, so nothing is
    there to be read afterwards. `abroll wait JOB` follows one film's progress; an endpoint added with `abroll webhooks
    add URL --event job.progress` is told it.
    """
    wanted = _wanted(events)
    try:
        to = receiver(forward_to)
    except Refused as wrong:
        raise click.BadParameter(wrong.message, param_hint="--forward-to") from wrong
    if as_json:
        session.output.human = False
    try:
        _listen(session, to, wanted, since)
    except KeyboardInterrupt:
        session.output.note("listening no more")


def _listen(session: Session, to: Any, wanted: tuple[str, ...], since: str | None) -> None:
    happened = session.abroll.webhooks.follow(since=since, trouble=lambda failed: session.output.note(str(failed)))
    secret = _own_secret()
    began = {"forwarding": list(wanted), "from": session.abroll.url, "to": str(to), "secret": secret}
    session.output.line(began, _began)
    with forwarding() as http:
        for event in happened:
            if event["event"] in wanted:
                session.output.line(_row(event, forward(event, to, secret, http)), _forwarded)


def _row(event: FeedEvent, answered: Forwarded) -> dict[str, Any]:
    data: Mapping[str, Any] = event["payload"]["data"]
    about = {name: data[name] for name in ("job_id", "batch_id") if name in data}
    told = {"id": event["id"], "event": event["event"], "at": event["at"], **about}
    return {**told, "answer_status": answered.status, "answer": answered.said or None}


def _wanted(events: str | None) -> tuple[str, ...]:
    """Read which events are handed on. Raises BadParameter."""
    if events is None:
        return FEED_EVENTS
    wanted = tuple(dict.fromkeys(each.strip() for each in events.split(",")))
    for each in wanted:
        if each in TOLD_ONCE:
            raise click.BadParameter(f"{each} is told to endpoints only: nothing keeps it", param_hint="--events")
        if each not in FEED_EVENTS:
            raise click.BadParameter(f"{each[:40]!r} is none of {', '.join(FEED_EVENTS)}", param_hint="--events")
    return wanted


def _own_secret() -> str:
    """Return the secret this machine signs with; it is made once, and only this user may read it."""
    file = folder() / "listen.json"
    if known := read_object(file).get("secret"):
        return known
    made = new_secret()
    write_private(file, json.dumps({"secret": made}))
    return made


def _only(session: Session) -> str:
    """Return the only endpoint. Raises UsageError where there are several, Refused where there is none."""
    known = session.abroll.webhooks.list()["webhooks"]
    if not known:
        move = "Make one with `abroll webhooks add URL`; `abroll webhooks listen` needs none."
        raise Refused("there is no endpoint", code="no_endpoint", next_move=move)
    if len(known) > 1:
        raise click.UsageError(f"which endpoint? --endpoint {', '.join(each['id'] for each in known)}")
    return known[0]["id"]


def _began(told: Mapping[str, Any]) -> str:
    return "\n".join(
        [
            f"Ready: {', '.join(told['forwarding'])}",
            f"from {told['from']} to {told['to']}; Ctrl-C ends it.",
            f"The signing secret on this machine is {told['secret']}",
        ]
    )


def _forwarded(told: Mapping[str, Any]) -> str:
    about = told.get("job_id") or told.get("batch_id")
    answered = told["answer_status"] or f"no answer: {told['answer']}"
    return f"{told['at'][:19]}  {told['event']:<15}  {about}  → {answered}"


def _outcome(told: DeliveryShown) -> str:
    answered = told["answer_status"] or "no answer"
    said = f": {told['answer']}" if told["answer"] else ""
    return f"{told['id']}  {told['state']}  {answered}{said}"


def _endpoints(told: Mapping[str, Any]) -> str:
    return "\n".join(f"{each['id']}  {each['status']:<8} {each['url']}" for each in told["webhooks"]) or "No endpoints."


def _deliveries(told: Mapping[str, Any]) -> str:
    lines = (f"{each['id']}  {each['state']:<10} {each.get('event', '')}" for each in told["deliveries"])
    return "\n".join(lines) or "Nothing was sent."


COMMANDS = (webhooks,)
