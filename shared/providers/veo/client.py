"""Veo on Vertex AI films the footage: two POSTs of the REST interface v1, no SDK.

Theory of operation (README.md beside this, read up to 2026-11-28): `:predictLongRunning` takes an order and answers an
operation's name; the film is made in one to six minutes and written under the order's own prefix in our bucket, where
its arrival is an event; `:fetchPredictOperation` tells the operation's end. An order carries an image, reference images
or a video, never two of them; a video means extension, which adds exactly 7 s and returns the whole film so far.
Nothing identifies an order to Veo: a second POST is a second bill, so a submit has one fresh connection, one total
deadline, no retry but after a 401 (nothing was made), and everything that may have reached Google without an answer is
Unknown. Most refusals come late, in the operation; a done operation that is no film is an error, filtered or empty
(`answers.py`).
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from shared.codes import Code
from shared.egress.client import Egress, EgressRefused
from shared.pipeline.job.job import Reconcile
from shared.pipeline.vendors.radar import Seen
from shared.providers.paid_call import guarded, paid_call
from shared.providers.ports import (
    ClipOrder,
    Failure,
    Filmed,
    Lost,
    Misconfigured,
    NotSent,
    Pending,
    Refused,
    StoredMedia,
    TryLater,
)
from shared.providers.reading import RETRY_SOON, sign_of_break
from shared.providers.veo.answers import existence, operation_name, outcome

EXTENSION_SECONDS = 7
LOOK_SECONDS = 30.0
NOT_ASKED = (EgressRefused, NotSent, Misconfigured, httpx.HTTPError)
_UNAUTHENTICATED = 401
_OPERATION = re.compile(r"(?P<model>projects/[^/]+/locations/[^/]+/publishers/[^/]+/models/[^/]+)/operations/[^/]+")


class Veo:
    """`ports.FootageVendor` over Vertex AI.

    `endpoint` is the region's address without a slash at its end, `token` returns a live OAuth2 access token, `refresh`
    a new one after Google has refused the old. Both may raise NotSent or Misconfigured.
    """

    reconcile = Reconcile.OBJECT  # the bucket tells; no key exists

    def __init__(
        self,
        *,
        endpoint: str,
        project: str,
        location: str = "us-central1",
        token: Callable[[], str],
        refresh: Callable[[], str],
        egress: Egress,
    ) -> None:
        self._endpoint = endpoint
        self._models = f"projects/{project}/locations/{location}/publishers/google/models"
        self._token = token
        self._refresh = refresh
        self._egress = egress

    def submit(self, order: ClipOrder, *, total_seconds: float) -> str:
        """Make the one paid call; return the operation's name.

        Raises: NotSent, TryLater, Refused, Misconfigured, Unknown.
        """
        body = order_body(order)
        path = f"{self._models}/{order.model}:predictLongRunning"
        with paid_call("Veo", "Google"):
            response = self._post(path, body, total_seconds)
        return operation_name(response, order.model)

    def seen(self, model: str) -> Seen:
        """Ask, without paying, whether a model can still be ordered: by an order that is surely refused.

        A shape Veo does not film is refused at the order; were it filmed one day, one second fails afterwards, free.
        """
        instance = {"prompt": "abroll asks whether this model exists; this order must be refused."}
        unfilmable = {"aspectRatio": "1:1", "durationSeconds": 1, "sampleCount": 1, "generateAudio": False}
        path, body = f"{self._models}/{model}:predictLongRunning", {"instances": [instance], "parameters": unfilmable}
        try:
            return existence(self._post(path, body, LOOK_SECONDS))
        except NOT_ASKED:
            return Seen.UNCLEAR

    def poll(self, operation: str) -> Pending | Filmed | Failure:
        """Ask once how an operation stands. Raises: Lost, TryLater, Misconfigured."""
        name = _OPERATION.fullmatch(operation)
        if name is None or ".." in operation:
            raise Lost(f"{operation!r} is not an operation's name.")
        try:  # the path never comes from configuration: models change mid-job
            response = self._post(f"{name['model']}:fetchPredictOperation", {"operationName": operation}, LOOK_SECONDS)
        except EgressRefused as error:
            raise guarded(error, "Veo", "Google") from error
        except NotSent as error:
            raise TryLater("Veo could not be asked how the clip stands.", RETRY_SOON) from error
        except httpx.HTTPError as error:
            raise TryLater("Veo could not be asked how the clip stands.", RETRY_SOON, sign_of_break(error)) from error
        return outcome(response, operation)

    def _post(self, path: str, body: dict[str, Any], total_seconds: float) -> httpx.Response:
        url = f"{self._endpoint}/v1/{quote(path, safe='/:@')}"
        with self._egress.client(total_seconds=total_seconds, fresh=True) as client:
            response = client.post(url, json=body, headers={"authorization": f"Bearer {self._token()}"})
            if response.status_code == _UNAUTHENTICATED:  # an expired token: nothing was made
                response = client.post(url, json=body, headers={"authorization": f"Bearer {self._refresh()}"})
            return response


def order_body(order: ClipOrder) -> dict[str, Any]:
    """Write an order as Veo reads it. Raises: Refused when it names two kinds of input."""
    if sum((order.image is not None, bool(order.references), order.video is not None)) > 1:
        raise Refused(
            "The clip was ordered with two kinds of input, and Veo takes only one.",
            code=Code.INVALID,
            next_move="Send abroll's operator the job's id; it is a mistake in abroll.",
        )
    instance: dict[str, Any] = {"prompt": order.prompt}
    parameters: dict[str, Any] = {
        "sampleCount": 1,
        "durationSeconds": order.seconds if order.video is None else EXTENSION_SECONDS,
        "aspectRatio": order.aspect_ratio,
        "resolution": order.resolution,
        "generateAudio": order.audio,
        "personGeneration": "allow_adult",
        "storageUri": order.output,
    }
    if order.video is not None:
        instance["video"] = _media(order.video)
    elif order.image is not None:
        instance["image"] = _media(order.image)
        parameters["resizeMode"] = "crop"
    elif order.references:
        instance["referenceImages"] = [{"image": _media(one), "referenceType": "asset"} for one in order.references]
    return {"instances": [instance], "parameters": parameters}


def _media(stored: StoredMedia) -> dict[str, str]:
    return {"gcsUri": stored.uri, "mimeType": stored.mime}
