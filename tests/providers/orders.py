"""Orders and clients with the one argument that matters in a test."""

from dataclasses import replace
from typing import Any

from shared.egress.client import Egress
from shared.providers.did.client import DId
from shared.providers.did.questions import KeyForm
from shared.providers.heygen.client import HeyGen
from shared.providers.heygen_video.client import HeyGenVideo
from shared.providers.ports import (
    ClipOrder,
    KeyedClipOrder,
    KeyedFootageVendor,
    SpeechOrder,
)
from shared.providers.veo.client import Veo

LOOPBACK = ("http://127.0.0.1:*",)
MODEL = "veo-3.1-generate-001"
MODELS = "projects/acme-prod/locations/us-central1/publishers/google/models"
OPERATION = f"{MODELS}/{MODEL}/operations/5b0f6c1e-2f0a-4f2e-9f5c-0c9f5d1c7a11"
KEY = "sk_V2_hgu_secret"


def clip(**changes: Any) -> ClipOrder:
    """A base clip of eight silent seconds from words alone."""
    order = ClipOrder(
        model=MODEL,
        prompt="A cup on a table.",
        output="gs://takes/jobs/j1/clip-1/t1-a1/",
        seconds=8,
        aspect_ratio="9:16",
        resolution="720p",
        audio=False,
    )
    return replace(order, **changes)


def speech(**changes: Any) -> SpeechOrder:
    """A transparent presenter with the look's own voice."""
    order = SpeechOrder(
        avatar_id="look_anna",
        voice_id=None,
        script="Good morning.",
        aspect_ratio="9:16",
        resolution="1080p",
        cutout="alpha",
        key_color="#00ff00",
        title="j1.presenter-1.t1.a1",
        callback_url="https://abroll.example/heygen_webhook/x",
    )
    return replace(order, **changes)


def keyed_clip(**changes: Any) -> KeyedClipOrder:
    """Eight seconds of footage from words alone, for a vendor that honours keys."""
    order = KeyedClipOrder(
        model="heygen-video-1",
        prompt="A cup on a table.",
        name="j1.clip-1.t1.a1",
        seconds=8,
        aspect_ratio="9:16",
        resolution="768p",
    )
    return replace(order, **changes)


class Tokens:
    """Access tokens that count how often they were asked for and renewed."""

    def __init__(self) -> None:
        self.current = "token-1"
        self.renewed = 0

    def token(self) -> str:
        """Return the token at hand."""
        return self.current

    def refresh(self) -> str:
        """Return a new one."""
        self.renewed += 1
        self.current = f"token-{self.renewed + 1}"
        return self.current


def veo(url: str, tokens: Tokens | None = None, egress: Egress | None = None) -> Veo:
    """A client of Veo at this address."""
    tokens = tokens or Tokens()
    return Veo(
        endpoint=url,
        project="acme-prod",
        token=tokens.token,
        refresh=tokens.refresh,
        egress=egress or Egress(LOOPBACK),
    )


def heygen(url: str, egress: Egress | None = None) -> HeyGen:
    """A client of HeyGen at this address."""
    return HeyGen(endpoint=url, egress=egress or Egress(LOOPBACK))


def heygen_video(url: str, egress: Egress | None = None) -> KeyedFootageVendor:
    """A client of HeyGen Video at this address."""
    return HeyGenVideo(endpoint=url, egress=egress or Egress(LOOPBACK))


def did(url: str, egress: Egress | None = None, form: KeyForm = KeyForm.SHOWN) -> DId:
    """A client of D-ID at this address."""
    return DId(endpoint=url, egress=egress or Egress(LOOPBACK), key_form=form)
