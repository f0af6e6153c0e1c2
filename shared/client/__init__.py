"""abroll for Python: `pip install abroll` brings `abroll_client` and the command `abroll`.

from abroll_client import Abroll

with Abroll() as abroll:  # ABROLL_KEY and ABROLL_URL
job = abroll.films.create({"product_title": "Pikolo", "image": abroll.upload("pikolo.jpg"), "scenes": [...]})
abroll.films.wait(job["job_id"])
abroll.films.download(job["job_id"], "pikolo.mp4")
"""

from .client import Abroll
from .errors import AbrollError, FilmFailed, KeyRefused, NotFound, Refused, StillRunning, TooMany, Unavailable
from .listening import Forwarded, forward
from .transport import Patience
from .webhooks import NotGenuine, verify

__all__ = [
    "Abroll",
    "AbrollError",
    "FilmFailed",
    "Forwarded",
    "KeyRefused",
    "NotFound",
    "NotGenuine",
    "Patience",
    "Refused",
    "StillRunning",
    "TooMany",
    "Unavailable",
    "forward",
    "verify",
]
