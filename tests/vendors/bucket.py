"""A Cloud Storage of two routes, kept in memory: as much of the JSON API as the Veo stand-in uses."""

import threading

from flask import Flask, Response, jsonify, request

from infra.local.vendors.serving import Serving


class TinyStorage:
    """Objects by gs:// name; `refuse` makes it answer 403, `down` 503."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.writes: list[str] = []
        self.tokens: list[str] = []
        self.status: int | None = None
        self.written = threading.Event()
        app = Flask("tiny-storage")
        app.add_url_rule("/storage/v1/b/<bucket>/o/<path:name>", view_func=self._read)
        app.add_url_rule("/upload/storage/v1/b/<bucket>/o", view_func=self._write, methods=["POST"])
        self._serving = Serving("127.0.0.1", 0, app)

    def start(self) -> str:
        """Begin to answer; return the base URL."""
        self._serving.start()
        return self._serving.url

    def stop(self) -> None:
        """Close the port."""
        self._serving.stop()

    def _read(self, bucket: str, name: str) -> Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        content = self.objects.get(f"gs://{bucket}/{name}")
        if self.status is not None or content is None:
            return Response(status=self.status or 404)
        return Response(content, content_type="application/octet-stream")

    def _write(self, bucket: str) -> Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        if self.status is not None:
            return Response(status=self.status)
        name = f"gs://{bucket}/{request.args['name']}"
        if name in self.objects and request.args.get("ifGenerationMatch") == "0":
            return Response(status=412)
        self.objects[name] = request.get_data()
        self.writes.append(name)
        self.written.set()
        return jsonify({"name": request.args["name"], "bucket": bucket})
