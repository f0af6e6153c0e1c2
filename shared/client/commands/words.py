"""Results in words, for people."""

from collections.abc import Mapping, Sequence
from typing import Any


def price(told: Mapping[str, Any]) -> str:
    """Return what an order would make and cost."""
    lines = []
    if "planned_seconds" in told:
        lines.append(
            f"{told['planned_seconds']:g} s of film, there in about {_minutes(told['estimated_time_seconds'])}"
        )
    lines += [f"{each['card']}: {each['shows']}, {each['seconds']:g} s of it" for each in told.get("cards", ())]
    if told.get("remade"):
        lines.append(f"made anew: {', '.join(told['remade'])}")
    return "\n".join([*lines, costs(told["estimated_cost"]), *(f"! {each}" for each in told["warnings"])])


def costs(told: Mapping[str, str]) -> str:
    """Return both columns of a price."""
    theirs = told["billed_by_provider"]
    return f"${told['paid_by_us']} through abroll, ${theirs} on your own avatar account"


def accepted(told: Mapping[str, Any]) -> str:
    """Return what was ordered."""
    return f"{told['job_id']}  ordered\n{price(told)}"


def job(told: Mapping[str, Any]) -> str:
    """Return how a film stands."""
    lines = [f"{told['id']}  {told['product_title']}", told["summary"], f"cost so far: {costs(told['cost'])}"]
    if told.get("final_video_url"):
        lines.append(told["final_video_url"])
    if (error := told.get("error")) and error.get("next_move"):
        lines.append(f"Next: {error['next_move']}")
    return "\n".join([*lines, *(f"! {each}" for each in told.get("warnings", []))])


def deleted(told: Mapping[str, Any]) -> str:
    """Return what is gone, and what stays."""
    return f"{told['job_id']}  {told['message']}"


def jobs(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return films, a line each."""
    lines = [
        f"{row['id']}  {row['status']:<18} {_percent(row)}  {row['created_at'][:16]}  {row.get('product_title', '')}"
        for row in rows
    ]
    return "\n".join(lines) or "No films."


def many(told: Mapping[str, Any]) -> str:
    """Return what becomes, or would, of many films, a line each, and what to agree to."""
    lines = [
        f"{row['id']}  {row['result']:<10} {costs(row['estimated_cost']) if 'estimated_cost' in row else ''}"
        f"{row.get('message', '')}  {row.get('product_title', '')}".rstrip()
        for row in told["jobs"]
    ]
    if lines and told.get("max_cost"):
        lines.append(f"together at most ${told['max_cost']:.2f}")
    return "\n".join(lines) or "No films."


def batch(told: Mapping[str, Any]) -> str:
    """Return how a batch stands."""
    lines = [f"{told['batch_id']}  {told['status']}  {told.get('title') or ''}".rstrip()]
    if "counts" in told:
        lines += [told["message"], f"cost so far: {costs(told['cost'])}"]
    return "\n".join(lines)


def batches(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return batches, a paragraph each."""
    return "\n".join(map(batch, rows)) or "No batches."


def batch_price(told: Mapping[str, Any]) -> str:
    """Return what a batch would cost."""
    warned = [f"! {each}" for each in told["warnings"]]
    return "\n".join([f"{told['rows']} films: {costs(told['estimated_cost'])}", *warned])


def bill(told: Mapping[str, Any]) -> str:
    """Return a bill, a line an attempt."""
    lines = [
        f"{line['node']:<14} {line['provider']:<8} {line['outcome']:<12} "
        + (f"${line['cost']}" if line["charged"] else f"not charged (${line['not_charged']})")
        for line in told["lines"]
    ]
    return "\n".join([*lines, costs(told), f"abroll charges ${told['price']}"])


def timeline(told: Mapping[str, Any]) -> str:
    """Return what happened when."""
    return "\n".join(f"{each['at']}  {each['what']}" for each in told["events"])


def tenant(told: Mapping[str, Any]) -> str:
    """Return who the key belongs to."""
    return "\n".join(f"{name:<20} {value}" for name, value in told.items() if not isinstance(value, dict | list))


def fields(told: Mapping[str, Any]) -> str:
    """Return an object's fields, a line each."""
    return "\n".join(f"{name:<20} {value}" for name, value in told.items())


def _percent(row: Mapping[str, Any]) -> str:
    return f"{row['progress']:>3} %" if "progress" in row else "     "


def _minutes(seconds: float) -> str:
    whole, rest = divmod(round(seconds), 60)
    return f"{whole} min {rest} s" if whole else f"{rest} s"
