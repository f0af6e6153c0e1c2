"""The free checks before anything is stored or paid: the key works, looks and voices exist, images can be used."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from shared.cloud.secrets import NoSecret, Secrets
from shared.cloud.tenants import AccountStatus, Tenants
from shared.codes import Code
from shared.log import Fact, log
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.looks import Look, Voice
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.speakers import Needed, Styled
from shared.pipeline.plan.warned import Warned, WarningText
from shared.pipeline.vendors.names import called
from shared.providers.ports import KeyChanged, Refused, TryLater
from shared.steps.asked_once import ANSWER_LIFE, AskedOnce
from shared.steps.images import Images, Ready
from shared.steps.music_files import MusicFiles
from shared.steps.near import Near
from shared.steps.own_clips import OwnClips
from shared.steps.problems import Problem, first_mistakes, together
from shared.steps.styles import style_warnings, unstyled
from shared.steps.vendor_accounts import Held, account_for

NOT_THERE = (Code.AVATAR_NOT_FOUND, Code.VOICE_NOT_FOUND)
AT_ONCE = 24  # all of a request's questions: one round within the function's time
SPOKEN_LONGER = 1.2  # times the estimate: what a script may cost more than planned


@dataclass(frozen=True, slots=True)
class Preflight:
    """The checks and what they need."""

    presenters: Mapping[str, AskedOnce]
    tenants: Tenants
    secrets: Secrets
    images: Images
    near: Near
    music: MusicFiles
    clips: OwnClips

    def files(self, tenant: str, request: FilmRequest, planned: Plan) -> tuple[Mapping[str, Ready], Plan]:
        """Read every image of a plan, and find its music; return the plan with it. Raises Problem telling all."""
        problems, images = list[Problem](), dict[str, Ready]()
        try:
            images |= self.images.ready(tenant, request, planned)
        except Problem as problem:
            problems.append(problem)
        if order := request.audio.music:
            try:
                planned = replace(planned, music=self.music.found(tenant, order))
            except Problem as problem:
                problems.append(problem)
        try:
            planned = self.music.dressed(tenant, planned, request)
        except Problem as problem:
            problems.append(problem)
        if problems:
            raise together(problems)
        return images, planned

    def presenters_told(self, tenant: str, needed: Needed) -> "Told":
        """Ask the avatar service about the key, every look and every voice. Raises Problem naming all that fail."""
        if not (needed.looks or needed.films):
            return Told({})
        presenter = self.presenters[needed.provider]
        _refuse_untunable(presenter, needed)
        held = self._account(tenant, needed)
        account, api_key = held.account, self._key(held, needed)
        asked: list[tuple[tuple[str, ...], Future[object]]]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [
                (path, pool.submit(presenter.avatar, look, api_key=api_key)) for look, path in needed.looks.items()
            ]
            asked += [(path, pool.submit(presenter.voice, one, api_key=api_key)) for one, path in needed.voices.items()]
            wallet = pool.submit(presenter.balance, api_key=api_key)
        names = [*(("looks", look) for look in needed.looks), *(("voices", one) for one in needed.voices)]
        refusals: list[tuple[tuple[str, ...], Refused]] = []
        answers: dict[str, object] = {}
        silent = False
        for (fields, question), (what, name) in zip(asked, names, strict=True):
            try:
                told = question.result()
            except Refused as refused:
                refusals.append((fields, self._hinted(refused, held, what, name)))
            except KeyChanged as bad:
                self.tenants.key_refused(held.owner, account, refused=True)
                raise _refused_key(held, needed) from bad
            except TryLater:
                silent = True
            else:
                answers[f"{what} {name}"] = told
        found = {told.id: told for told in answers.values() if isinstance(told, Look)}
        if found:
            self.tenants.key_refused(held.owner, account, refused=False)
        if refusals:
            raise _refused(refusals)
        lacking = unstyled(
            presenter,
            needed,
            {voice: told for voice in needed.voices if isinstance(told := answers.get(f"voices {voice}"), Voice)},
        )
        balance = _balance(held, needed, wallet)
        marks = tuple(_marked(needed, held))
        unspoken = tuple(style_warnings(needed.provider, lacking))
        lent = tuple(_lent(needed, held))
        warnings = (*lent, *_untold(needed, silent=silent, balance=balance, held=held), *marks, *unspoken)
        return Told(found, warnings, balance, marks, frozenset(lacking), unspoken, platform=held.platform, lent=lent)

    def _hinted(self, refused: Refused, held: Held, what: str, name: str) -> Refused:
        """Return a refusal of an unknown id with those of a name like it."""
        if refused.code not in NOT_THERE:
            return refused
        found = self.near(held.owner, held.account, what, name)
        says = f"{refused} Alike: {', '.join(found)}." if found else str(refused)
        lists = "GET /catalog/avatars" if what == "looks" else "GET /catalog/voices"
        return Refused(says, code=refused.code, next_move=f"{refused.next_move.rstrip('.')} ({lists} lists them).")

    def told_for_a_price(self, tenant: str, needed: Needed) -> "Told":
        """Ask like `presenters_told`; no working key is a warning, for a price needs none. Raises Problem."""
        try:
            return self.presenters_told(tenant, needed)
        except Problem as problem:
            if problem.code is not Code.NO_PROVIDER_KEY:
                raise
            unchecked = "looks, voices and what the account can still spend could not be checked"
            says = f"{problem.message}: {unchecked}"
            keyless = warning(Warned.KEY_LACKING, says, provider=needed.provider, mode=needed.mode)
            lacking = unstyled(self.presenters[needed.provider], needed, {})
            unspoken = tuple(style_warnings(needed.provider, lacking))
            return Told({}, (keyless, *unspoken), plain=frozenset(lacking), unspoken=unspoken)

    def _account(self, tenant: str, needed: Needed) -> Held:
        """Return whose account is asked, and films: footage is never filmed with the platform's. Raises Problem."""
        held = account_for(self.tenants, tenant, needed.provider, needed.mode)
        if held is None or (held.platform and (needed.films or needed.own_account)):
            only = ", and abroll's own account there films no footage" if held and needed.films else ""
            raise _no_key(needed, f"no {needed.provider} key is stored for mode {needed.mode}{only}")
        if held.account.status is not AccountStatus.ACTIVE:
            why = f"the {needed.provider} account of mode {needed.mode} is paused"
            move = f'PATCH /tenant/integrations/{needed.provider}?mode={needed.mode} with {{"status": "active"}}'
            raise Problem(Code.NO_PROVIDER_KEY, why, next_move=f"{move}, then send it again a minute later")
        return held

    def _key(self, held: Held, needed: Needed) -> str:
        try:
            return self.secrets.get(held.account.secret).value
        except NoSecret as gone:
            if held.platform:
                raise _not_lent(needed, "its key cannot be read") from gone
            raise _no_key(needed, f"the stored {needed.provider} key cannot be read") from gone


@dataclass(frozen=True, slots=True)
class Told:
    """What the avatar service told: the looks it knows, and warnings about what it did not tell."""

    looks: Mapping[str, Look]
    warnings: tuple[WarningText, ...] = ()
    balance: int | None = None  # micro-dollars the account can still spend; None = it does not say
    marks: tuple[WarningText, ...] = ()  # of the warnings, what the service puts on its takes
    plain: frozenset[Styled] = frozenset()  # voices with a style they are known to lack
    unspoken: tuple[WarningText, ...] = ()  # of the warnings, what they say of that
    platform: bool | None = None  # the platform's account films; None = no account was asked
    lent: tuple[WarningText, ...] = ()  # of the warnings, what they say of that

    def funded(self, planned: Plan) -> Plan:
        """Return a plan whose first avatar service films with the account that was asked; unasked it stays."""
        if self.platform is None or not planned.provider:
            return planned
        others = tuple(name for name in planned.platform_accounts if name != planned.provider)
        return replace(planned, platform_accounts=(*others, planned.provider) if self.platform else others)

    def must_pay(self, provider: str, theirs: int, takes: int) -> None:
        """Raise Problem when the account cannot pay what it is to pay (micro-dollars), and some more.

        That is the tenant's column; of the platform's account it is the takes alone.
        """
        asked = takes if self.platform else theirs
        needed = round(asked * SPOKEN_LONGER)
        if self.balance is None or not asked or self.balance >= needed:
            return
        if self.platform:
            log(Fact.ALARM, f"the platform's account at {called(provider)} cannot pay for what is ordered")
            message = f"abroll's own {called(provider)} account cannot pay for this film now"
            raise Problem(Code.CREDITS, message, next_move=_instead(provider), retry_after=round(ANSWER_LIFE))
        message = (
            f"the {called(provider)} account has ${self.balance / 1e6:.2f} left, as it said within a minute; the takes "
            f"of this film cost about ${theirs / 1e6:.2f} there, and up to ${needed / 1e6:.2f}"
        )
        # A minute, for so long an answer is kept.
        move = f"top up the {called(provider)} account, then send this again a minute later"
        raise Problem(Code.CREDITS, message, next_move=move, retry_after=round(ANSWER_LIFE))


def _refuse_untunable(presenter: AskedOnce, needed: Needed) -> None:
    """Refuse what a voice cannot do, before its take is paid elsewhere or fails. Raises Problem."""
    found = (presenter.untunable(voice, needed.voice) for voice in needed.speaks)
    refusals = [((field,), refused) for field, refused in filter(None, found)]
    if refusals:
        raise _refused(refusals)


def _balance(held: Held, needed: Needed, asked: Future[int | None]) -> int | None:
    """Return what the account can still spend, None when it is not known. Raises Problem."""
    try:
        return asked.result()
    except KeyChanged as bad:
        raise _refused_key(held, needed) from bad
    except TryLater:
        return None


def _lent(needed: Needed, held: Held) -> Iterator[WarningText]:
    """Say that the platform's account films, and so who pays."""
    if held.platform:
        service = called(needed.provider)
        when = ", should it take over," if needed.takes_over else ""
        says = f"{service}{when} films with abroll's own account, for you have none there: abroll pays its takes"
        yield warning(Warned.PLATFORM_ACCOUNT, says, provider=needed.provider, mode=needed.mode)


def _untold(needed: Needed, *, silent: bool, balance: int | None, held: Held) -> Iterator[WarningText]:
    """Say what the avatar service did not tell, so that it could not be checked."""
    if silent:
        says = f"{needed.provider} did not answer in time: looks and voices could not be checked beforehand"
        yield warning(Warned.PRESENTERS_UNCHECKED, says)
    if balance is None and not held.platform:
        says = f"{needed.provider} does not say what the account can still spend: it could not be checked beforehand"
        yield warning(Warned.BALANCE_UNKNOWN, says)


def _marked(needed: Needed, held: Held) -> Iterator[WarningText]:
    """Say that the account's plan, as it was told when the account was last asked about, marks what it films."""
    plan = held.account.billing or ""
    if needed.looks and set(re.findall(r"[a-z]+", plan.lower())) & set(needed.marked_plans):
        of = "abroll's own account there has such a plan" if held.platform else f"the account's plan there is {plan}"
        says = f"the takes carry {called(needed.provider)}'s watermark: {of}"
        yield warning(Warned.WATERMARKED, says, provider=needed.provider, mode=needed.mode)


def _refused(refusals: Sequence[tuple[tuple[str, ...], Refused]]) -> Problem:
    """Name every look and voice that cannot be used by each of its fields; code and next move are the first one's."""
    details: dict[str, list[str]] = {}
    for fields, refused in refusals:
        for path in fields:
            details.setdefault(path, []).append(str(refused))
    first = refusals[0][1]
    moves = " ".join(dict.fromkeys(refused.next_move for _, refused in refusals))
    return Problem(first.code, first_mistakes(details), next_move=moves, details=details)


def _refused_key(held: Held, needed: Needed) -> Problem:
    if held.platform:
        log(Fact.ALARM, f"{called(needed.provider)} refused the key of the platform's account, mode {needed.mode}")
        return _not_lent(needed, f"{called(needed.provider)} refused its key")
    return _no_key(needed, f"{needed.provider} refused the tenant's key")


def _not_lent(needed: Needed, why: str) -> Problem:
    says = f"abroll's own {called(needed.provider)} account cannot be used now: {why}"
    return Problem(Code.NO_PROVIDER_KEY, says, next_move=_instead(needed.provider))


def _instead(provider: str) -> str:
    return f"PUT /tenant/integrations/{provider} with a key of your own, or try again later"


def _no_key(needed: Needed, why: str) -> Problem:
    return Problem(
        Code.NO_PROVIDER_KEY,
        why,
        next_move=f"PUT /tenant/integrations/{needed.provider} with your key (mode {needed.mode}), then send it again",
    )
