"""What reaches a tenant's films that should not: lost tasks, old ones, webhooks that lie."""

from contextlib import suppress

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from shared.cloud.blobs import FilesUnreachable
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.secret_names import CALLBACK_KEY as CALLBACK_SECRET
from shared.cloud.secrets import NoSecret, SecretsUnreachable
from shared.pipeline.job.names import attempt_name
from shared.pipeline.plan.plan import Kind as Node
from shared.steps.callbacks import callback_path, vendor_path
from shared.steps.commit import StoreBusy
from shared.steps.message import Message
from shared.steps.problems import Problem
from tests.faults.cloud import StagedWiring
from tests.lives.promises import Promises
from tests.steps.stage import CLIP, FILM, SPEECH, Stage

UNANSWERED = (Problem, StoreBusy, StoreUnreachable, SecretsUnreachable, FilesUnreachable)  # what a caller is told 5xx
SUCCESS: dict[str, object] = {"event_type": "avatar_video.success"}
STEPS = {Node.CLIP: ("start_clip", "watch_clip"), Node.PRESENTER: ("start_presenter", "watch_presenter")}


class Mishaps(RuleBasedStateMachine):
    """Rules of every life; the life itself brings the stage."""

    films: Bundle[str] = Bundle("films")
    stage: Stage
    twin: StagedWiring
    promises: Promises

    @property
    def _us(self) -> StagedWiring:
        return self.stage.wiring

    @rule(waiting=st.integers(0, 5))
    def a_task_is_lost(self, waiting: int) -> None:
        """Let a task run out of retries: its name stays used."""
        names = [task.name for task in self.stage.waiting()]
        if names:
            self.promises.lost += 1
            self.stage.cloud.eyes.clients.tasks.delete_task(name=names[waiting % len(names)])

    @rule(film=films, node=st.sampled_from((CLIP, "clip-2", SPEECH, FILM)), back=st.integers(0, 2), watch=st.booleans())
    def an_old_task_comes(self, film: str, node: str, back: int, watch: bool) -> None:  # Hypothesis
        """Deliver a task again, or one of an attempt that is over."""
        found = self.stage.job(film).nodes.get(node)
        if found is None:
            return
        message = Message(film, node, found.take, max(1, found.attempt - back))
        step = STEPS[found.kind][watch] if found.kind in STEPS else "compose"
        with suppress(*UNANSWERED):
            getattr(self.twin, step)(message)

    @rule(
        film=films,
        vendor=st.sampled_from(("heygen", "did")),
        video=st.sampled_from(("another", "forged")),
        signed=st.booleans(),
    )
    def a_webhook_lies(self, film: str, vendor: str, video: str, signed: bool) -> None:  # Hypothesis
        """Tell of a take that is not this film's, or under no signature of ours."""
        node = self.stage.job(film).nodes.get(SPEECH)
        if node is None:
            return
        takes = self.stage.bill(vendor)
        named = str(takes[-1]["id"]) if takes and video == "another" else video
        with suppress(NoSecret, SecretsUnreachable):
            key = self._us.secrets.get(CALLBACK_SECRET).value if signed else "a guess"
            name = attempt_name(film, node)
            path, body = f"/heygen_webhook{callback_path(name, key)}", SUCCESS | {"event_data": {"video_id": named}}
            if vendor == "did":
                path, body = f"/provider_webhook{vendor_path(vendor, name, key)}", {"id": named, "status": "done"}
            with suppress(httpx.TransportError):
                httpx.post(self.stage.cloud.front.url + path, json=body, trust_env=False)
