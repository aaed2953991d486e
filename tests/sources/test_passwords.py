"""A password through a pipe."""

from __future__ import annotations

import io

import pytest

from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.sources.passwords import piped_password


@pytest.mark.parametrize(
    ("piped", "password"),
    [
        (b"secret", "secret"),
        (b"secret\n", "secret"),
        (b"secret\r\n", "secret"),
        (b"secret\n\n", "secret\n"),
        (b" se cret ", " se cret "),
        ("pässword".encode(), "pässword"),
        (b"\xff\n", "\udcff"),
    ],
    ids=["as it is", "LF", "CRLF", "one of two", "blanks", "UTF-8", "any byte"],
)
def test_one_line_end_is_none_of_the_password(piped: bytes, password: str) -> None:
    assert piped_password(io.BytesIO(piped)).reveal() == password


@pytest.mark.parametrize("piped", [b"", b"\n", b"\r\n", b"x" * (1024 * 1024 + 1)])
def test_nothing_and_too_much_are_no_password(piped: bytes) -> None:
    with pytest.raises(PullSecretError) as caught:
        piped_password(io.BytesIO(piped))
    assert caught.value.exit_code is ExitCode.USAGE
