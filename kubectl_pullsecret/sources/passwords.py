"""A password that is typed without echo, or comes through a pipe."""

from __future__ import annotations

from typing import BinaryIO

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import ExitCode, PullSecretError

_LONGEST = 1024 * 1024  # bytes; more than a Secret can hold


def piped_password(stdin: BinaryIO) -> Masked:
    """Read all of standard input, less one line end, as `docker login --password-stdin` does.

    Raises:
        PullSecretError: (exit 2) nothing came, or more than a Secret can hold.
    """
    octets = stdin.read(_LONGEST + 1)
    if len(octets) > _LONGEST:
        raise _useless("standard input holds more than 1 MiB, which is no password")
    text = octets.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")
    if not text:
        raise _useless("standard input holds no password; did the command before the pipe fail?")
    return Masked(text)


def typed_password(prompt: str) -> Masked:
    """Ask on the terminal, without echo.

    Raises:
        PullSecretError: (exit 2) nothing was typed, or the terminal cannot hide what is typed.
    """
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            text = getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise _useless("this terminal cannot hide what is typed; use a pipe") from None
    except (EOFError, UnicodeDecodeError):
        text = ""
    if not text:
        raise _useless("no password was typed")
    return Masked(text)


def _useless(message: str) -> PullSecretError:
    return PullSecretError(message, exit_code=ExitCode.USAGE)
