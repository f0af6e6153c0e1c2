"""The commands about the platform's own accounts at avatar services."""

from functools import partial

import click

from infra.admin import accounts
from infra.admin.verbs import DRY, MODE, SETTINGS, verb

ACCOUNTS = click.Group(
    "accounts",
    help="Accounts of our own at avatar services: they film, at our cost, for tenants who have none there.",
    context_settings=SETTINGS,
)
VENDOR_NAME = click.argument("vendor")
verb(
    ACCOUNTS,
    "put",
    "Keep a key, read from standard input, once its service accepts it; again: the account's next key.",
    VENDOR_NAME,
    MODE,
    click.option("--avatar", help="Who speaks where a tenant's order names nobody."),
    click.option("--voice", help="The voice where an order names none."),
    click.option("--webhook/--no-webhook", default=True, help="Register our endpoint there."),
    DRY,
)(accounts.put)
verb(ACCOUNTS, "list", "List them, without their keys: how they stand, what is left to spend.")(accounts.listed)
verb(ACCOUNTS, "sync", "Ask its service about one anew.", VENDOR_NAME, MODE)(accounts.sync)
verb(
    ACCOUNTS,
    "pause",
    "Order nothing more with one; takes that were sent are fetched.",
    VENDOR_NAME,
    MODE,
    DRY,
)(partial(accounts.turn, on=False))
verb(ACCOUNTS, "resume", "Use a paused one again.", VENDOR_NAME, MODE, DRY)(partial(accounts.turn, on=True))
verb(
    ACCOUNTS,
    "rotate-webhook",
    "Give our endpoint there a new signing secret; what the one before signs is taken for a day.",
    VENDOR_NAME,
    MODE,
    DRY,
)(accounts.rotate_webhook)
verb(
    ACCOUNTS,
    "remove",
    "Forget one and its key. Says what that ends; --yes does it.",
    VENDOR_NAME,
    MODE,
    click.option("--yes", is_flag=True, help="Do it: the key is gone."),
)(accounts.remove)
