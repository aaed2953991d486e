"""Foreign text as it may be shown: what registries, runtimes and people write into it is masked.

Error messages repeat URLs, headers and bodies, and image names hold what somebody pasted. This is a
net under everything that is quoted; our own secrets never get this far, they are `Masked`.
"""

from __future__ import annotations

import re
from functools import cache

from kubectl_pullsecret.credentials.masked import MASK

# What may stand before a credential in foreign text, and the credential. `keep` is shown.
_PATTERNS = (
    # https://user:password@host, user:password@host; the @ of a digest is none of these
    r"(?P<keep>\w[\w+.-]*://)[^\s\"']+(?=@(?!sha\d+:))",
    r"(?P<keep>(?<!\w))[^\s/\"'@=]+:[^\s/\"'@]+(?=@(?!sha\d+:))",
    # ?access_token=…, X-Amz-Signature=…, password=…
    r"(?P<keep>(?i:\b[\w-]*(?:token|signature|sig|password|passwd|secret|credential|api_?key|auth))=[\"']?)"
    r"[^\s&\"',;)]+",
    # "password": "…"
    r"(?P<keep>\"(?i:[\w-]*(?:token|password|passwd|secret|auth))\"\s*:\s*\")[^\"]*",
    r"(?P<keep>(?i:\bpassword):\s*)(?!unauthorized|denied|error)[^\s\"',;)]+(?=$|\s*[,;\"')])",
    r"(?P<keep>--(?:docker-)?password[= ])[^\s]+",
    r"(?P<keep>(?i:\bauthorization):\s*(?i:basic|bearer)\s+)[^\s\"']+",
    # Authorization: Basic …, Bearer …; never a word like "basic authentication"
    r"(?P<keep>\b(?i:basic|bearer)\s+)(?=[\w.~+/=-]*[\d=+/])[\w.~+/=-]{12,}",
    r"(?P<keep>\b(?i:x-registry-auth|set-cookie|cookie):\s*)[^\s\"']+",
    r"(?P<keep>)\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?",  # a JSON Web Token
    r"(?P<keep>)\b(?:gh[pousr]_|github_pat_|glpat-|gldt-|dckr_[po]at_)[\w-]{8,}",
)
# Nothing is masked without one of these: most messages cost one search.
_HINT = r"@|=|\"\s*:|eyJ|_|glpat-|gldt-|(?i:basic|bearer|password|x-registry-auth|cookie)"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def redact(text: str) -> str:
    """The text with everything masked that looks like a credential."""
    if not _compiled(_HINT).search(text):
        return text
    for pattern in _PATTERNS:
        text = _compiled(pattern).sub(rf"\g<keep>{MASK}", text)
    return text
