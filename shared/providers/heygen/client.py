"""HeyGen's interface v3 films the presenter with the tenant's own key.

Theory of operation (README.md beside this, read up to 2026-11-28; v1 and v2 are gone): POST /v3/videos takes a look of
an avatar and a script and answers a video's id; GET /v3/videos/{id} tells the end, `completed` or `failed`, and mints a
link that dies. There is no video behind an avatar: the presenter is asked for transparent (webm), on a flat colour, or
as a plain rectangle; which of them a look can do is only learnt by asking. `Idempotency-Key` makes a submit repeatable:
the same key replays its first answer for 24 h, so a doubtful submit is Unknown and asked again with the same key, or
found by its title. A webhook is only a hint to look; per-request callbacks are unsigned.
"""

from datetime import datetime
from itertools import islice
from math import isfinite

import httpx

from shared.egress.client import Egress
from shared.pipeline.job.job import Reconcile
from shared.pipeline.plan.looks import Look, LookType, Voice
from shared.providers.catalog import WHOLE_LIST_SECONDS, ListedLook, ListedVoice, Listing, gathered
from shared.providers.heygen.answers import ask_error, made_id, outcome
from shared.providers.heygen.lists import PHOTO, listed_looks, listed_voices
from shared.providers.heygen.order import order_body
from shared.providers.heygen.paid_call import send_order
from shared.providers.heygen.questions import SENDABLE_ID, Conversation, conversation
from shared.providers.heygen.webhook import NEWS
from shared.providers.heygen.words import AVATAR, NO_AVATAR, NO_VOICE, VOICE, WEBHOOK, group_words
from shared.providers.ports import (
    Failure,
    Filmed,
    Found,
    Lost,
    Pending,
    SpeechOrder,
)
from shared.providers.reading import at, json_of, list_at, text_at

ENDPOINTS = "/v3/webhooks/endpoints"
TOLD_LOOKS = 20  # of a group: one page of them, however many there are


class HeyGen:
    """`ports.PresenterVendor` over HeyGen v3; `endpoint` is its address without a slash at its end."""

    reconcile = Reconcile.IDEMPOTENCY_KEY  # for a day; older ones are found by their title

    def __init__(self, *, endpoint: str, egress: Egress) -> None:
        self._endpoint = endpoint
        self._egress = egress

    def submit(self, order: SpeechOrder, *, api_key: str, idempotency_key: str, total_seconds: float) -> str:
        """Make the one paid call; return the video's id.

        Raises: NotSent, TryLater, InFlight, Refused, Misconfigured, Unknown.
        """
        response = send_order(
            self._egress,
            f"{self._endpoint}/v3/videos",
            order_body(order),
            api_key=api_key,
            idempotency_key=idempotency_key,
            total_seconds=total_seconds,
        )
        return made_id(response, order, api_key)

    def poll(self, video_id: str, *, api_key: str) -> tuple[Pending | Filmed | Failure, str | None]:
        """Ask once; the second value is the title as HeyGen tells it. Raises: Lost, KeyChanged, TryLater."""
        if not SENDABLE_ID.fullmatch(video_id):
            raise Lost(f"{video_id!r} is not a video's id.")
        with conversation(self._egress, self._endpoint, api_key) as ask:
            return outcome(ask("GET", f"/v3/videos/{video_id}"), video_id, api_key)

    def find(self, title: str, *, api_key: str, since: datetime | None = None) -> tuple[Found, ...]:  # noqa: ARG002 - HeyGen filters by title
        """Generations with exactly this title. Raises: KeyChanged, TryLater, Incomplete."""
        with conversation(self._egress, self._endpoint, api_key) as ask:
            videos = list(ask.pages("/v3/videos", {"title": title}))
        return tuple(
            Found(found, title, text_at(video, "status") == "failed")
            for video in videos
            if text_at(video, "title") == title and (found := text_at(video, "id") or text_at(video, "video_id"))
        )

    def check_key(self, *, api_key: str) -> str:
        """Return the account's billing type. Raises: KeyChanged (bad key), TryLater."""
        with conversation(self._egress, self._endpoint, api_key) as ask:
            data = ask.data("/v3/users/me")
        return text_at(data, "billing_type") or "unknown"

    def balance(self, *, api_key: str) -> int | None:
        """Return the wallet's dollars as micro-dollars; None for other ways of paying, and a wallet that fills itself.

        Raises: KeyChanged, TryLater.
        """
        with conversation(self._egress, self._endpoint, api_key) as ask:
            wallet = at(ask.data("/v3/users/me"), "wallet")
        left = at(wallet, "remaining_balance")
        if not isinstance(left, int | float) or isinstance(left, bool) or not isfinite(left):
            return None
        if at(at(wallet, "auto_reload"), "enabled") is True or text_at(wallet, "currency").lower() != "usd":
            return None
        return round(left * 1_000_000)

    def avatar(self, look_id: str, *, api_key: str) -> Look:
        """Return a look.

        Raises: Refused(code "avatar_not_found" | "avatar_is_group" | "avatar_not_usable"), KeyChanged, TryLater.
        """
        if not SENDABLE_ID.fullmatch(look_id):
            raise NO_AVATAR.refused()
        with conversation(self._egress, self._endpoint, api_key) as ask:
            look = ask.data_or_none(f"/v3/avatars/looks/{look_id}")
            if look is None:
                if ask.data_or_none(f"/v3/avatars/{look_id}") is None:
                    raise NO_AVATAR.refused()
                looks = islice(ask.pages("/v3/avatars/looks", {"group_id": look_id}), TOLD_LOOKS)
                raise group_words(tuple(text_at(one, "id") for one in looks)).refused()
        if text_at(look, "status") not in {"", "completed"}:
            raise AVATAR.refused()
        return Look(
            id=look_id,
            name=text_at(look, "name"),
            type=LookType.PHOTO if text_at(look, "avatar_type") == PHOTO else LookType.VIDEO,
            engines=tuple(one for one in list_at(look, "supported_api_engines") if isinstance(one, str)),
            default_voice_id=text_at(look, "default_voice_id") or None,
        )

    def voice(self, voice_id: str, *, api_key: str) -> Voice:
        """Return a voice; none has styles.

        Raises: Refused(code "voice_not_found" | "voice_not_usable"), KeyChanged, TryLater.
        """
        if not SENDABLE_ID.fullmatch(voice_id):
            raise NO_VOICE.refused()
        with conversation(self._egress, self._endpoint, api_key) as ask:
            voice = ask.data_or_none(f"/v3/voices/{voice_id}")
        if voice is None:
            raise NO_VOICE.refused()
        if text_at(voice, "status") not in {"", "complete", "completed"}:
            raise VOICE.refused()
        return Voice(text_at(voice, "name"))

    def looks(self, *, api_key: str) -> Listing[ListedLook]:
        """Read the list of looks. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, WHOLE_LIST_SECONDS) as ask:
            return gathered(listed_looks(ask))

    def voices(self, *, api_key: str) -> Listing[ListedVoice]:
        """Read the list of voices. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, WHOLE_LIST_SECONDS) as ask:
            return gathered(listed_voices(ask))

    def register_webhook(self, url: str, *, api_key: str) -> tuple[str, str]:
        """Register `url` for success and failure events; return (endpoint id, signing secret).

        The secret is told once, so an earlier registration of the same url is replaced, never kept.
        Raises: Refused(code "webhook_refused"), KeyChanged, TryLater.
        """
        with conversation(self._egress, self._endpoint, api_key) as ask:
            for endpoint in list(ask.pages(ENDPOINTS, {})):
                if text_at(endpoint, "url") == url and SENDABLE_ID.fullmatch(text_at(endpoint, "endpoint_id")):
                    ask("DELETE", f"{ENDPOINTS}/{text_at(endpoint, 'endpoint_id')}")
            response = ask("POST", ENDPOINTS, body={"url": url, "events": list(NEWS)})
        data = at(json_of(response), "data")
        endpoint_id, secret = text_at(data, "endpoint_id"), text_at(data, "secret")
        if response.is_success and endpoint_id and secret:
            return endpoint_id, secret
        if response.status_code in {400, 422}:
            raise WEBHOOK.refused()
        raise ask_error(response, api_key)

    def unregister_webhook(self, endpoint_id: str, *, api_key: str) -> None:
        """Take our endpoint off an account; one that is gone already is fine. Raises: KeyChanged, TryLater."""
        if not SENDABLE_ID.fullmatch(endpoint_id):
            return
        with conversation(self._egress, self._endpoint, api_key) as ask:
            _take_off(ask, endpoint_id)

    def rotate_webhook(self, endpoint_id: str, *, api_key: str, idempotency_key: str) -> str | None:
        """Give an endpoint a new secret and return it; None where it is gone. The old one is dead at once.

        Raises: KeyChanged, TryLater.
        """
        if not SENDABLE_ID.fullmatch(endpoint_id):
            return None
        with conversation(self._egress, self._endpoint, api_key) as ask:
            response = ask("POST", f"{ENDPOINTS}/{endpoint_id}/rotate-secret", idempotency_key=idempotency_key)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        secret = text_at(at(json_of(response), "data"), "secret")
        if response.is_success and secret:
            return secret
        raise ask_error(response, api_key)

    def has_webhook(self, endpoint_id: str, *, api_key: str) -> bool:
        """Tell whether the key's account has this endpoint. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key) as ask:
            return any(text_at(each, "endpoint_id") == endpoint_id for each in ask.pages(ENDPOINTS, {}))

    def clear_webhooks(self, url: str, *, known: str, keep: str, api_key: str) -> None:
        """Take `known`, and whatever is registered for `url`, off an account, except `keep`.

        Raises: KeyChanged, TryLater.
        """
        with conversation(self._egress, self._endpoint, api_key) as ask:
            for each in list(ask.pages(ENDPOINTS, {})):
                name = text_at(each, "endpoint_id")
                ours = name == known or text_at(each, "url") == url
                if ours and name != keep and SENDABLE_ID.fullmatch(name):
                    _take_off(ask, name)


def _take_off(ask: Conversation, endpoint_id: str) -> None:
    answer = ask("DELETE", f"{ENDPOINTS}/{endpoint_id}")
    if not answer.is_success and answer.status_code != httpx.codes.NOT_FOUND:
        raise ask_error(answer, ask.api_key)
