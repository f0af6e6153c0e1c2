"""D-ID's clips film the presenter with the tenant's own key: the V3 presenters, the only ones that can be transparent.

Theory of operation (README.md beside this, read up to 2026-11-28): POST /clips takes a presenter and a script and
answers a clip's id; GET /clips/{id} tells the end, `done`, `error` or `rejected`, and mints a link that dies after a
day. There is no idempotency key and no filter by name: a doubtful order is never repeated, its name is looked for in
the list, and only a list that was read completely can show that it is not there. A clip has its presenter's shape,
whatever is ordered. Leaving `presenter_id` out films somebody of D-ID's own choice, so nothing is sent without one. A
webhook is the order's own, unsigned, comes once or never, and is only a hint to look.
"""

import re
from datetime import datetime

from shared.egress.client import Egress
from shared.pipeline.job.job import Reconcile
from shared.pipeline.plan.looks import Look, LookType, Voice
from shared.pipeline.plan.request import VoiceSettings
from shared.providers.catalog import WHOLE_LIST_SECONDS, ListedLook, ListedVoice, Listing, gathered
from shared.providers.did.answers import cutout_refused, made_id, outcome, refuses_cutout
from shared.providers.did.listing import LIST_SECONDS, clips_named
from shared.providers.did.order import MICROSOFT, no_styles, order_body, read_voice, untuned
from shared.providers.did.people import listed_presenters, listed_voices, styles_of
from shared.providers.did.questions import KeyForm, authorization, conversation
from shared.providers.did.words import DID_KEY, DID_NO_PRESENTER, DID_NO_VOICE, other_maker
from shared.providers.paid_call import paid_call
from shared.providers.ports import (
    Failure,
    Filmed,
    Found,
    KeyChanged,
    Lost,
    Pending,
    Refused,
    SpeechOrder,
    TryLater,
)
from shared.providers.reading import at, number_at, text_at

CLIPS_ENGINE = "clips"
_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_:.@-]{1,255}")  # nothing that could lead elsewhere in a path


class DId:
    """`ports.PresenterVendor` over D-ID's clips; `endpoint` is its address without a slash at its end."""

    reconcile = Reconcile.LIST_BY_TITLE

    def __init__(self, *, endpoint: str, egress: Egress, key_form: KeyForm = KeyForm.SHOWN) -> None:
        self._endpoint = endpoint
        self._egress = egress
        self._form = key_form

    def submit(self, order: SpeechOrder, *, api_key: str, idempotency_key: str, total_seconds: float) -> str:  # noqa: ARG002 - D-ID honours none
        """Make the one paid call; return the clip's id.

        Raises: NotSent, TryLater, Refused, Misconfigured, Unknown.
        """
        body = order_body(order)
        if not _ID.fullmatch(order.avatar_id):
            raise DID_NO_PRESENTER.fails()
        try:
            headers = {"authorization": authorization(api_key, self._form)}
        except KeyChanged as bad:
            raise DID_KEY.fails() from bad
        client_of = self._egress.client(total_seconds=total_seconds, fresh=True, headers=headers)
        with paid_call("D-ID"), client_of as client:
            response = client.post(f"{self._endpoint}/clips", json=body)
        try:
            return made_id(response, order, api_key)
        except Refused as refused:
            if refuses_cutout(refused, order) and self._has_no_green_screen(order.avatar_id, api_key):
                raise cutout_refused(order) from refused
            raise

    def poll(self, video_id: str, *, api_key: str) -> tuple[Pending | Filmed | Failure, str | None]:
        """Ask once; the second value is the attempt the clip's name speaks of. Raises: Lost, KeyChanged, TryLater."""
        if not _ID.fullmatch(video_id):
            raise Lost(f"{video_id!r} is not a clip's id.")
        with conversation(self._egress, self._endpoint, api_key, self._form) as ask:
            return outcome(ask(f"/clips/{video_id}"), video_id, api_key)

    def find(self, title: str, *, api_key: str, since: datetime | None = None) -> tuple[Found, ...]:
        """An attempt's clips, first those that may still deliver, then the earliest.

        Raises: KeyChanged, TryLater; Incomplete where only a part of the list came.
        """
        with conversation(self._egress, self._endpoint, api_key, self._form, LIST_SECONDS) as ask:
            return tuple(Found(clip.id, title, clip.dead) for clip in clips_named(ask, title, since))

    def check_key(self, *, api_key: str) -> str:
        """Return the account's plan. Raises: KeyChanged (bad key), TryLater."""
        return self._plan(api_key) or "unknown"

    def balance(self, *, api_key: str) -> int | None:
        """Return 0 for an account without credits; None else: what a credit is worth, D-ID does not say.

        Raises: KeyChanged, TryLater.
        """
        with conversation(self._egress, self._endpoint, api_key, self._form) as ask:
            credits_left = ask.found("/credits")
        if credits_left is None:
            return 0
        left = number_at(credits_left, "remaining")
        return 0 if left is not None and left <= 0 else None

    def avatar(self, look_id: str, *, api_key: str) -> Look:
        """Return a presenter. Raises: Refused(code "avatar_not_found"), KeyChanged, TryLater."""
        found = self._presenter(look_id, api_key)
        if found is None:
            raise DID_NO_PRESENTER.refused()
        return Look(
            id=look_id,
            name=text_at(found, "name"),
            type=LookType.VIDEO,
            engines=(CLIPS_ENGINE,),
            default_voice_id=text_at(found, "voice", "voice_id") or None,
        )

    def voice(self, voice_id: str, *, api_key: str) -> Voice:
        """Return a voice, with its styles. Raises: Refused(code "voice_not_found"), KeyChanged, TryLater."""
        maker, name = read_voice(voice_id)
        if not _ID.fullmatch(name):
            raise DID_NO_VOICE.refused()
        with conversation(self._egress, self._endpoint, api_key, self._form) as ask:
            voices = [one for one in ask.listed("/tts/voices", {"voice_id": name}) if text_at(one, "id") == name]
        if found := next((one for one in voices if text_at(one, "provider") == maker), None):
            return Voice(text_at(found, "name"), styles_of(found))
        foreign = next((text_at(one, "provider") for one in voices), "")
        if foreign and maker == MICROSOFT:
            raise other_maker(foreign, name).refused()
        raise DID_NO_VOICE.refused()

    def untunable(self, voice_id: str | None, voice: VoiceSettings) -> tuple[str, Refused] | None:
        """Return the field a voice cannot do, and why; None where it can do all but the style."""
        lacking = untuned(voice_id, voice)
        return (lacking[0], lacking[1].refused()) if lacking else None

    def styleless(self, voice_id: str | None) -> str | None:
        """Return why a voice can have no style; None where it may."""
        return no_styles(voice_id)

    def looks(self, *, api_key: str) -> Listing[ListedLook]:
        """Read the list of presenters. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, self._form, WHOLE_LIST_SECONDS) as ask:
            return gathered(listed_presenters(ask, CLIPS_ENGINE))

    def voices(self, *, api_key: str) -> Listing[ListedVoice]:
        """Read the list of voices. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, self._form, WHOLE_LIST_SECONDS) as ask:
            return gathered(listed_voices(ask))

    def _plan(self, api_key: str) -> str:
        """Return the plan the credits belong to, "" where D-ID does not say. Raises: KeyChanged, TryLater."""
        with conversation(self._egress, self._endpoint, api_key, self._form) as ask:
            held = at(ask.found("/credits"), "credits")
        plans = (text_at(one, "plan_group") for one in held) if isinstance(held, list) else iter(())
        return next((plan for plan in plans if plan), "")

    def _presenter(self, presenter_id: str, api_key: str) -> object | None:
        """Return what D-ID tells of a presenter, None when it knows none. Raises: KeyChanged, TryLater."""
        if not _ID.fullmatch(presenter_id):
            return None
        with conversation(self._egress, self._endpoint, api_key, self._form) as ask:
            return ask.found(f"/clips/presenters/{presenter_id}")

    def _has_no_green_screen(self, presenter_id: str, api_key: str) -> bool:
        """Tell whether D-ID says that nothing behind a presenter can be taken away; free, asked after a refusal."""
        try:
            return at(self._presenter(presenter_id, api_key), "is_greenscreen") is False
        except (KeyChanged, TryLater):
            return False
