"""What was sent, cut out of what comes back: a registry may repeat a credential. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from kubectl_pullsecret.credentials.masked import MASK, Masked


def cut_out(text: str, secrets: Iterable[Masked]) -> str:
    """Mask the secrets in a text, in every form that they may have there."""
    for form in sorted({form for one in secrets for form in _forms(one)}, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


def _forms(secret: Masked) -> Iterator[str]:
    """How a secret may look where somebody repeats it."""
    text = secret.reveal()
    raw = text.encode("utf-8", "surrogateescape")
    shown = raw.decode("utf-8", "replace")
    forms = (
        text,
        " ".join(shown.split()),
        quote(raw),
        quote_plus(raw),
        json.dumps(text)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    )
    yield from (form for form in forms if form)
