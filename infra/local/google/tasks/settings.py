"""Queue settings as they come over the wire: Google's limits, its wording, its defaults for what is left out.

The wording was recorded from the real service by github.com/aertje/cloud-tasks-emulator
(test/conformance/golden/errors.json at a2c53cb, 2026).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..rpc import invalid, refuse_other_fields, unserved
from .model import QueueConfig

FASTEST = 500
MOST_CONCURRENT = 5000
SERVED = frozenset({"name", "rate_limits", "retry_config", "state", "purge_time"})
RATE_LIMITS = ("max_dispatches_per_second", "max_concurrent_dispatches")
RETRY_CONFIG = ("max_attempts", "max_retry_duration", "min_backoff", "max_backoff", "max_doublings")
DURATIONS = {"max_retry_duration", "min_backoff", "max_backoff"}
PATHS = {
    "rate_limits": RATE_LIMITS,
    "retry_config": RETRY_CONFIG,
    **{f"rate_limits.{field}": (field,) for field in RATE_LIMITS},
    **{f"retry_config.{field}": (field,) for field in RETRY_CONFIG},
}
OUTPUT_ONLY = {"name", "state", "purge_time", "rate_limits.max_burst_size"}
EVERYTHING = ("rate_limits", "retry_config")


def read_config(message: Any, *, over: QueueConfig | None = None, paths: tuple[str, ...] = EVERYTHING) -> QueueConfig:
    """Return the settings a protobuf `Queue` asks for: those under `paths`, the rest as in `over`.

    Raises:
        Refused: INVALID_ARGUMENT for a broken limit, UNIMPLEMENTED for a field this server does not play.
    """
    refuse_other_fields(message, where="Queue", served=SERVED)
    config = over or QueueConfig()
    for path in paths:
        if path in OUTPUT_ONLY:
            continue
        if path not in PATHS:
            raise unserved(f"update_mask path {path}")
        for field in PATHS[path]:
            config = replace(config, **{field: _asked(message, field)})
    check(config)
    return config


def _asked(message: Any, field: str) -> Any:
    """Return a field's value; zero and absent mean Google's default."""
    part = message.rate_limits if field in RATE_LIMITS else message.retry_config
    default = getattr(QueueConfig(), field)
    if field not in DURATIONS:
        return getattr(part, field) or default
    if not part.HasField(field):
        return default
    asked: timedelta = getattr(part, field).ToTimedelta()
    if asked < timedelta(0) or asked == default:
        return asked  # a negative one is refused below, by its name
    return timedelta(seconds=asked // timedelta(seconds=1))


def check(config: QueueConfig) -> None:
    """Refuse settings outside Google's limits."""
    broken = {
        "RateLimits.maxDispatchesPerSecond cannot be negative.": config.max_dispatches_per_second < 0,
        f"RateLimits.maxDispatchesPerSecond must be less than or equal to {FASTEST}.": (
            config.max_dispatches_per_second > FASTEST
        ),
        "RateLimits.maxDispatchesPerSecond cannot be zero.": config.max_dispatches_per_second == 0,
        "RateLimits.maxConcurrentDispatches cannot be negative.": config.max_concurrent_dispatches < 0,
        f"RateLimits.maxConcurrentDispatches must be less than or equal to {MOST_CONCURRENT}.": (
            config.max_concurrent_dispatches > MOST_CONCURRENT
        ),
        "RetryConfig.maxAttempts must be greater or equal to -1.": config.max_attempts < -1,
        "RetryConfig.maxRetryDuration cannot be negative.": config.max_retry_duration < timedelta(0),
        "RetryConfig.minBackoff cannot be negative.": config.min_backoff < timedelta(0),
        "RetryConfig.maxDoublings cannot be negative.": config.max_doublings < 0,
        "RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.": (
            config.min_backoff > config.max_backoff
        ),
    }
    for message, is_broken in broken.items():
        if is_broken:
            raise invalid(message)
