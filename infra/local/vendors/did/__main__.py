"""Runs the D-ID stand-in as a process.

`python -m infra.local.vendors.did --data DIR [--port N] [--settings FILE]`.
"""

import argparse
import json
import signal
from pathlib import Path

from infra.local.vendors.did.server import DidServer
from infra.local.vendors.did.settings import DidSettings
from infra.local.vendors.ending import Ending


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--settings", type=Path)
    given = parser.parse_args()
    settings = DidSettings.from_json(json.loads(given.settings.read_text())) if given.settings else DidSettings()
    ending = Ending(signal.SIGINT, signal.SIGTERM)
    server = DidServer(given.data, settings=settings, port=given.port)
    print(server.start(), flush=True)
    ending.wait()
    server.stop()


if __name__ == "__main__":
    main()
