"""The facts of one attempt: its words, where it was, which host answered with which status."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from kubectl_pullsecret.diagnosis.pull_errors import phrases
from kubectl_pullsecret.diagnosis.pull_errors.unwrap import Unwrapped, one_line

# Hosts that belong to one registry: redirects and Hub's spellings are no mirrors.
_FAMILIES = (
    ("docker.io", "docker.com"),
    ("registry.k8s.io", "k8s.gcr.io", "pkg.dev", "amazonaws.com", "gcr.io"),
    ("redhat.io", "redhat.com", "quay.io"),
    ("mcr.microsoft.com", "azurecr.io"),
)

_STATUS_WORDS = {
    "forbidden": 403, "not found": 404, "method not allowed": 405,
    "proxy authentication required": 407, "too many requests": 429, "internal server error": 500,
    "bad gateway": 502, "service unavailable": 503, "gateway timeout": 504, "gateway time-out": 504,
}  # fmt: skip

_STATUS = (
    # containerd: `failed with status code [manifests v1]: 401`; podman: `StatusCode: 401`
    r"status ?(?:code)?(?: from registry)?(?: <url>)?(?: \[[^\]]{0,300}\])?[:= ]{1,3}([1-5]\d\d)\b"
    r"|\b(?:head|get|post|put) request to <url>:? ?([1-5]\d\d)\b"
    r"|parsing http ([1-5]\d\d) response"  # dockerd, a body that is not JSON
    r"|http (?:(?:status|response)[a-z ]{0,16}:? ?|code: )([1-5]\d\d)\b"
    r"|<url>\"?: ([45]\d\d)\b"
    r"|\b([45]\d\d) (?:unauthorized|forbidden|not found|method not allowed|proxy authentication"
    r"|too many requests|internal server error|bad gateway|service |gateway time)"
)

# containerd and containers/image ask with a verb before the URL; other URLs are advice.
_ASKED = r"(?i)(\b(?:get|head|post|put|to|code|at|url|from|probing)\b:? ?[\"(]?)(https?://[^\s\"]{1,4000})"

# An error of the distribution API, as dockerd and containerd print its code and message.
_ERROR_CODE = (
    r"(?:^|<url>\"?: |: |- )(?:server message: |errors?: )?(?:unauthorized|denied|unknown"
    r"|manifest unknown|name unknown|blob unknown|manifest invalid|name invalid|toomanyrequests"
    r"|unavailable|unsupported): (?!$)"
)

# Where messages name a repository that need not be the image's own spelling.
_NAMED = r"(?i)\b(for|repository:?|repo|artifact|image) [^\s,:<]{1,600}/[^\s,]{1,600}"

_NAMED_HOSTS = (
    ("pulling from host ", r"pulling from host (\S{1,300}) failed"),
    ("pinging ", r"pinging (?:container|docker) registry ([\w.\[\]-]{1,300}(?::\d+)?)"),
    ("lookup ", r"dial tcp: lookup ([\w.-]{1,300})"),
    ("reading manifest ", r"reading manifest \S{1,300} in ([\w.-]{1,300}(?::\d+)?)/"),
)


class Reading(NamedTuple):
    """One attempt, read. `words` is lower case, URLs are `<url>`, the image's name is `<image>`."""

    core: str
    words: str
    layers: frozenset[str]
    code: str  # gRPC, "" if none
    url: str  # the last that was asked, "" if none
    status: int | None
    status_is_word: bool  # `Get "…": Forbidden`, no number: so Go's net/http tells of a proxy
    answered_at: int  # index into words where an answer begins; len(words) if there was none
    image_hosts: frozenset[str]  # of the image as the pod and as the layers name it

    @property
    def host(self) -> str | None:
        """Host and port that was asked or dialled; None where the message names none."""
        return _authority(self.url) or _named_host(self.words)

    @property
    def asked(self) -> str:
        """What the URL is for: manifest, blob, ping, token, other; "" without a URL."""
        return _purpose(self.url)

    @property
    def mirror(self) -> str | None:
        """The host that answered a registry request in place of the image's own."""
        host = self.host
        if host is None or (self.url and not _path(self.url).startswith("v2/")):
            return None
        named = _stands_for(self.url)
        meant = {named} if named else self.image_hosts
        foreign = meant and not any(_same_registry(host, one) for one in meant)
        return host if foreign else None

    def says(self, *wanted: str) -> bool:
        """Whether one of the phrases stands in the words."""
        return phrases.first(wanted, self.words) >= 0

    def says_unanswered(self, *wanted: str) -> bool:
        """Whether a phrase stands before any answer: behind it the registry tells of others."""
        return 0 <= phrases.first(wanted, self.words) <= self.answered_at


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def read(unwrapped: Unwrapped, image: str | None) -> Reading:
    """Collect the facts; `image` is the name as the pod wrote it, if known. Never raises."""
    core = one_line(unwrapped.core)
    url, words = _without_urls(core)
    images = [name for name in (image, *unwrapped.images) if name]
    words = _without_images(words, images).lower()
    status, status_at, is_word = _status(words)
    return Reading(
        core=core,
        words=words,
        layers=unwrapped.layers,
        code=unwrapped.code,
        url=url,
        status=status,
        status_is_word=is_word,
        answered_at=min(status_at, _error_code_at(words)),
        image_hosts=frozenset(registry_host(name) for name in images),
    )


def registry_host(image: str) -> str:
    """Name the registry of an image; invalid and redacted names have one too."""
    first, slash, _ = image.removeprefix("docker://").removeprefix("https://").partition("/")
    named = slash and (any(sign in first for sign in ".:<[") or first == "localhost")
    return first if named else "docker.io"


def _without_urls(core: str) -> tuple[str, str]:
    """Take out the last URL that was asked for; `<url>` stands in its place."""
    if "://" not in core:
        return "", core
    asked = [match[2] for match in _compiled(_ASKED).finditer(core)]
    words = _compiled(_ASKED).sub(lambda match: match[1] + "<url>" + _tail(match[2]), core)
    words = _compiled(r"https?://[^\s\"]+").sub("<link>", words)
    return (asked[-1].rstrip(":,.;)'") if asked else ""), words


def _tail(url: str) -> str:
    """Keep the punctuation after a URL: Go writes `Get https://…/v2/: dial tcp …`."""
    return url[len(url.rstrip(":,.;)'")) :]


def _without_images(words: str, images: Sequence[str]) -> str:
    """Take out names: no repository called `forbidden` or `eof` may speak."""
    named = {image for image in images if any(sign in image for sign in "/:@")}
    for image in sorted(named, key=len, reverse=True):
        words = words.replace(image, "<image>")
    if "docker://" in words:
        words = _compiled(r"docker://[^\s:]{1,600}(?::[^\s:]{1,128})?").sub("<image>", words)
    return _compiled(_NAMED).sub(r"\1 <image>", words) if "/" in words else words


def _status(words: str) -> tuple[int | None, int, bool]:
    """Find the HTTP status that came first, its place, and whether it was only a word."""
    found = _compiled(_STATUS).search(words)
    if found:
        number = next(group for group in found.groups() if group)
        return int(number), found.start(), False
    _, asked, reason = words.rpartition("<url>")
    reason = reason.lstrip('": ').rstrip(". ")
    if asked and reason in _STATUS_WORDS:
        return _STATUS_WORDS[reason], len(words) - len(reason), True
    return None, len(words), False


def _error_code_at(words: str) -> int:
    match = _compiled(_ERROR_CODE).search(words)
    return match.start() if match else len(words)


def _authority(url: str) -> str | None:
    authority = url.partition("://")[2].partition("/")[0].partition("?")[0]
    return authority.rpartition("@")[2] or None


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].partition("?")[0]


def _stands_for(url: str) -> str:
    """Read `?ns=`: which registry a mirror was asked to stand for (containerd)."""
    if "ns=" not in url:
        return ""
    match = _compiled(r"[?&]ns=([^&\s]+)").search(url)
    return match[1] if match else ""


def _named_host(words: str) -> str | None:
    for marker, pattern in _NAMED_HOSTS:
        if marker in words and (match := _compiled(pattern).search(words)):
            return match[1]
    return None


def _purpose(url: str) -> str:
    if not url:
        return ""
    path = _path(url)
    if "manifests/" in path:
        return "manifest"
    if "blobs/" in path:
        return "blob"
    if path.rstrip("/") in {"v2", "v1/_ping"}:
        return "ping"
    return "token" if any(word in path for word in ("token", "auth")) else "other"


def _same_registry(host: str, meant: str) -> bool:
    host, meant = host.lower().partition(":")[0], meant.lower().partition(":")[0]
    if host == meant:
        return True
    return any(_in_family(host, family) and _in_family(meant, family) for family in _FAMILIES)


def _in_family(host: str, family: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in family)
