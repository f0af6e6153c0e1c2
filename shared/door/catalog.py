"""The `catalog` function: who can be filmed and heard at a tenant's accounts, to choose from before ordering."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from shared.door.answers import answer
from shared.door.asked import READ
from shared.door.entrance import Entrance
from shared.door.public import Route, serve
from shared.nesting import parse
from shared.pipeline.codec import to_plain
from shared.pipeline.plan.capabilities import AvatarService
from shared.pipeline.plan.looks import Look, price_of
from shared.pipeline.plan.plan import MICROS
from shared.pipeline.plan.request import Mode
from shared.providers.catalog import ListedLook, ListedVoice
from shared.steps.catalog import Catalog, ListSource
from shared.steps.problems import invalid

USUAL_PAGE = 50
LARGEST_LIST = 100  # of a page
LONGEST_WORDS = 100  # characters of a filter
LONGEST_CURSOR = 2048
AVATAR_FILTERS = ("provider", "mode", "gender", "engine", "search", "refresh", "limit", "cursor")
VOICE_EXACTLY = ("gender", "age", "accent", "type")
VOICE_FILTERS = ("provider", "mode", *VOICE_EXACTLY, "language", "search", "refresh", "limit", "cursor")
_NARROWING = frozenset({*VOICE_EXACTLY, "engine", "language", "search"})
_LIMIT = re.compile(r"[0-9]{1,3}")
Row = tuple[tuple[str, str, str], dict[str, Any]]  # its place in the list, and what is shown


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a list is asked for."""

    provider: str | None
    mode: Mode
    filters: Mapping[str, str]  # in small letters
    refresh: bool
    limit: int
    after: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class CatalogDoor:
    """The routes and what they need."""

    entrance: Entrance
    catalog: Catalog
    services: Mapping[str, AvatarService]

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route(
                "GET",
                "/avatars",
                self._avatars,
                "List who can be filmed, at every avatar account of the tenant.",
                reads=None,
            ),
            Route(
                "GET", "/voices", self._voices, "List the voices, at every avatar account of the tenant.", reads=None
            ),
        )

    def _avatars(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, READ)
        wanted = self._wanted(request.args, AVATAR_FILTERS)
        sources = self.catalog.looks(who.tenant.id, wanted.mode, wanted.provider, refresh=wanted.refresh)
        rows = [self._avatar(source, look) for source in sources for look in source.items if _films(look, wanted)]
        return _page("avatars", rows, wanted, sources)

    def _voices(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, READ)
        wanted = self._wanted(request.args, VOICE_FILTERS)
        sources = self.catalog.voices(who.tenant.id, wanted.mode, wanted.provider, refresh=wanted.refresh)
        rows = [_row(source, voice) for source in sources for voice in source.items if _speaks(voice, wanted)]
        return _page("voices", rows, wanted, sources)

    def _avatar(self, source: ListSource[ListedLook], look: ListedLook) -> Row:
        known = Look(look.id, look.name, look.type, look.engines, look.default_voice_id)
        price = price_of(known, self.services[source.account.provider].engines)
        place, shown = _row(source, look)
        cutout = (source.account.looks or {}).get(look.id)
        more = {"cutout": cutout.value} if cutout else {}
        return place, {**shown, "price_per_second": f"{price / MICROS:.6f}", **more}

    def _wanted(self, args: Mapping[str, str], known: tuple[str, ...]) -> Wanted:
        """Read a query. Raises Problem naming every mistake."""
        wrong = {
            name[:LONGEST_WORDS]: [f"is not a filter; {', '.join(known)} are"] for name in args if name not in known
        }
        wrong |= {
            name: [f"must have at most {LONGEST_WORDS} characters"]
            for name in known
            if name != "cursor" and len(args.get(name, "")) > LONGEST_WORDS
        }
        mode, limit, provider = (
            args.get("mode", Mode.PRODUCTION.value),
            args.get("limit", str(USUAL_PAGE)),
            args.get("provider"),
        )
        if mode not in set(Mode):
            wrong["mode"] = [f"must be one of {', '.join(Mode)}"]
        if provider is not None and provider not in self.services:
            wrong["provider"] = [f"must be one of {', '.join(self.services)}"]
        if not _LIMIT.fullmatch(limit) or not 1 <= int(limit) <= LARGEST_LIST:
            wrong["limit"] = [f"must be 1 to {LARGEST_LIST}"]
        if args.get("refresh", "false") not in ("true", "false"):
            wrong["refresh"] = ["must be true or false"]
        after = _read_cursor(args["cursor"]) if "cursor" in args else None
        if "cursor" in args and after is None:
            wrong["cursor"] = ["is not a cursor of ours: take next_cursor as it is"]
        if wrong:
            raise invalid(wrong)
        filters = {name: args[name].strip().casefold() for name in known if name in _NARROWING and name in args}
        return Wanted(provider, Mode(mode), filters, args.get("refresh") == "true", int(limit), after)


def _films(look: ListedLook, wanted: Wanted) -> bool:
    return (
        wanted.filters.get("gender", look.gender) == look.gender
        and ("engine" not in wanted.filters or wanted.filters["engine"] in look.engines)
        and _has(wanted, look.name, look.group, look.id)
    )


def _speaks(voice: ListedVoice, wanted: Wanted) -> bool:
    language = wanted.filters.get("language", "")
    return (
        all(wanted.filters.get(name, said) == said for name, said in zip(VOICE_EXACTLY, _said(voice), strict=True))
        and any(each.casefold().startswith(language) for each in (voice.language, voice.locale))
        and _has(wanted, voice.name, voice.language, voice.accent, voice.id)
    )


def _said(voice: ListedVoice) -> tuple[str, ...]:
    return tuple(each.casefold() for each in (voice.gender, voice.age, voice.accent, voice.type))


def _has(wanted: Wanted, *texts: str) -> bool:
    whole = " ".join(texts).casefold()
    return all(word in whole for word in wanted.filters.get("search", "").split())


def _row(source: ListSource[Any], item: ListedLook | ListedVoice) -> Row:
    provider = source.account.provider
    return (item.name.casefold(), provider, item.id), {"provider": provider, **to_plain(item)}


def _page(what: str, rows: Iterable[Row], wanted: Wanted, sources: Iterable[ListSource[Any]]) -> flask.Response:
    def place(row: Row) -> tuple[str, str, str]:
        return row[0]

    listed = sorted((row for row in rows if wanted.after is None or place(row) > wanted.after), key=place)
    page = listed[: wanted.limit]
    following = _cursor(place(page[-1])) if len(listed) > wanted.limit else None
    told = [
        {
            "provider": each.account.provider,
            "mode": each.account.mode,
            "platform": each.platform,
            "count": len(each.items),
            "stale": each.stale,
            "notes": list(each.notes),
            **({"read_at": each.read_at} if each.read_at else {}),
        }
        for each in sources
    ]
    return answer(200, {what: [shown for _, shown in page], "next_cursor": following, "sources": told})


def _cursor(place: tuple[str, str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read_cursor(text: str) -> tuple[str, str, str] | None:
    if len(text) > LONGEST_CURSOR:
        return None
    try:
        match parse(base64.urlsafe_b64decode(text)):
            case [str(name), str(provider), str(found)]:
                return name, provider, found
    except ValueError:  # no base64, no UTF-8, no JSON
        pass
    return None
