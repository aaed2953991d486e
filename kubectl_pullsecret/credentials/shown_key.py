"""A registry key as it may be shown: where it can hold a password, that part is masked."""

from __future__ import annotations

import re

from kubectl_pullsecret.credentials.masked import MASK


def shown_key(key: str) -> str:
    """The key without user info and query, which people do write into it: `https://•••@host/`.

    Everything before the last `@` is masked, also behind a slash, as a password may hold one; the
    `@` of a digest (`app@sha256:…`) is none of these.
    """
    scheme = re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/+)?", key)
    start = scheme.end() if scheme else 0
    digest = re.search(r"@sha(?:256|384|512):[0-9a-f]{32,}$", key)
    end = digest.start() if digest else len(key)
    at = key.rfind("@", start, end)
    visible = key[start:] if at < 0 else MASK + key[at:]
    before, mark, _ = _cut(visible)
    return key[:start] + before + (mark + MASK if mark else "")


def _cut(text: str) -> tuple[str, str, str]:
    """The text before its query or fragment, the mark, and the rest."""
    at = min((place for place in map(text.find, "?#") if place >= 0), default=len(text))
    return text[:at], text[at : at + 1], text[at + 1 :]
