"""What an image name means to the kubelet, and why, in words; or why it is none.

The meaning itself is `images.Reference`; this file explains it to a first-time reader. Sources:
distribution/reference 0.6.0, normalize.go and regexp.go; Kubernetes 1.34,
pkg/util/parsers/parsers.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.images import HUB, InvalidReference, Reference

_FROZEN = "k8s.gcr.io"
_FROZEN_NOW = "registry.k8s.io"
_NOT_HUB = ("registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com", "docker.com")
_LONGEST_PATH, _LONGEST_TAG = 255, 128


class ImageName(NamedTuple):
    """An image name explained. `reference` is None for a name that the kubelet refuses."""

    written: str
    reference: Reference | None
    why: tuple[str, ...]  # one clause for each rule that acted, or why it is refused
    remark: str = ""  # what is wrong with using it although it is a name
    write_instead: str | None = None
    kubelet_text: str = ""  # the kubelet's words for a refused name

    @property
    def meaning(self) -> str:
        """The whole name, `docker.io/library/nginx:latest`; "" for a refused one."""
        return "" if self.reference is None else str(self.reference)


def explain_name(image: str) -> ImageName:
    """Say what an image name means. Never raises: a refused name is explained too.

    A refused name may be a URL with a password in it: that part is masked.
    """
    try:
        reference = Reference.parse(image)
    except InvalidReference as refused:
        return ImageName(
            redact(image),
            None,
            (_why_refused(image),),
            "",
            _corrected(redact(image)),
            kubelet_text=redact(str(refused)),
        )
    why = (*_why_registry(image, reference), *_why_tag(image, reference))
    remark, write_instead = _remark(image, reference)
    return ImageName(image, reference, why, remark, write_instead)


def _why_registry(image: str, reference: Reference) -> tuple[str, ...]:
    name = image.partition("@")[0]
    first, slash, rest = name.partition("/")
    if not slash:
        return (_no_registry(first), "one segment, so library/ before it")
    if not _is_registry(first):
        return (f"{first} has neither dot nor colon, so no registry is named: Docker Hub ({HUB})",)
    if not reference.on_hub:
        return (_registry(first),)
    alias = f"{first} is another name of {HUB}" if first != HUB else f"{HUB} is Docker Hub"
    return (alias,) if "/" in rest else (alias, "one segment behind it, so library/ before it")


def _no_registry(name: str) -> str:
    head, colon, tag = name.partition(":")
    if colon and ("." in head or head == "localhost") and tag.isdigit():
        return f"without a slash no registry: {tag} is the tag, and Docker Hub ({HUB}) is meant"
    return f"no registry in the name, so Docker Hub ({HUB})"


def _is_registry(segment: str) -> bool:
    """Whether the first segment is a host (normalize.go, splitDockerDomain)."""
    named = segment == "localhost" or "." in segment or ":" in segment
    return named or segment != segment.lower()


def _registry(segment: str) -> str:
    if segment == "localhost":
        return "localhost is a registry: the node itself"
    for mark, words in ((".", "a dot"), (":", "a colon")):
        if mark in segment:
            return f"{segment} has {words}, so it is the registry"
    return f"{segment} has an upper-case letter, so it is taken for a registry"


def _why_tag(image: str, reference: Reference) -> tuple[str, ...]:
    if reference.digest:
        return ("the digest decides; the tag is not used",) if reference.tag else ()
    tagged = ":" in image.rpartition("/")[2]
    return () if tagged else ("no tag, so latest",)


def _remark(image: str, reference: Reference) -> tuple[str, str | None]:
    """What to tell of a valid name that hardly means what its writer meant."""
    host = reference.registry
    if host == _FROZEN:
        moved = _FROZEN_NOW + image[len(_FROZEN) :]
        return f"{_FROZEN} is frozen: no new images since April 2023; they moved", moved
    if host in _NOT_HUB:
        hub = HUB + image[len(host) :]
        return f"{host} is not {HUB} to the kubelet: no Docker Hub key serves it", hub
    if host == host.lower():
        return "", None
    lower = image.replace(host, host.lower(), 1)
    if "." in host or ":" in host:
        return "upper case counts: only a key that spells the registry so serves it", lower
    return "an image of Docker Hub is written in lower case", lower


_Test = Callable[[str], object]


def _why_refused(image: str) -> str:
    """The first rule that the name breaks, in words."""
    return next((words for broken, words in _REFUSALS if broken(image)), _GRAMMAR)


_GRAMMAR = "it does not have the form [registry[:port]/]path[:tag][@digest]"
_REFUSALS: tuple[tuple[_Test, str], ...] = (
    (lambda image: not image, "it is empty"),
    (lambda image: "{{" in image or "$" in image, "it holds a placeholder that nobody filled in"),
    (lambda image: "://" in image, "an image name has no scheme such as https://"),
    (lambda image: re.search(r"[\s\x00-\x1f\x7f]", image), "it holds a blank or a line end"),
    (lambda image: not image.isascii(), "it holds a character that is not ASCII"),
    (
        lambda image: re.fullmatch(r"[0-9a-f]{64}", image),
        "64 hex digits alone are an image ID, not a name",
    ),
    (
        lambda image: "@" in image,
        "behind @ stands no digest: sha256: and 64 hex digits in lower case",
    ),
    (
        lambda image: not re.fullmatch(r"[A-Za-z0-9._/-]*", _path(image)),
        "the path may hold only a-z, 0-9, . _ - and /",
    ),
    (lambda image: _path(image) != _path(image).lower(), "the path must be in lower case"),
    (lambda image: not _path(image), "no path behind the registry"),
    (lambda image: "" in _path(image).split("/"), "two slashes meet, or one stands at an end"),
    (lambda image: image.endswith(":"), "nothing stands behind the last colon: the tag is missing"),
    (
        lambda image: len(_tag(image)) > _LONGEST_TAG,
        f"the tag is longer than {_LONGEST_TAG} characters",
    ),
    (
        lambda image: _tag(image) and not re.fullmatch(r"\w[\w.-]*", _tag(image), re.ASCII),
        "the tag may hold letters, digits, _ . - and begins with none of . -",
    ),
    (
        lambda image: len(_path(image)) > _LONGEST_PATH,
        f"the path is longer than {_LONGEST_PATH} characters",
    ),
    (
        lambda image: not all(_is_component(part) for part in _path(image).split("/")),
        "between letters and digits only one of . _ __ or dashes may stand, and none at an end",
    ),
)


def _is_component(segment: str) -> bool:
    return re.fullmatch(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*", segment) is not None


def _path(image: str) -> str:
    """Everything between the registry and the tag."""
    name = image.partition("@")[0]
    head, slash, rest = name.partition("/")
    path = rest if slash and _is_registry(head) else name
    before, _, last = path.rpartition("/")
    return f"{before}/{last.partition(':')[0]}" if before or "/" in path else last.partition(":")[0]


def _tag(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _corrected(image: str) -> str | None:
    """The valid name that was surely meant: without blanks, scheme or upper case."""
    bare = image.strip()
    bare = bare.partition("://")[2] if bare.startswith(("https://", "http://")) else bare
    path = _path(bare)
    whole = bare.rstrip("/:") if path else bare
    for candidate in (bare, whole, whole.replace(path, path.lower(), 1)):
        if candidate != image and Reference.parse_or_none(candidate) is not None:
            return candidate
    return None
