"""From facts to findings: why an image does not pull. Pure: no I/O, no clock.

    report = diagnose(snapshot, Selection(), now=now)

`match`, `list` and `inspect` have their cores here too (`matching`, `inventory`). The names below
are imported when they are first asked for: a command pays only for the part that it uses.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubectl_pullsecret.diagnosis.doctor import diagnose
    from kubectl_pullsecret.diagnosis.reasons import REASONS
    from kubectl_pullsecret.diagnosis.selection import Selection

__all__ = ["REASONS", "Selection", "diagnose"]


def __getattr__(name: str) -> object:
    if name == "REASONS":
        from kubectl_pullsecret.diagnosis.reasons import REASONS

        return REASONS
    if name == "Selection":
        from kubectl_pullsecret.diagnosis.selection import Selection

        return Selection
    if name == "diagnose":
        from kubectl_pullsecret.diagnosis.doctor import diagnose

        return diagnose
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
