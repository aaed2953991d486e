"""The proxy of the node's runtime: `python -m tests.node.proxy ADDRESS PORT`; it lets nobody pass.

The runtime takes the proxies of its environment for the hosts of the domain `.example` alone: one
for https, which refuses each host in its own way, and one for http, where nobody listens.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME, PORT, NOBODY_LISTENS = "proxy.test", 3128, 3129
ENVIRONMENT = {
    "HTTPS_PROXY": f"http://{NAME}:{PORT}",
    "HTTP_PROXY": f"http://{NAME}:{NOBODY_LISTENS}",
    "NO_PROXY": ".test,.invalid,docker.io,example.com",  # with all below them
}
# What is said to `CONNECT host:443`.
ANSWERS: Mapping[str, int] = {
    "password.example": 407,
    "forbidden.example": 403,
    "broken.example": 502,
}


class _Handler(BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        status = ANSWERS.get(self.path.partition(":")[0], 404)
        self.send_response(status)
        if status == 407:
            self.send_header("Proxy-Authenticate", 'Basic realm="the proxy of the tests"')
        self.send_header("Content-Length", "0")
        self.end_headers()


def main(address: str, port: str) -> None:
    with ThreadingHTTPServer((address, int(port)), _Handler) as server:
        print(f"listening on {address}:{port}", flush=True)  # noqa: T201 the tests wait for it
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
