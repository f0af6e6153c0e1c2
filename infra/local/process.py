"""One of the laptop's three processes: `google`, `vendors` or `functions`; ends when its parent does.

Run by the supervisor, which holds the other end of standard input: when that closes, whatever the reason, so do we.
"""

import argparse
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from infra.local.google.ending import Ending
from infra.local.world import ACCOUNT, Places, World

READY = "ready"


class Served(Protocol):
    """What a process runs."""

    def start(self) -> object:
        """Serve."""
        ...

    def stop(self) -> None:
        """Stop."""
        ...


class Vendors:
    """The vendors' stand-ins, on one data folder."""

    def __init__(self, world: World, places: Places) -> None:
        from infra.local.google.identity.issuer import Issuer
        from infra.local.google_cloud import now
        from infra.local.vendors.did.server import DidServer
        from infra.local.vendors.did.settings import DidSettings
        from infra.local.vendors.heygen.server import HeyGenServer
        from infra.local.vendors.heygen.settings import HeyGenSettings
        from infra.local.vendors.veo.server import VeoServer
        from infra.local.vendors.veo.settings import VeoSettings

        issuer = Issuer(places.data / "google", clock=now)
        data = places.data / "vendors"
        for name in ("veo", "heygen", "did"):
            (data / name).mkdir(parents=True, exist_ok=True)
        self._servers = (
            VeoServer(
                data / "veo",
                storage=f"http://127.0.0.1:{places.storage}",
                token=lambda: issuer.access_token(email=ACCOUNT),
                settings=VeoSettings.from_json(world.veo),
                port=places.veo,
            ),
            HeyGenServer(data / "heygen", settings=HeyGenSettings.from_json(world.heygen), port=places.heygen),
            DidServer(data / "did", settings=DidSettings.from_json(world.did), port=places.did),
        )

    def start(self) -> None:
        """Serve."""
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        """Stop."""
        for server in self._servers:
            server.stop()


class Functions:
    """All functions behind their front."""

    def __init__(self, world: World, places: Places) -> None:
        from infra.local.front import front, serving
        from infra.local.google.identity.issuer import Issuer
        from infra.local.google_cloud import now

        os.environ.update({**places.environment(), **world.environment})
        issuer = Issuer(places.data / "google", clock=now)
        self._server = serving(front(issuer, places.front_url), places.front)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


def served(name: str, world: World, places: Places) -> Served:
    """Return what the named process runs."""
    if name == "google":
        from infra.local.google_cloud import GoogleCloud

        return GoogleCloud(world, places)
    if name == "vendors":
        return Vendors(world, places)
    if name == "functions":
        return Functions(world, places)
    raise ValueError(f"{name} is no process of ours")


def main() -> None:
    """Serve until told to stop or orphaned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("google", "vendors", "functions"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--world", type=Path)
    parser.add_argument("--port", type=int, help="the front's, instead of the world's")
    given = parser.parse_args()
    ending = Ending(signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's: it ends us in order
    _watch_parent(ending.tell)
    world = World.read(given.world)
    if given.port is not None:
        world = replace(world, port=given.port)
    running = served(given.name, world, Places.of(given.data, world))
    running.start()
    print(READY, flush=True)
    ending.wait()
    running.stop()


def _watch_parent(orphaned: Callable[[], None]) -> None:
    def watch() -> None:
        while os.read(0, 1):  # unbuffered: a lock on sys.stdin would outlive the interpreter
            pass
        orphaned()

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
