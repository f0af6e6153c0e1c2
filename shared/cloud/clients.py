"""Google's clients, built when first used and never at import: the module is imported before gunicorn forks.

Endpoints are the only thing that differs between the cloud and a laptop (infra README, "Endpoints").
"""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from shared.config import Settings

if TYPE_CHECKING:
    import google.cloud.firestore
    import google.cloud.secretmanager
    import google.cloud.storage
    import google.cloud.tasks_v2

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class NoToken(Exception):
    """The function's own identity gave no access token: nothing can be sent to Google's services."""


Client = TypeVar("Client")


class BuiltOnce(cached_property[Client]):
    """A cached property of `Clients` that two threads at once build once: since 3.12 the standard one has no lock."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Client: ...
    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        """Return what is there, or build it while others wait."""
        if instance is None:
            return self
        with instance._lock:  # noqa: SLF001  # it is made for this class
            return super().__get__(instance, owner)


class Clients:
    """One set of lazily built Google clients."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()

    @cached_property
    def credentials(self) -> Any:
        """The function's own identity."""
        import google.auth

        found, _project = google.auth.default(scopes=[SCOPE])
        return found

    def access_token(self, *, renew: bool = False) -> str:
        """Return a valid OAuth2 access token; refreshed under a lock when stale or when asked. Raises NoToken."""
        import google.auth.exceptions
        import google.auth.transport.requests

        try:
            with self._lock:
                if renew or not self.credentials.valid:
                    self.credentials.refresh(google.auth.transport.requests.Request())
                return str(self.credentials.token)
        except google.auth.exceptions.GoogleAuthError as failed:
            raise NoToken("no access token could be had") from failed

    @BuiltOnce
    def firestore(self) -> "google.cloud.firestore.Client":
        """Firestore, the default database."""
        from google.cloud import firestore

        return firestore.Client(project=self._settings.project)

    @BuiltOnce
    def tasks(self) -> "google.cloud.tasks_v2.CloudTasksClient":
        """Cloud Tasks."""
        from google.cloud import tasks_v2
        from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

        client: tasks_v2.CloudTasksClient = self._client(
            tasks_v2.CloudTasksClient, CloudTasksGrpcTransport, self._settings.tasks_endpoint
        )
        return client

    @BuiltOnce
    def secrets(self) -> "google.cloud.secretmanager.SecretManagerServiceClient":
        """Secret Manager."""
        from google.cloud import secretmanager
        from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
            SecretManagerServiceGrpcTransport,
        )

        client: secretmanager.SecretManagerServiceClient = self._client(
            secretmanager.SecretManagerServiceClient,
            SecretManagerServiceGrpcTransport,
            self._settings.secrets_endpoint,
        )
        return client

    @BuiltOnce
    def storage(self) -> "google.cloud.storage.Client":
        """Cloud Storage."""
        from google.cloud import storage

        from shared.cloud.credentials import TokenCredentials

        return storage.Client(project=self._settings.project, credentials=TokenCredentials(self.access_token))

    def _client(self, build: Callable[..., Any], transport: Callable[..., Any], endpoint: str) -> Any:
        if not endpoint:
            return build(credentials=self.credentials)
        import grpc

        return build(transport=transport(channel=grpc.insecure_channel(endpoint)))

    def close(self) -> None:
        """Close what was opened."""
        for name in ("firestore", "storage"):
            if name in self.__dict__:
                self.__dict__[name].close()
        for name in ("tasks", "secrets"):
            if name in self.__dict__:
                self.__dict__[name].transport.close()
