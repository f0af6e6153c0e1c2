"""The port of a vendor that calls a registered address of ours, beside an order's own."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class RegistersWebhooks(Protocol):
    """A vendor that calls a registered address too, and signs what it says; others call only an order's own."""

    def register_webhook(self, url: str, *, api_key: str) -> tuple[str, str]:
        """Register `url` for success and failure events; return (endpoint id, signing secret)."""
        ...

    def unregister_webhook(self, endpoint_id: str, *, api_key: str) -> None:
        """Take our endpoint off an account; one that is gone already is fine. Raises: KeyChanged, TryLater."""
        ...

    def rotate_webhook(self, endpoint_id: str, *, api_key: str, idempotency_key: str) -> str | None:
        """Give an endpoint a new secret and return it; None where it is gone. The old one signs nothing any more.

        Raises: KeyChanged, TryLater.
        """
        ...

    def has_webhook(self, endpoint_id: str, *, api_key: str) -> bool:
        """Tell whether the key's account has this endpoint. Raises: KeyChanged, TryLater."""
        ...

    def clear_webhooks(self, url: str, *, known: str, keep: str, api_key: str) -> None:
        """Take `known`, and whatever is registered for `url`, off an account, except `keep`.

        Raises: KeyChanged, TryLater.
        """
