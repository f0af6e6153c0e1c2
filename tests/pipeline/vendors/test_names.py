"""Sentences name a vendor as it calls itself."""

from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.vendors.names import NAMES, called


def test_every_vendor_has_a_name_people_know() -> None:
    """A new row of the machine's table needs one; two ways to one service share it."""
    assert set(VENDORS) == set(NAMES)
    assert ("HeyGen", "HeyGen", "D-ID", "Veo") == tuple(map(called, ("heygen", "heygen_video", "did", "veo")))


def test_a_vendor_of_newer_code_is_called_by_its_id() -> None:
    """A document may name one that this code has no row for."""
    assert "someone" == called("someone")
