"""Music that costs nothing to make."""

import io
import wave

RATE = 8000


def hum(seconds: int = 4) -> bytes:
    """Return a WAV file of a saw's tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        frames = ((at * 397) % 9000 - 4500 for at in range(seconds * RATE))
        file.writeframes(b"".join(frame.to_bytes(2, "little", signed=True) for frame in frames))
    return out.getvalue()
