"""What the API server warns of: a policy, a deprecated field, a name that is there twice."""

from __future__ import annotations

import re
from collections.abc import Callable

from kubectl_pullsecret.sources.transport.answers import Answer

_QUOTED = r'299 [^ ]+ "((?:[^"\\]|\\.)*)"'  # RFC 7234, 5.5; the code is all that it uses


class ServerWarnings:
    """Passes warnings on, each once."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._told: set[str] = set()

    def tell(self, answer: Answer) -> None:
        """Tell those of an answer."""
        if "Warning" not in answer.headers:
            return
        for header in answer.headers.getlist("Warning"):
            for quoted in re.findall(_QUOTED, header):
                text = re.sub(r"\\(.)", r"\1", quoted)
                if text not in self._told:
                    self._told.add(text)
                    self._warn(text)
