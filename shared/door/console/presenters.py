"""The screen of presenters: who can be filmed, as pictures, and who is the default.

A picture is fetched by us and made anew, small: no vendor's host stands in a page, and no vendor hears of the person
who looks. Its address carries the vendor's own, signed, so nobody can have us fetch anything else.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import flask

from shared.codes import Code
from shared.door.console.account import PROVIDERS
from shared.door.console.visits import Visit, told
from shared.steps.problems import Problem

if TYPE_CHECKING:
    from shared.egress.client import Egress

MOST_PICTURE, PICTURE_SECONDS = 5_000_000, 10.0
PICTURE_PIXELS = 240 * 320
LOOK_PLACES = ("search", "gender", "provider", "cursor")


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
    asked = filters(visit, LOOK_PLACES)
    page = visit.need("GET", "/catalog/avatars", query={"limit": "24", **asked})
    default = defaults(visit, "avatar_id")
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
        names=PROVIDERS,
        sources=page["sources"],
        cursor=page["next_cursor"],
        asked={name: asked.get(name, "") for name in LOOK_PLACES},
    )


def make_default(visit: Visit, _found: Mapping[str, str]) -> flask.Response:
    """Let a presenter, or a voice, speak where an order names none; or read the lists anew."""
    voice = "voice_id" in visit.form
    place = "/presenters/voices" if voice or visit.form.get("do") == "voices" else "/presenters"
    if "do" in visit.form:
        what = "voices" if visit.form["do"] == "voices" else "avatars"
        heard, said = visit.ask("GET", f"/catalog/{what}", query={"refresh": "true", "limit": "1"}), "synced"
    else:
        change = {name: visit.form.get(name, "") for name in (("voice_id",) if voice else ("avatar_id",))}
        heard = visit.ask("PATCH", f"/tenant/integrations/{visit.form.get('provider', '')[:50]}", change)
        said = "voice" if voice else "presenter"
    if heard.failed:
        return visit.page("problem_inside.html", 422, title="Presenters", problem=told(heard))
    return visit.go(place, said)


def filters(visit: Visit, places: tuple[str, ...]) -> dict[str, str]:
    """Return what of a list is asked for."""
    return {name: text for name in places if (text := visit.request.args.get(name, "").strip())}


def defaults(visit: Visit, field: str) -> Mapping[str, object]:
    """Return each account's own look, or voice, by its service; none for who may not read the accounts."""
    accounts = visit.ask("GET", "/tenant/integrations").fields.get("integrations", ())
    return {each["provider"]: each.get(field) for each in accounts if each["mode"] == "production"}
