"""D-ID's lists of V3 presenters and of the voices it passes texts to."""

from collections.abc import Iterator
from itertools import islice

from shared.pipeline.plan.looks import LookType
from shared.providers.catalog import ListedLook, ListedVoice, link_of, text_of
from shared.providers.did.answers import ask_error
from shared.providers.did.order import MICROSOFT
from shared.providers.did.questions import Questions
from shared.providers.ports import Incomplete
from shared.providers.reading import PAGES, json_of, list_at, text_at

MOST_VOICES = 10_000
MOST_STYLES = 50  # of a voice
NAMED_BY = {MICROSOFT: "", "elevenlabs": "elevenlabs/"}  # whose voices an order can name, and how


def listed_presenters(ask: Questions, engine: str) -> Iterator[ListedLook]:
    """Yield every presenter. Raises: KeyChanged, TryLater."""
    token, seen = "", {""}
    for _ in range(PAGES):
        response = ask("/clips/presenters", {"limit": "100", **({"token": token} if token else {})})
        answer = json_of(response)
        if not response.is_success or not isinstance(answer, dict):
            raise ask_error(response, ask.api_key)
        for one in list_at(answer, "presenters"):
            if found := text_at(one, "presenter_id")[:255]:
                yield _presenter(one, found, engine)
        token = text_at(answer, "token")
        if not token:
            return
        if token in seen:
            break
        seen.add(token)
    raise Incomplete("D-ID's list of presenters does not end.")


def listed_voices(ask: Questions) -> Iterator[ListedVoice]:
    """Yield every voice an order can name. Raises: KeyChanged, TryLater."""
    for one in islice(ask.listed("/tts/voices", {}), MOST_VOICES):
        maker, found = text_at(one, "provider"), text_at(one, "id")[:200]
        if maker not in NAMED_BY or not found:
            continue
        spoken = next(iter(list_at(one, "languages")), None)
        yield ListedVoice(
            id=NAMED_BY[maker] + found,
            name=text_of(text_at(one, "name")),
            language=text_of(text_at(spoken, "language")),
            locale=text_of(text_at(spoken, "locale")),
            gender=text_of(text_at(one, "gender")).lower(),
            accent=text_of(text_at(spoken, "accent")),
            type=text_at(one, "access")[:20],
            preview_audio_url=link_of(text_at(spoken, "previewUrl")),
            styles=styles_of(one),
        )


def styles_of(voice: object) -> tuple[str, ...]:
    """Return the styles an order can ask of a voice: D-ID passes on those of Microsoft's alone."""
    if text_at(voice, "provider") != MICROSOFT:
        return ()
    words = (text_of(one) for one in list_at(voice, "styles") if isinstance(one, str))
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_STYLES]


def _presenter(one: object, found: str, engine: str) -> ListedLook:
    return ListedLook(
        id=found,
        name=text_of(text_at(one, "name")),
        group=text_of(text_at(one, "name")),
        type=LookType.VIDEO,
        gender=text_of(text_at(one, "gender")).lower(),
        engines=(engine,),
        default_voice_id=text_at(one, "voice", "voice_id")[:255] or None,
        preview_image_url=link_of(text_at(one, "image_url") or text_at(one, "thumbnail_url")),
        preview_video_url=link_of(text_at(one, "preview_url") or text_at(one, "talking_preview_url")),
    )
