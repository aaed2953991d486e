"""Registries of the tests' own, and who asks them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.registry import Registries, Settings, hops
from tests.net.authorities import Authority
from tests.net.serving import Serve, authority, serve

__all__ = ["Ask", "Serve", "authority", "serve"]

# The system's authorities take longer to read than a test.
NO_ROOTS = {"SSL_CERT_FILE": os.devnull}

Ask = Callable[..., list[Answer]]


@pytest.fixture(scope="session")
def authorities(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that --registry-ca names."""
    path = tmp_path_factory.mktemp("authorities") / "ca.pem"
    path.write_text(authority.pem)
    return path


@pytest.fixture
def ask(authorities: Path) -> Iterator[Ask]:
    """Ask questions in one run; the answers in their order."""
    with ExitStack() as runs:

        def asked(
            *questions: Question,
            environment: dict[str, str] | None = None,
            plain_http: bool = False,
            timeout: float = 5.0,
            log: Callable[[str], None] | None = None,
        ) -> list[Answer]:
            settings = Settings(authorities, plain_http, timeout)
            run = runs.enter_context(Registries(settings, NO_ROOTS | (environment or {}), log, 9))
            answers = run.ask(questions, lambda _: None)
            return [answers[question] for question in questions]

        yield asked


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hops, "_PAUSE", 0.02)
