"""The screen of presenters: who can be filmed, as pictures, and who is the default.

A picture is fetched by us and made anew, small: no vendor's host stands in a page, and no vendor hears of the person
who looks. Its address carries the vendor's own, signed, so nobody can have us fetch anything else.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import flask

from shared.codes import Code
from shared.door.console.visits import Visit, told
from shared.steps.problems import Problem

if TYPE_CHECKING:
    from shared.egress.client import Egress

MOST_PICTURE, PICTURE_SECONDS = 5_000_000, 10.0
PICTURE_PIXELS = 240 * 320
LOOK_FILTERS = ("search", "gender", "cursor")


class Pictures:
    """Fetches a look's picture and makes it small."""

    def __init__(self, egress: "Callable[[], Egress]") -> None:
        self._egress = egress

    def __call__(self, visit: Visit, _found: Mapping[str, str]) -> flask.Response:
        """Answer the picture a page of ours has signed."""
        from shared.egress.client import EgressFailed
        from shared.egress.rules import EgressRefused
        from shared.media.images import ImageRefused, small_picture

        url = visit.sessions.unsigned("picture", visit.request.args.get("u", ""))
        if url is None:
            raise Problem(Code.NOT_FOUND, "There is no such picture.", next_move="Load the presenters again.")
        try:
            fetched = self._egress().fetch(url, max_bytes=MOST_PICTURE, total_seconds=PICTURE_SECONDS)
            data = small_picture(fetched.data, PICTURE_PIXELS)
        except (EgressRefused, EgressFailed, ImageRefused) as failed:
            raise Problem(Code.NOT_FOUND, "The picture cannot be shown.", next_move="Try again later.") from failed
        headers = {"Cache-Control": "private, max-age=86400", "Vary": "Cookie"}
        return flask.Response(data, mimetype="image/jpeg", headers=headers)


def listed(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Show who can be filmed."""
    asked = {name: text for name in LOOK_FILTERS if (text := visit.request.args.get(name, "").strip())}
    page = visit.need("GET", "/catalog/avatars", query={"limit": "24", **asked})
    accounts = visit.ask("GET", "/tenant/integrations").fields.get("integrations", ())
    default = {each["provider"]: each.get("avatar_id") for each in accounts if each["mode"] == "production"}
    looks = [
        {
            **look,
            "picture": visit.sessions.signed("picture", link) if (link := look.get("preview_image_url")) else None,
            "default": default.get(look["provider"]) == look["id"],
        }
        for look in page["avatars"]
    ]
    return visit.page(
        "presenters.html",
        title="Presenters",
        looks=looks,
        sources=page["sources"],
        cursor=page["next_cursor"],
        asked={name: asked.get(name, "") for name in LOOK_FILTERS},
    )


def make_default(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Let a presenter speak where an order names nobody."""
    change = {"avatar_id": visit.form.get("avatar_id", "")}
    heard = visit.ask("PATCH", f"/tenant/integrations/{visit.form.get('provider', '')[:50]}", change)
    if heard.failed:
        return visit.page("problem_inside.html", 422, title="Presenters", problem=told(heard))
    return visit.go("/presenters", "presenter")
