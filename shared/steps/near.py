"""What an order may have meant by an id no service knows: those of a name like it, from the list that is kept.

No service is asked, and a list that was never read costs one read and tells nothing.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from shared.cloud.catalogs import Catalogs
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.tenants import Integration
from shared.pipeline.codec import Unreadable
from shared.providers.catalog import ListedLook, ListedVoice

TOLD_NEAR = 3
MOST_COMPARED = 5_000  # entries of a list
LONGEST_COMPARED = 60  # characters
ALIKE_ENOUGH = 0.6
KINDS: dict[str, type[ListedLook] | type[ListedVoice]] = {"looks": ListedLook, "voices": ListedVoice}


@dataclass(frozen=True, slots=True)
class Near:
    """The question and what it needs."""

    store: Catalogs

    def __call__(self, tenant: str, account: Integration, what: str, wanted: str) -> list[str]:
        """Return up to three of an account's looks or voices whose name or id is like this, as "name (id)"."""
        try:
            read = self.store.get(tenant, f"{account.provider}-{account.mode}-{what}", KINDS[what])
        except (StoreUnreachable, Unreadable):
            return []  # a hint is worth no error
        asked = wanted.casefold()[:LONGEST_COMPARED]
        named: dict[str, str] = {}
        for each in islice(read.items if read else (), MOST_COMPARED):
            for text in (each.name, each.id):
                named.setdefault(text.casefold()[:LONGEST_COMPARED], f"{each.name} ({each.id})")
        holding = [told for text, told in named.items() if asked in text]
        alike = [named[text] for text in get_close_matches(asked, named, n=2 * TOLD_NEAR, cutoff=ALIKE_ENOUGH)]
        return list(dict.fromkeys([*holding, *alike]))[:TOLD_NEAR]
