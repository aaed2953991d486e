"""`--request-timeout` as kubectl reads it. Pure."""

from __future__ import annotations

import re

from kubectl_pullsecret.errors import ExitCode, PullSecretError

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_LONGEST = 2**63 / 1e9  # seconds in a Go duration, about 292 years


def parse_timeout(written: str) -> float | None:
    """Return seconds; None for no limit: nothing written, zero or a negative length.

    Raises PullSecretError with exit code USAGE for what kubectl refuses. Source: client-go 0.34,
    tools/clientcmd/helpers.go, ParseTimeout; Go's time.ParseDuration.
    """
    if not written:
        return None
    whole = re.fullmatch(r"\+?[0-9]{1,18}|-0+", written)
    seconds = float(written) if whole else _duration(written)
    if seconds is None:
        raise PullSecretError(
            "--request-timeout is neither a number of seconds nor a length of time such as 30s",
            remedy="write it like 30s, 5m or 1m30s; 0 for no limit",
            exit_code=ExitCode.USAGE,
        )
    return seconds if 0 < seconds < _LONGEST else None


def _duration(written: str) -> float | None:
    sign, text = written[0], written.lstrip("+-") if written[1:2] not in ("+", "-") else ""
    if text == "0":
        return 0.0
    part = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)"
    if not re.fullmatch(f"(?:{part})+", text):
        return None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(part, text))
    if seconds >= _LONGEST:
        return None
    return -seconds if sign == "-" else seconds
