"""HeyGen Video 1 films B-roll with the tenant's own HeyGen key: the account, the wire and the errors are HeyGen's.

Theory of operation (README.md beside this, read up to 2026-11-28): POST /v3/models/videos takes a prompt, and perhaps
a first frame or references, and answers a video's id; GET /v3/models/videos/{id} tells the end and a link that dies.
A length is any whole second of 5 to 15, sound is in every film. `Idempotency-Key` makes a submit repeatable, and is
the only way to find out what became of a lost answer: no list shows an attempt's name.
"""

from shared.egress.client import Egress
from shared.pipeline.job.job import Reconcile
from shared.providers.heygen.paid_call import send_order
from shared.providers.heygen.questions import SENDABLE_ID, conversation
from shared.providers.heygen_video.answers import footage_id, footage_outcome
from shared.providers.heygen_video.order import footage_body
from shared.providers.ports import Failure, Filmed, KeyedClipOrder, Lost, Pending

FOOTAGE_ROUTE = "/v3/models/videos"


class HeyGenVideo:
    """`ports.KeyedFootageVendor` over HeyGen v3; `endpoint` is HeyGen's address without a slash at its end."""

    reconcile = Reconcile.IDEMPOTENCY_KEY  # for a day; an older one cannot be found

    def __init__(self, *, endpoint: str, egress: Egress) -> None:
        self._endpoint = endpoint
        self._egress = egress

    def submit(self, order: KeyedClipOrder, *, api_key: str, idempotency_key: str, total_seconds: float) -> str:
        """Make the one paid call; return the video's id.

        Raises: NotSent, TryLater, InFlight, Refused, Misconfigured, Unknown.
        """
        response = send_order(
            self._egress,
            self._endpoint + FOOTAGE_ROUTE,
            footage_body(order),
            api_key=api_key,
            idempotency_key=idempotency_key,
            total_seconds=total_seconds,
        )
        return footage_id(response, api_key)

    def poll(self, video_id: str, *, api_key: str) -> Pending | Filmed | Failure:
        """Ask once. Raises: Lost, KeyChanged, TryLater."""
        if not SENDABLE_ID.fullmatch(video_id):
            raise Lost(f"{video_id!r} is not a video's id.")
        with conversation(self._egress, self._endpoint, api_key) as ask:
            return footage_outcome(ask("GET", f"{FOOTAGE_ROUTE}/{video_id}"), video_id, api_key)

    def check_key(self, *, api_key: str) -> None:
        """Ask who the key's account is, which costs nothing. Raises: KeyChanged (bad key), TryLater."""
        with conversation(self._egress, self._endpoint, api_key) as ask:
            ask.data("/v3/users/me")
