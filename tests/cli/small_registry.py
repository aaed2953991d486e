"""A registry at a real socket of this machine: users, their images, and what it was asked.

And a Secret and a Pod in JSON, as a file has them that knows the registry.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DIGEST = "sha256:" + "0" * 64
PASSWORD = "Xq7Wv2Kp9ZtR4mLb"
USERS = {"puller": PASSWORD}


@dataclass
class SmallRegistry:
    """Asks for Basic credentials, unless it has no users. An image: "team/app:v1"."""

    users: Mapping[str, str]
    images: frozenset[str]
    denied: frozenset[str]  # paths that no user may pull
    host: str = ""
    refused: int = 0  # requests with a wrong credential
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, authorization: str) -> tuple[int, dict[str, Any]]:
        """The status, and the body."""
        self.asked.append(path)
        if self.users and not authorization:
            return 401, _error("UNAUTHORIZED", "authentication required")
        if self.users and not self._knows(authorization):
            self.refused += 1
            return 401, _error("UNAUTHORIZED", "incorrect username or password")
        if path in ("/v2/", "/v2"):
            return 200, {}
        return self._image(*path.removeprefix("/v2/").rpartition("/")[::2])

    def _knows(self, authorization: str) -> bool:
        user, _, password = b64decode(authorization.partition(" ")[2]).decode().partition(":")
        return self.users.get(user) == password

    def _image(self, where: str, reference: str) -> tuple[int, dict[str, Any]]:
        name, _, kind = where.rpartition("/")
        tags = [image.rpartition(":")[2] for image in self.images if image.startswith(f"{name}:")]
        if name in self.denied:
            return 403, _error("DENIED", "you may not pull this")
        if kind == "tags":
            return 200, {"name": name, "tags": tags}
        if reference in tags:
            return 200, {"schemaVersion": 2, "mediaType": MANIFEST}
        return 404, _error("MANIFEST_UNKNOWN" if tags else "NAME_UNKNOWN", "unknown")


def _error(code: str, message: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


@contextmanager
def small_registry(
    users: Mapping[str, str], *images: str, denied: tuple[str, ...] = ()
) -> Iterator[SmallRegistry]:
    """Runs at a port of the kernel's choice."""
    registry = SmallRegistry(users, frozenset(images), frozenset(denied))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # head and body in one packet

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            status, body = registry.answer(path, self.headers.get("Authorization", ""))
            raw = json.dumps(body).encode()
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="small"')
            if "/manifests/" in path and status == 200:
                self.send_header("Docker-Content-Digest", DIGEST)
            self.send_header("Content-Type", MANIFEST if status == 200 else "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(raw)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.host = f"127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def secret(name: str, *hosts: str, password: str = PASSWORD, namespace: str = "team") -> Any:
    auth = {"auth": b64encode(f"puller:{password}".encode()).decode()}
    config = json.dumps({"auths": dict.fromkeys(hosts, auth)})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": name, "namespace": namespace, "labels": {"name": name}},
        "stringData": {".dockerconfigjson": config},
    }


def pod(image: str, *secrets: str) -> Any:
    listed = [{"name": name} for name in secrets]
    spec = {"containers": [{"name": "app", "image": image}], "imagePullSecrets": listed}
    metadata = {"name": "demo", "namespace": "team"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
