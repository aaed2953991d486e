"""What an image name means: registry, path, tag and digest, by the kubelet's own rules.

No registry is asked. Which credential serves an image is `credentials.keyring`.
Sources: kubelet 1.34.4, pkg/util/parsers/parsers.go, ParseImageName; distribution/reference 0.6.0.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

HUB = "docker.io"  # the registry of an image of Docker Hub
_LEGACY_REGISTRY = "index.docker.io"
_OFFICIAL = "library/"
_LONGEST_PATH = 255

_INVALID = "invalid reference format"
_UPPER_CASE = "repository name must be lowercase"

# go-digest 1.0.0, algorithm.go: the algorithms that it knows, with their hex digits.
_HEX_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


class InvalidReference(ValueError):  # noqa: N818 - says what it is
    """An image name that nobody can pull; says why in the kubelet's own words."""


class Reference(NamedTuple):
    """One image, normalised: `nginx` is `docker.io/library/nginx:latest`."""

    written: str  # exactly as somebody wrote it
    registry: str  # "docker.io", "registry.test:5000", "[::1]:5000"; case kept
    path: str  # "library/nginx"
    tag: str  # "latest" where neither a tag nor a digest is written; "" beside a lone digest
    digest: str  # "sha256:…", or ""

    @property
    def on_hub(self) -> bool:
        """Whether it is an image of Docker Hub."""
        return self.registry == HUB

    @classmethod
    def parse_or_none(cls, image: str) -> Reference | None:
        """Read an image name; None for one that the kubelet refuses."""
        try:
            return cls.parse(image)
        except InvalidReference:
            return None

    @classmethod
    def parse(cls, image: str) -> Reference:
        """Read an image name as the kubelet does. Raises InvalidReference.

        Source: distribution/reference, normalize.go, ParseNormalizedNamed.
        """
        if re.fullmatch("[a-f0-9]{64}", image):
            raise InvalidReference(
                f"invalid repository name ({image}), cannot specify 64-byte hexadecimal strings"
            )
        registry, remainder = _split_registry(image)
        remote = remainder.partition(":")[0]
        if remote.lower() != remote:
            raise InvalidReference(f"{_INVALID}: repository name ({remote}) must be lowercase")
        repository, tag, digest = _parts(f"{registry}/{remainder}")
        registry, _, path = repository.partition("/")
        return cls(image, registry, path, tag or ("" if digest else "latest"), digest)

    @property
    def repository(self) -> str:
        """What registry keys are compared with: registry and path, "docker.io/library/nginx"."""
        return f"{self.registry}/{self.path}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"


def _split_registry(name: str) -> tuple[str, str]:
    """Tell the registry by the first segment (normalize.go, splitDockerDomain)."""
    first, slash, rest = name.partition("/")
    if not slash:
        return HUB, _OFFICIAL + name
    if first == _LEGACY_REGISTRY:
        first = HUB
    if not (first == "localhost" or "." in first or ":" in first or first.lower() != first):
        first, rest = HUB, name
    if first == HUB and "/" not in rest:
        rest = _OFFICIAL + rest
    return first, rest


def _parts(name: str) -> tuple[str, str, str]:
    """Part repository, tag and digest of a name with registry (reference.go, Parse)."""
    match = _reference_pattern().fullmatch(name)
    if match is None:
        lower = name.replace("\u0130", "i").lower()  # Go has one letter for Python's two
        is_case = _reference_pattern().fullmatch(lower) is not None
        raise InvalidReference(_UPPER_CASE if is_case else _INVALID)
    registry, path, tag, digest = match.groups(default="")
    if len(path) > _LONGEST_PATH:
        raise InvalidReference(f"repository name must not be more than {_LONGEST_PATH} characters")
    if digest:
        _check_digest(digest)
    return registry + path, tag, digest


def _check_digest(digest: str) -> None:
    """Refuse what is no SHA-2 digest in lower-case hex (go-digest 1.0.0, digest.go, Validate)."""
    algorithm, _, encoded = digest.partition(":")
    digits = _HEX_DIGITS.get(algorithm)
    if digits is None and algorithm == algorithm.lower():
        raise InvalidReference("unsupported digest algorithm")
    if digits is not None and digits != len(encoded):
        raise InvalidReference("invalid checksum digest length")
    if digits is None or encoded != encoded.lower():
        raise InvalidReference("invalid checksum digest format")


@cache
def _reference_pattern() -> re.Pattern[str]:
    """Build distribution/reference's grammar (regexp.go); compiled when first needed."""
    label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    host = rf"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
    component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    path = f"{component}(?:/{component})*"
    tag = r"[\w][\w.-]{0,127}"
    word = "[A-Za-z][A-Za-z0-9]*"
    digest = f"{word}(?:[-_+.]{word})*:[0-9a-fA-F]{{32,}}"
    return re.compile(f"({host}/)?({path})(?::({tag}))?(?:@({digest}))?", re.ASCII)
