"""Opens a film by what its probe found: the demuxer, how colours are read that it does not tell, square pixels, HDR."""

from pathlib import Path

from shared.media.ffmpeg import Demuxer, Source
from shared.media.probe import FilmFacts
from shared.media.tones import bringing, toned

_HD = 1280  # pixels of the longer side
_ONE_THREAD_UP_TO = 1920 * 1088  # pixels of a frame
_ALPHA_DECODERS = {"vp9": "libvpx-vp9", "vp8": "libvpx"}  # the default decoders drop the transparency


def source_of(path: Path, facts: FilmFacts, *options: str, clear: bool = False) -> Source:
    """Return the input of a probed film; `clear`: with its transparency, if it has any. Options come before the rest.

    Colours of a file that does not say how they are meant are read as players do: HD as BT.709, smaller as BT.601,
    those of HDR as BT.2020.
    """
    demuxer = Demuxer.WEBM if facts.container == "webm" else Demuxer.MP4
    usual = "bt709" if max(facts.width, facts.height) >= _HD else "smpte170m"
    colors = ("-colorspace", "bt2020nc" if toned(facts.primaries, facts.transfer) else usual)
    decoder = ("-c:v", _ALPHA_DECODERS[facts.video_codec]) if clear and transparent(facts) else ()
    square = "" if facts.square else f"scale={facts.width}:{facts.height}:flags=bicubic,setsar=1,"
    return Source(path, demuxer, (*options, *colors, *decoder), square, bringing(facts.primaries, facts.transfer))


def beside_encoder(facts: FilmFacts) -> tuple[str, ...]:
    """Return the option that has a film decoded by one thread, for an encoder keeps all cores busy meanwhile.

    Measured on 21 s of 720x1280: a second thread for each decoder costs 5 % of painting, in time and CPU. Larger
    pictures keep it, or the encoder would wait for them.
    """
    return ("-threads", "1") if facts.width * facts.height <= _ONE_THREAD_UP_TO else ()


def transparent(facts: FilmFacts) -> bool:
    """Tell whether a film has a transparency that can be decoded."""
    return facts.alpha and facts.video_codec in _ALPHA_DECODERS
