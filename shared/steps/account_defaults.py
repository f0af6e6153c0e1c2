"""Who speaks, and how, where an order is silent: what the tenant has set at its account, or the operator at ours.

The order is filled in before it is planned, so the stored order has the ids: an account that is changed later changes
no job. An instance remembers an account for a minute, and so may its defaults be a minute old.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from shared.cloud.tenants import AccountStatus, Integration, Tenant, Tenants
from shared.pipeline.plan.request import FilmRequest, VoiceSettings
from shared.pipeline.plan.speakers import Defaults
from shared.steps.vendor_accounts import platforms

USUAL = Defaults().provider  # films an order that names no service


def with_account_defaults(request: FilmRequest, tenant: str, tenants: Tenants, services: Iterable[str]) -> FilmRequest:
    """Return an order with what its account says where it is silent; one in which nobody speaks costs no read.

    Where the order names neither a service nor an avatar, the first account with an avatar of its own speaks: of the
    tenant's, then of the platform's at services where the tenant has none.
    """
    if not speaks(request):
        return request
    silent = request.provider is None and not _names_ids(request)
    asked = [name for name in services if silent or name == (request.provider or USUAL)]
    usable = (each for each in _accounts(tenants, tenant, asked, request.mode.value) if _works(each))
    account = next((each for each in usable if each.avatar_id or not silent), None)
    return request if account is None else _filled(request, account)


def _accounts(tenants: Tenants, tenant: str, services: Iterable[str], mode: str) -> Iterator[Integration]:
    """Yield the tenant's accounts, then the platform's where it has none; each is read when it is come to."""
    lacking = []
    for name in services:
        own = tenants.integration(tenant, name, mode)
        if own is None:
            lacking.append(name)
        else:
            yield own
    yield from (held.account for name in lacking if (held := platforms(tenants, name, mode)))


def _works(account: Integration) -> bool:
    return account.status is AccountStatus.ACTIVE


def speaks(request: FilmRequest) -> bool:
    """Tell whether somebody speaks in an order."""
    return request.avatar_script is not None or any(scene.script is not None for scene in request.scenes)


def _names_ids(request: FilmRequest) -> bool:
    """Tell whether the order names anybody's ids, which only one service knows, or a persona."""
    whole = request.avatar_id or request.voice_id or request.persona
    return bool(whole or any(scene.avatar_id or scene.voice_id or scene.persona for scene in request.scenes))


def _filled(request: FilmRequest, account: Integration) -> FilmRequest:
    config = account.provider_config or VoiceSettings()
    said = {each.name: getattr(request.voice, each.name) for each in fields(VoiceSettings) if each.name != "unknown"}
    voice = replace(request.voice, **{name: getattr(config, name) for name, value in said.items() if value is None})
    if request.persona:  # it brings its own avatar and voice
        return replace(request, voice=voice)
    return replace(
        request,
        provider=request.provider if account.provider == USUAL else account.provider,
        avatar_id=request.avatar_id or account.avatar_id,
        voice_id=request.voice_id or account.voice_id,
        voice=voice,
    )


def defaults_of(tenant: Tenant) -> Defaults:
    """Return what a tenant's record says where its orders are silent."""
    return Defaults(tenant.avatar_id, tenant.voice_id, heygen_footage=tenant.heygen_footage)
