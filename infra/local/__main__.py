"""`make run`: a small Google Cloud, the vendors' stand-ins and abroll itself, on this machine, until Ctrl-C."""

import argparse
import signal
import sys
from pathlib import Path

from infra.local.google.ending import Ending
from infra.local.laptop import CannotStart, Laptop
from infra.local.ports import free_port_from, is_free
from infra.local.world import ROOT, World

FIRST_USE = Path(__file__).with_name("first_use.sh")
BEFORE = """\
abroll is running at {url}     data and logs: {data}
Its pages, signed in (once, within ten minutes): {page}
The first film: paste this into another terminal, in this folder.
"""
AFTER = "Ctrl-C stops everything; the data stays."


def first_use(url: str, key: str) -> str:
    """Return the calls of first use as a script for any POSIX shell, run from the repository's root."""
    return FIRST_USE.read_text(encoding="utf-8").replace("@URL@", url).replace("@KEY@", key)


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / ".abroll" / "run", help="where data and logs are kept")
    parser.add_argument("--port", type=int, help="where abroll listens; 0 = any free port (8080)")
    parser.add_argument("--world", type=Path, help="settings of this laptop's cloud, JSON")
    given = parser.parse_args()
    ending = Ending(signal.SIGINT, signal.SIGTERM)
    port = World.read(given.world).port if given.port is None else given.port
    if port and not is_free(port):
        sys.exit(f"port {port} is taken; port {free_port_from(port + 1)} is free: {_again(free_port_from(port + 1))}")
    laptop = Laptop(given.data, given.world, port)
    try:
        laptop.start()
    except CannotStart as failed:
        sys.exit(f"{failed}")
    try:
        key, url = laptop.seed("demo"), laptop.places.front_url
        page = f"{url}/console/enter?t={laptop.ticket(key)}"
        print(BEFORE.format(url=url, data=given.data, page=page), first_use(url, key), AFTER, sep="\n", flush=True)
        ending.wait()
    finally:
        laptop.stop()


def _again(port: int) -> str:
    return f"make run PORT={port} (or python -m infra.local --port {port})"


if __name__ == "__main__":
    main()
