"""What people call the vendors; an id is for paths, documents and tables."""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "did": "D-ID",
    "heygen": "HeyGen",
    "heygen_video": "HeyGen",
    "veo": "Veo",
}


def called(vendor: str) -> str:
    """Return a vendor's own name; its id where this code knows none."""
    return NAMES.get(vendor, vendor)
