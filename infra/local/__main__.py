"""`make run`: a small Google Cloud, the vendors' stand-ins and abroll itself, on this machine, until Ctrl-C."""

import argparse
import signal
import threading
from pathlib import Path

from infra.local.laptop import Laptop
from infra.local.world import ROOT

FIRST_USE = """\
abroll is running at {url}     data and logs: {data}

  export KEY={key}
  # 1  put your avatar key (the stand-in knows this one)
  curl -X PUT {url}/tenant/integrations/heygen -H "Authorization: Bearer $KEY" -d '{{"api_key": "hg_demo_key"}}'
  # 2  upload a photo
  curl -X POST {url}/tenant/uploads -H "Authorization: Bearer $KEY" --data-binary @infra/local/samples/coffee.jpg
  # 3  order a film
  curl -X POST {url}/create_job -H "Authorization: Bearer $KEY" -d @infra/local/samples/request.json
  # 4  watch it
  curl {url}/jobs/JOB_ID -H "Authorization: Bearer $KEY"
  # 5  fetch it
  curl -L {url}/jobs/JOB_ID/film -H "Authorization: Bearer $KEY" -o film.mp4

Ctrl-C stops everything; the data stays."""


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / ".abroll" / "run")
    parser.add_argument("--world", type=Path, help="settings of this laptop's cloud, JSON")
    given = parser.parse_args()
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    laptop = Laptop(given.data, given.world)
    laptop.start()
    try:
        key = laptop.seed("demo")
        print(FIRST_USE.format(url=laptop.places.front_url, data=given.data, key=key), flush=True)
        over.wait()
    finally:
        laptop.stop()


if __name__ == "__main__":
    main()
