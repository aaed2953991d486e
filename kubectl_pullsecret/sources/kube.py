"""The one importer of the `kubernetes` package: its client over the connection that we resolved.

`kubernetes.config` resolves some kubeconfigs to another cluster or identity than kubectl, so it is
never used: address, TLS, credentials and impersonation are those of `transport`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import urllib3

from kubectl_pullsecret.sources.connection import Connection
from kubectl_pullsecret.sources.transport.dialling import route_to
from kubectl_pullsecret.sources.transport.request_headers import headers_of

if TYPE_CHECKING:
    from kubernetes.client import ApiClient


def api_client(connection: Connection) -> ApiClient:
    """A client of the package for an authenticated connection. To be closed.

    Raises:
        PullSecretError: the connection's URLs, certificates or credentials cannot be used.
    """
    from kubernetes.client import ApiClient, Configuration  # a quarter of a second

    requests = _Requests(connection)
    configuration = Configuration()
    configuration.host = requests.base
    client = ApiClient(configuration)
    client.rest_client.pool_manager = requests
    return client


class _Requests(urllib3.PoolManager):
    """The package's requests, made over our route and with our headers."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._own = headers_of(connection)
        self._route = route_to(connection, os.environ)
        self.base = self._route.base

    def urlopen(  # type: ignore[override]  # urllib3's own managers override it like this
        self, method: str, url: str, redirect: bool = False, **more: Any
    ) -> urllib3.BaseHTTPResponse:
        """Make a request; only our headers say who asks."""
        headers = self._own.copy()
        for name, value in more.pop("headers", {}).items():
            if name not in headers:
                headers[name] = value
        target = self._route.target(url.removeprefix(self.base))
        more |= {"headers": headers, "redirect": redirect, "assert_same_host": False}
        return self._route.pool.urlopen(method, target, **more)

    def clear(self) -> None:
        """Close the connections."""
        self._route.pool.close()
