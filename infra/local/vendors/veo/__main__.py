"""Runs the Veo stand-in as a process.

`python -m infra.local.vendors.veo --data DIR --storage URL [--port N] [--settings FILE]`.
"""

import argparse
import json
import signal
from pathlib import Path

from infra.local.vendors.ending import Ending
from infra.local.vendors.veo.server import VeoServer
from infra.local.vendors.veo.settings import VeoSettings


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--storage", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--settings", type=Path)
    given = parser.parse_args()
    settings = VeoSettings.from_json(json.loads(given.settings.read_text())) if given.settings else VeoSettings()
    ending = Ending(signal.SIGINT, signal.SIGTERM)
    server = VeoServer(given.data, storage=given.storage, settings=settings, port=given.port)
    print(server.start(), flush=True)
    ending.wait()
    server.stop()


if __name__ == "__main__":
    main()
