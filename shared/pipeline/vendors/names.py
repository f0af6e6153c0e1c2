"""What people call the vendors, and whose our own accounts there are; an id is for paths, documents and tables."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "did": "D-ID",
    "heygen": "HeyGen",
    "heygen_video": "HeyGen",
    "veo": "Veo",
}
PLATFORM = "_platform"  # whose the platform's accounts at them are: no tenant's id begins so


def called(vendor: str) -> str:
    """Return a vendor's own name; its id where this code knows none."""
    return NAMES.get(vendor, vendor)
