"""Brings ordered clips to their end: speaks and films behind the scenes, bills, and calls back when it is time."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.vendors import media, take, voice
from infra.local.vendors.did.clips import Clip, Clips
from infra.local.vendors.did.contract import Markers, Order, parse, spoken
from infra.local.vendors.did.courier import Courier
from infra.local.vendors.did.settings import DidSettings
from infra.local.vendors.figure import Person
from infra.local.vendors.payload import hash16
from infra.local.vendors.presigned import Presigned
from infra.local.vendors.voice import Speaker
from infra.local.vendors.workshop import Job, Workshop

_SEMITONE = 2  # eSpeak's pitch steps in one semitone
_SPOILT_SECONDS = 4.0  # what a failed clip is billed for, where failures are


class Studio:
    """Works the record off, two clips at a time."""

    def __init__(
        self, clips: Clips, courier: Courier, data: Path, settings: DidSettings, clock: Callable[[], datetime]
    ) -> None:
        self._clips = clips
        self._courier = courier
        self._films = data / "takes"
        self._films.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self._clock = clock
        self._links = Presigned(self._films, clips.secret("links"), settings.link_seconds, clock)
        self._workshop = Workshop("did-studio", self._jobs, self._work, clock, early=True, hands=2)

    def start(self, base_url: str) -> None:
        """Begin to complete clips; links will point to `base_url`."""
        self._links.base_url = base_url
        if self._settings.background:
            self._workshop.start()

    def stop(self) -> None:
        """Stop; what is unfinished goes on at the next start."""
        self._workshop.stop()

    def wake(self) -> None:
        """Say that there is something new."""
        self._workshop.wake()

    def complete_due(self) -> None:
        """Bring everything to its end whose time has come by the handed-in clock, now and in this thread."""
        self._workshop.complete_due()

    def complete(self, clip: Clip) -> None:
        """Film a clip and tell of it now, in this thread: quicker than the answer to its order."""
        order = parse(clip.request, self._settings)
        seconds = self._film(clip, order)
        if self._finish(clip, "done", seconds=seconds) and order.webhook:
            self._courier.tell_now(order.webhook, self.shown(clip.id))

    def shown(self, clip_id: str, *, listed: bool = False) -> dict[str, Any]:
        """Return a clip as D-ID tells it; a list tells no user_data."""
        clip = self._clips.find(clip_id)
        if clip is None:
            return {}
        order = parse(clip.request, self._settings)
        told: dict[str, Any] = {
            "id": clip.id,
            "object": "clip",
            "owner_id": hashlib.sha256(clip.account.encode()).hexdigest()[:16],
            "created_at": stamp(clip.created_at),
            "modified_at": stamp(clip.finished_at or clip.created_at),
            "status": clip.status(self._clock()),
            "presenter_id": clip.presenter,
            "name": clip.name,
            "webhook": order.webhook,
        }
        if clip.outcome == "done":
            told |= {
                "completed_at": stamp(clip.finished_at or clip.created_at),
                "result_url": self.link(clip),
                "duration": clip.seconds,
                "metadata": {"resolution": list(size_of(order, self._settings)), "num_frames": 0},
            }
        if clip.error_kind and self._settings.tells_errors:
            told["error"] = {"kind": clip.error_kind, "description": "the clip could not be made"}
        return told if listed or order.user_data is None else {**told, "user_data": order.user_data}

    def link(self, clip: Clip) -> str:
        """Return a fresh presigned URL of a clip's file."""
        return self._links.link(clip.file)

    def opened(self, path: str, until: str, signature: str) -> Path | None:
        """Return the file a presigned URL opens, or None when it has expired or was tampered with."""
        return self._links.opened(path, until, signature)

    def _jobs(self) -> list[Job]:
        return [Job(clip.id, clip.ready_at) for clip in self._clips.pending()]

    def _work(self, clip_id: str, due: bool) -> None:
        """Film, and tell if it is time."""
        clip = self._clips.find(clip_id)
        if clip is None or clip.outcome != "pending":
            return
        order = parse(clip.request, self._settings)
        markers = Markers.of(order.script)
        if markers.failure or markers.rejection:
            if due:
                outcome = "error" if markers.failure else "rejected"
                self._end(clip, order, outcome, kind=markers.failure or markers.rejection)
            return
        try:
            seconds = self._film(clip, order)
        except (voice.SpeechError, media.UnreadableMediaError, OSError):
            if due:
                self._end(clip, order, "error", kind="InternalError")
            return
        if due:
            self._end(clip, order, "done", seconds=seconds)

    def _end(
        self, clip: Clip, order: Order, outcome: str, *, seconds: float | None = None, kind: str | None = None
    ) -> None:
        if self._finish(clip, outcome, seconds=seconds, kind=kind) and order.webhook:
            self._courier.tell(order.webhook, self.shown(clip.id), Markers.of(order.script).webhook)

    def _finish(self, clip: Clip, outcome: str, *, seconds: float | None, kind: str | None = None) -> bool:
        charged = seconds or (_SPOILT_SECONDS if self._settings.bills_failures else 0.0)
        amount = round(charged * self._settings.micros_per_second)
        return self._clips.finish(
            clip.id, self._clock(), outcome=outcome, seconds=charged or None, amount=amount, kind=kind
        )

    def _film(self, clip: Clip, order: Order) -> float:
        """Film to a file of ours unless that was done before; return its seconds."""
        target = self._films / clip.file
        if target.exists():
            return media.probe(target).seconds
        speaker = Speaker(order.voice.speaker, order.voice.pitch + _SEMITONE * order.semitones, order.rate)
        width, height = size_of(order, self._settings)
        seed = hash16(order.presenter.id)
        filmed = take.TakeOrder(
            person=Person.of(seed, woman=order.presenter.gender == "female"),
            avatar=seed,
            script=hash16(order.script),
            width=width,
            height=height,
            backdrop=take.Backdrop(transparent=order.transparent, color=order.color),
            speech=voice.speak(spoken(order.script), speaker),
        )
        unfinished = target.with_suffix(".part")
        seconds = take.film(filmed, unfinished)
        unfinished.replace(target)
        return seconds


def size_of(order: Order, settings: DidSettings) -> tuple[int, int]:
    """Return (width, height): the presenter's own shape, its longer side at most what was asked for, both even."""
    width, height = settings.size
    scale = min(1.0, (order.longest_side or max(width, height)) / max(width, height))
    return round(width * scale / 2) * 2, round(height * scale / 2) * 2


def stamp(at: datetime) -> str:
    """Write a time as D-ID does."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
