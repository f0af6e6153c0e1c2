"""Speaks a script aloud: eSpeak NG through ctypes, from the library and the voice data that a wheel carries.

eSpeak has one state for the whole process, so one script is spoken at a time; it needs a few milliseconds a sentence.
"""

import ctypes
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import espeakng_loader
import numpy as np

from infra.local.vendors.tones import RATE, Sound

_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_UTF8, _END_PAUSE = 1, 0x1000
_RATE, _PITCH, _RANGE = 1, 3, 4
_WORD = 1
_WORDS_PER_MINUTE = 165
_LONGEST_CUE = 44  # characters
_LOUDNESS = 0.12  # RMS of the spoken parts
_SILENCE = 0.01  # amplitude below which nothing is said
_LEAD, _TRAIL = 0.25, 0.35  # seconds of silence before and after
_BREAK = re.compile(r'<break\s+time="(\d{1,6}(?:\.\d{1,6})?)(s|ms)"\s*/>')  # a pause, in speech markup
_LONGEST_BREAK = 10.0  # seconds
_ONE_AT_A_TIME = threading.Lock()


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class SpeechError(Exception):
    """eSpeak refused to speak."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice: eSpeak's name for it, pitch 0..100 and speed 1 = normal."""

    name: str = "en-us"
    pitch: int = 50
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption: text and seconds in the take."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Speech:
    """What was spoken: mono sound at 48 kHz, -1..1, its captions, and at which place of the text what is said when."""

    sound: Sound
    cues: tuple[Cue, ...]
    words: tuple[tuple[int, float], ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.sound) / RATE


def speak(text: str, speaker: Speaker) -> Speech:
    """Speak a text, with a breath of silence before and after; a break in it is silent. Raises SpeechError."""
    parts: list[Sound] = []
    cues: list[Cue] = []
    told: list[tuple[int, float]] = []
    at = 0.0
    with _ONE_AT_A_TIME:
        for begin, piece, pause in _pieces(text):
            spoken, words, rate = _synthesize(piece, speaker)
            begun = [(position, start + at) for position, start in words]
            told += [(begin + position, start) for position, start in begun]
            cues += _cues(piece, begun, _LEAD + at + len(spoken) / rate)
            parts += [spoken, np.zeros(round(pause * rate), np.float32)]
            at += len(spoken) / rate + pause
    whole = np.concatenate(parts)
    voiced = whole[np.abs(whole) > _SILENCE]
    level = float(np.sqrt(np.mean(np.square(voiced)))) if len(voiced) else 1.0
    there = np.arange(round(len(whole) * RATE / rate)) * rate / RATE
    smooth = np.interp(there, np.arange(len(whole)), whole) * (_LOUDNESS / level)
    silence = [np.zeros(round(seconds * RATE)) for seconds in (_LEAD, _TRAIL)]
    sound = np.clip(np.concatenate((silence[0], smooth, silence[1])), -0.95, 0.95).astype(np.float32)
    return Speech(sound, tuple(cues), tuple(told))


def _pieces(text: str) -> Iterator[tuple[int, str, float]]:
    """Yield where what is said between two breaks begins, that, and the seconds of silence after it."""
    at = 0
    for found in _BREAK.finditer(text):
        yield at, text[at : found.start()], min(float(found[1]) / (1000 if found[2] == "ms" else 1), _LONGEST_BREAK)
        at = found.end()
    yield at, text[at:], 0.0


def srt(cues: tuple[Cue, ...]) -> str:
    """Return captions as a SubRip file."""
    return "\n".join(f"{n}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n" for n, cue in enumerate(cues, 1))


def _synthesize(text: str, speaker: Speaker) -> tuple[Sound, list[tuple[int, float]], int]:
    library, rate = _library()
    parts: list[bytes] = []
    words: list[tuple[int, float]] = []

    def collect(wave: "ctypes._Pointer[ctypes.c_short]", samples: int, events: "ctypes._Pointer[_Event]") -> int:
        index = 0
        while events[index].type:
            if events[index].type == _WORD:
                words.append((events[index].text_position - 1, events[index].audio_position / 1000 + _LEAD))
            index += 1
        if wave and samples:
            parts.append(ctypes.string_at(wave, samples * 2))
        return 0

    callback = _Callback(collect)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(speaker.name.encode()):
        raise SpeechError(f"eSpeak has no voice {speaker.name}")
    library.espeak_SetParameter(_RATE, round(_WORDS_PER_MINUTE * speaker.speed), 0)
    library.espeak_SetParameter(_PITCH, min(100, max(0, speaker.pitch)), 0)
    library.espeak_SetParameter(_RANGE, 60, 0)
    raw = text.encode() + b"\0"
    if library.espeak_Synth(raw, len(raw), 0, 1, 0, _UTF8 | _END_PAUSE, None, None):
        raise SpeechError("eSpeak could not speak the script")
    library.espeak_Synchronize()
    sound = (np.frombuffer(b"".join(parts), np.int16) / 32768).astype(np.float32)
    return (sound if len(sound) else np.zeros(rate // 2, np.float32)), words, rate


def _cues(text: str, words: list[tuple[int, float]], end: float) -> Iterator[Cue]:
    """Group spoken words into captions: a new one after a sentence, and before a line grows too long."""
    begun: tuple[int, float] | None = None
    for at, (position, start) in enumerate(words):
        if begun is None:
            begun = (position, start)
        following = words[at + 1] if at + 1 < len(words) else (len(text), end)
        later = words[at + 2][0] if at + 2 < len(words) else len(text)
        piece = text[begun[0] : following[0]]
        if (
            following[0] == len(text)
            or re.search(r"[.!?…:;]\W*$", piece)
            or len(text[begun[0] : later].strip()) > _LONGEST_CUE
        ):
            yield Cue(" ".join(piece.split()), begun[1], following[1])
            begun = None


@lru_cache(maxsize=1)
def _library() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Synth.argtypes = (
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int),
        *(ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
    )
    data = Path(espeakng_loader.get_data_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _DO_NOT_EXIT)
    if rate <= 0:
        raise SpeechError(f"eSpeak found no voice data in {data}")
    return library, rate


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"
