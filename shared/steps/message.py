"""What a task tells a step: job, node, take and attempt; everything else is read from the job when it runs."""

from collections.abc import Mapping
from dataclasses import dataclass


class UnreadableMessage(Exception):
    """A task's body is not one of ours: kept where a person sees it, never tried again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One step to be done: the node, and the take and attempt it is meant for."""

    job: str
    node: str
    take: int
    attempt: int
    hint: str = ""  # the vendor's id of what a webhook spoke about; empty without a hint
    teller: str = ""  # the tenant whose registered endpoint gave the hint; empty where the attempt's own path did
    wanted: str = ""  # of a part of a film: what the film is to be made from
    part: str = ""  # its name

    @property
    def body(self) -> dict[str, str | int]:
        """The task's body."""
        said = {"teller": self.teller} if self.teller else {}
        said |= {"wanted": self.wanted, "part": self.part} if self.part else {}
        about = {"job": self.job, "node": self.node, "hint": self.hint}
        return {**about, "take": self.take, "attempt": self.attempt, **said}


def read_message(data: object) -> Message:
    """Read a task's body; raises UnreadableMessage."""
    match data:
        case {"job": str(job), "node": str(node), "take": int(take), "attempt": int(attempt), **rest} if job and node:
            said = (_said(rest, name) for name in ("hint", "teller", "wanted", "part"))
            return Message(job, node, take, attempt, *said)
    raise UnreadableMessage(f"not a step's message: {str(data)[:200]}")


def _said(rest: Mapping[object, object], field: str) -> str:
    said = rest.get(field, "")
    return said if isinstance(said, str) else ""
