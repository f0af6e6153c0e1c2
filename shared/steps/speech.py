"""What a presenter's take is ordered as."""

from shared.pipeline.job.cast import speech_of
from shared.pipeline.job.job import Job, Node
from shared.pipeline.job.names import attempt_name
from shared.pipeline.plan.plan import KEY_COLOR, Cutout, Speech
from shared.pipeline.plan.request import script_of
from shared.providers.ports import SpeechOrder

TOKEN = 8  # characters of a claim's token that tell two calls of one attempt apart


def planned(job: Job, node: Node) -> Speech:
    """Return a take as the service films it whose turn it is. Raises KeyError for what is no take."""
    speech = speech_of(job, node)
    if speech is None:
        raise KeyError(node.key)
    return speech


def speech_order(job: Job, node: Node, callback_url: str, engine: str | None) -> SpeechOrder:
    """Say what the avatar service is asked for; `engine` None leaves it to the service."""
    speech = planned(job, node)
    voice = job.request.voice
    cutout = (node.claim.cutout if node.claim else None) or Cutout.INSET
    return SpeechOrder(
        avatar_id=speech.avatar_id,
        voice_id=speech.voice_id,
        script=script_of(job.request, speech.scene),
        aspect_ratio=job.plan.aspect_ratio,
        resolution=job.plan.resolution,
        cutout=cutout.value,
        key_color=KEY_COLOR,
        title=str(attempt_name(job.id, node)),
        callback_url=callback_url,
        speed=voice.speed,
        pitch=voice.pitch,
        locale=voice.locale,
        style=speech.style,
        captions=job.plan.subtitled,
        engine=engine,
        token=node.claim.token[:TOKEN] if node.claim else "",
    )
