"""The bodies of calls about many jobs: which, and what they may cost."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.door.body_types import Dollars, of_form
from shared.door.strict_body import Body

MOST_JOBS = 100  # of one call
_JOB_PATTERN = r"[0-9a-f-]{36}"


def _once(ids: list[str]) -> list[str]:
    if len(set(ids)) < len(ids):
        raise ValueError("must name each job once")
    return ids


JobId = Annotated[
    str,
    Field(json_schema_extra={"pattern": f"^{_JOB_PATTERN}$"}),
    AfterValidator(of_form(_JOB_PATTERN, "must be a job's id")),
]
JobIds = Annotated[
    Annotated[
        list[JobId],
        Field(min_length=1, max_length=MOST_JOBS, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_once),
    ]
    | None,
    Field(description="The jobs, as a dry run listed them; the query has no filter then. Without them: a dry run."),
]


class RetryManyBody(Body):
    """Which jobs to try again as they are, and what that may cost."""

    ids: JobIds = None
    max_cost: Annotated[
        Dollars | None,
        Field(description="What these retries may cost together, both columns, US dollars. Without it: a dry run."),
    ] = None
    dry_run: bool = False


class CancelManyBody(Body):
    """Which jobs to end."""

    ids: JobIds = None
    dry_run: bool = False
