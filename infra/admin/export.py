"""`tenants export`: everything that is stored of a tenant, a line of JSON a record, as `abroll export` writes it."""

import json
from collections.abc import Iterator

from infra.admin.told import tenant_of
from shared.door.export import all_pages
from shared.wiring import Wiring


def lines(wiring: Wiring, tenant: str) -> Iterator[str]:
    """Yield a line a record, a page in memory at a time. Raises SystemExit where there is no such tenant."""
    for page in all_pages(wiring.export_kinds, tenant_of(wiring, tenant)):
        for record in page.records:
            yield json.dumps({"kind": page.kind, "record": record}, ensure_ascii=False, default=str)
