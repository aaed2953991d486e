"""Fixtures for tests of whoever dials: servers that end with the test, and their authority."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest
import trustme

from tests.net.authorities import Authority
from tests.net.scripted import Script, ScriptedServer, scripted


class Serve(Protocol):
    """Starts a server that ends with the test."""

    def __call__(
        self, script: Script, context: ssl.SSLContext | None = None, *, ipv6: bool = False
    ) -> ScriptedServer: ...


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority(trustme.CA())


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that end with the test."""
    with ExitStack() as running:

        def start(
            script: Script, context: ssl.SSLContext | None = None, *, ipv6: bool = False
        ) -> ScriptedServer:
            return running.enter_context(scripted(script, context, ipv6=ipv6))

        yield start
