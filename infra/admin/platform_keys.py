"""The platform's own secrets: made once, and those of the pages' sessions made anew."""

import secrets

from infra.admin.told import Told, done
from shared.cloud.secret_names import CALLBACK_KEY, SESSION_KEYS
from shared.cloud.secrets import NoSecret
from shared.door.console.signing_keys import rotated
from shared.pipeline.job.schema import SCHEMA
from shared.wiring import Wiring

LABELS = {"of": "platform"}


def bootstrap(wiring: Wiring) -> Told:
    """Make each of the platform's secrets that is not there.

    A platform that signs no callback paths yet is new: no older code runs there, so new jobs are born in the newest
    form.
    """
    made = []
    if not _stored(wiring, CALLBACK_KEY):
        wiring.jobs.forms.set(SCHEMA)
        wiring.secrets.put(CALLBACK_KEY, secrets.token_urlsafe(32), LABELS)
        made.append(CALLBACK_KEY)
    if not _stored(wiring, SESSION_KEYS):
        wiring.secrets.put(SESSION_KEYS, rotated("", secrets.token_urlsafe(32), wiring.now()), LABELS)
        made.append(SESSION_KEYS)
    return done(f"made: {', '.join(made)}" if made else "nothing: the platform's secrets are there", dry_run=False)


def rotate_sessions(wiring: Wiring, *, at_once: bool = False) -> Told:
    """Make the pages' sessions a new signing key; say what that means.

    The one before verifies until its last session is over; `at_once` it does not: it was seen by somebody else.
    Versions that were replaced are destroyed, for what of them is still needed stands in the newest.
    """
    value = "" if at_once else _stored(wiring, SESSION_KEYS)
    wiring.secrets.put(SESSION_KEYS, rotated(value, secrets.token_urlsafe(32), wiring.now()), LABELS)
    for version in wiring.secrets.replaced_versions(SESSION_KEYS):
        wiring.secrets.destroy(SESSION_KEYS, version)
    if at_once:
        says = "within five minutes everybody is signed out of the pages; who signs in meanwhile may have to again"
    else:
        says = "in five minutes a new key signs the pages' sessions; nobody is signed out"
    return done("a new key for the pages' sessions is made", dry_run=False, says=says)


def _stored(wiring: Wiring, name: str) -> str:
    try:
        return wiring.secrets.get(name, fresh=True).value
    except NoSecret:
        return ""
