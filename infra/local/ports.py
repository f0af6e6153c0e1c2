"""Ports on loopback: kept ones must be chosen, and claimed, long before anybody listens on them."""

import os
import random
import socket
from collections import deque
from contextlib import suppress

STEADY = range(20_000, 32_000)  # below those of outgoing connections: what is killed and restarted finds its own free
BLOCK = 12  # ports handed out together
HELD = 50  # claims of one process: the oldest are of laptops that listen or are gone

_claims: deque[int] = deque()  # descriptors; the kernel frees them with the process, whatever ends it


def is_free(port: int) -> bool:
    """Tell whether a server may listen on a port of this machine's loopback."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the front's server does
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port_from(port: int) -> int:
    """Return the first free port from this one on."""
    return next(one for one in range(port, 65_536) if is_free(one))


def claimed(count: int) -> list[int]:
    """Return free ports, at most BLOCK, that nobody else who asks here is given meanwhile. Raises OSError."""
    blocks = list(STEADY[::BLOCK])
    random.SystemRandom().shuffle(blocks)  # a thread may ask: the state others draw from stays theirs
    for first in blocks:
        if (claim := _claim(first)) is None:
            continue
        free = [port for port in range(first, first + BLOCK) if is_free(port)]
        if len(free) < count:
            os.close(claim)
            continue
        _claims.append(claim)
        if len(_claims) > HELD:
            os.close(_claims.popleft())
        return free[:count]
    raise OSError(f"no {count} ports of a block are free between {STEADY[0]} and {STEADY[-1]}")


def _claim(port: int) -> int | None:
    """Bind the port's UDP namesake, which no server of ours wants: only who claims would meet it."""
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with suppress(OSError):
        claim.bind(("127.0.0.1", port))
        return claim.detach()
    claim.close()
    return None
