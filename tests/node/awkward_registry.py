"""Registries that do not behave: `python -m tests.node.awkward_registry '{"http": …}'`.

The plain one answers by the first part of the repository's path, as `ANSWERS` says, or gives an
image that is large, or whose layer does not come to its end. Others never speak, cut the
connection, or show a certificate that is over.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import socket
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.node.images import MANIFEST, Image, large, sleeper


class Answer(NamedTuple):
    """What is said to each request of one path."""

    status: int
    content_type: str = "application/json"
    body: bytes = b"{}"
    stalls: bool = False  # in the middle of the body


HTML = Answer(200, "text/html", b"<!DOCTYPE html><title>Please log in</title>")
SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
ANSWERS = {
    "ratelimit": Answer(429),
    "unavailable": Answer(503),
    "forbidden": Answer(403),
    "blocked": Answer(451),
    "teapot": Answer(418),
    "html": HTML,
    "schema1": Answer(200, SCHEMA_1, b'{"schemaVersion": 1}'),
}
_MISSING = Answer(404)
# In MiB; of the first one, the half that comes is more than the runtime's buffer.
_SIZES = {"stalls": 4, "large": 16}


@functools.cache
def _image(kind: str) -> Image:
    return large(_SIZES[kind]) if kind in _SIZES else sleeper(kind)


def answer(path: str) -> Answer:
    """By the path: "/v2/ratelimit/app/manifests/v1"."""
    if path in ("/v2", "/v2/"):
        return Answer(200)
    kind = path.removeprefix("/v2/").partition("/")[0]
    if kind == "noblobs" or kind in _SIZES:
        return _of_image(kind, path)
    return ANSWERS.get(kind, _MISSING)


def _of_image(kind: str, path: str) -> Answer:
    """Its manifest by any name; and its blobs, if it has them."""
    image = _image(kind)
    if "/manifests/" in path:
        return Answer(200, MANIFEST, image.manifest.content)
    digest = path.rpartition("/")[2]
    found = [one.content for one in (image.config, *image.layers) if one.digest == digest]
    if kind == "noblobs" or not found:
        return _MISSING
    stalls = kind == "stalls" and digest != image.config.digest
    return Answer(200, "application/octet-stream", found[0], stalls)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        said = answer(self.path.partition("?")[0])
        self.send_response(said.status)
        self.send_header("Content-Type", said.content_type)
        self.send_header("Content-Length", str(len(said.body)))
        digest = hashlib.sha256(said.body).hexdigest()
        self.send_header("Docker-Content-Digest", f"sha256:{digest}")
        self.end_headers()
        if self.command == "GET":
            self._send(said)

    def _send(self, said: Answer) -> None:
        if not said.stalls:
            self.wfile.write(said.body)
            return
        self.wfile.write(said.body[: len(said.body) // 2])
        self.connection.recv(1)  # until the other side goes

    do_HEAD = do_GET  # noqa: N815 the name that http.server asks for


def _listen(address: str, port: int) -> socket.socket:
    listening = socket.create_server((address, port), backlog=64)
    print(f"listening on {address}:{port}", flush=True)  # noqa: T201 the tests wait for it
    return listening


def _never_speaks(listening: socket.socket) -> None:
    kept = []
    while True:
        kept.append(listening.accept()[0])


def _cuts(listening: socket.socket) -> None:
    """Reset, not closed: the other side must not take it for a short answer."""
    while True:
        with listening.accept()[0] as connection:
            connection.recv(1)
            at_once = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)


def _shows(listening: socket.socket, certificate: str, key: str) -> None:
    """A TLS server with this certificate, which nobody who checks it will speak to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    while True:
        connection = listening.accept()[0]
        connection.settimeout(10)
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)
        connection.close()


def main(settings: str) -> None:
    config = json.loads(settings)
    address = config["address"]
    expired = (_listen(address, config["expired"]), config["certificate"], config["key"])
    for serve, arguments in (
        (_never_speaks, (_listen(address, config["silent"]),)),
        (_cuts, (_listen(address, config["cut"]),)),
        (_shows, expired),
    ):
        threading.Thread(target=serve, args=arguments, daemon=True).start()
    with ThreadingHTTPServer((address, config["http"]), _Handler) as server:
        print("ready", flush=True)  # noqa: T201 the tests wait for it
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
