"""Answers of HeyGen v3, as scripts for a loopback server."""

from typing import Any

from tests.egress.loopback import Script, reply

RAW = "the vendor's own words"


def refusal(status: int, code: str, message: str = RAW, headers: dict[str, str] | None = None, **more: Any) -> Script:
    """Answer as HeyGen v3 refuses."""
    return reply(status, {"error": {"code": code, "message": message, "doc_url": None, **more}}, headers)


def listed(*items: Any, more: str | None = None) -> Script:
    """Answer with one page of a list."""
    return reply(200, {"data": list(items), "has_more": more is not None, "next_token": more})
