"""A registry's own words, as they may be quoted: one line, bounded, without a credential. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.registry.echoes import cut_out
from kubectl_pullsecret.registry.messages import Response

_MOST_LETTERS = 200


class Words(NamedTuple):
    """What an answer that is no success says."""

    code: str = ""  # "MANIFEST_UNKNOWN", "" for none
    message: str = ""
    structured: bool = False  # as the distribution specification has it
    web_page: bool = False


def read_words(response: Response) -> Words:
    """Find code and message: `errors` (distribution spec), what token services write, or text."""
    text = response.body.decode("utf-8", "replace").strip()
    if _is_web_page(response, text):
        return Words(web_page=True)
    try:
        found: object = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return Words(message=text.splitlines()[0] if text.isprintable() or "\n" in text else "")
    if not isinstance(found, dict):
        return Words()
    errors = found.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else errors
    if isinstance(first, dict):
        return Words(_text(first, "code"), _text(first, "message"), structured=True)
    message = _text(found, "error_description", "details", "detail", "message", "error")
    return Words(_text(found, "code", "error") if message else "", message)


def said_by(response: Response, words: Words, secrets: Iterable[Masked]) -> str:
    """The status and the words, as they may be shown: "401 Unauthorized: DENIED: go away"."""
    message = "a web page" if words.web_page else words.message
    parts = (response.status_words, words.code if words.code != message else "", message)
    return quotable(": ".join(part for part in parts if part), secrets)


def quotable(text: str, secrets: Iterable[Masked] = ()) -> str:
    """Foreign text on one line and masked; cut last, so that no credential is cut in two."""
    line = cut_out(" ".join(text.split()), secrets)[: 10 * _MOST_LETTERS]
    line = redact(line).rstrip(".")
    return line if len(line) <= _MOST_LETTERS else line[: _MOST_LETTERS - 1] + "…"


def _is_web_page(response: Response, text: str) -> bool:
    return "html" in response.content_type or text[:200].lower().startswith(("<!doctype", "<html"))


def _text(found: dict[str, object], *names: str) -> str:
    """The first that is a text, or a number."""
    for name in names:
        value = found.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""
