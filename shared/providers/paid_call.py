"""What a paid call that came to no answer means, whichever vendor it was made to: one rule for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from shared.egress.client import NOT_SENT, EgressRefused
from shared.providers.ports import Misconfigured, NotSent, Unknown
from shared.providers.reading import sign_of_break


def guarded(error: EgressRefused, vendor: str, owner: str) -> Misconfigured:
    """Say that our own guard let no call to a vendor through; its right address is the `owner`'s."""
    return Misconfigured(
        f"abroll may not speak to the address set for {vendor}: {error.why}",
        next_move=(
            f"Ask abroll's operator to set {vendor}'s endpoint to {owner}'s address, or to name it in "
            "ABROLL_EGRESS_ALLOW; then retry the job."
        ),
    )


@contextmanager
def paid_call(vendor: str, owner: str = "") -> Iterator[None]:
    """Decide what it means when the one paid call inside breaks; the names are for people.

    Raises: NotSent where surely no byte of the order left us, Misconfigured where our own guard stopped it, Unknown
    for every other break.
    """
    try:
        yield
    except EgressRefused as error:
        raise guarded(error, vendor, owner or vendor) from error
    except NOT_SENT as error:
        raise NotSent(f"{vendor} could not be reached.", sign_of_break(error)) from error
    except httpx.HTTPError as error:
        why = f"The line to {vendor} broke after the order may have been sent."
        raise Unknown(why, sign_of_break(error)) from error
