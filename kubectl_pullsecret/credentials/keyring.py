"""Which credentials the kubelet would try for an image, in which order.

A transcript of kubelet 1.34.4, pkg/credentialprovider/keyring.go: a sorted list, walked linearly.
The same file is in 1.35.4 and 1.36.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from kubectl_pullsecret.credentials import go_glob, go_url
from kubectl_pullsecret.credentials.malformed import Malformed
from kubectl_pullsecret.credentials.payload import AuthEntry, Payload, PullSecret
from kubectl_pullsecret.images import HUB, Reference

DEFAULT_REGISTRY_HOST = "index.docker.io"

KEYS_REMEMBERED = 65_536  # one secret can hold some 10,000, and hundreds of pods list it


class InvalidKey(ValueError):  # noqa: N818 - says what it is
    """A registry key that is no URL: the kubelet ignores the entry. Quotes nothing of the key."""


class MalformedSecret(ValueError):  # noqa: N818 - says what it is
    """A Secret that the kubelet cannot parse: no credential at all is tried, not even another's."""

    def __init__(self, secret: str, malformed: Malformed) -> None:
        super().__init__(f"secret/{secret}: {malformed.where}: {malformed.why}")
        self.secret = secret
        self.malformed = malformed


class Credential(NamedTuple):
    """One credential that the kubelet would try, and where it comes from."""

    secret: str  # the Secret's name
    entry: AuthEntry
    lookup_key: str  # what the key means: "registry.test:5000/team", "index.docker.io"


class Keyring:
    """The credentials of a pod's Secrets, in the order of its imagePullSecrets.

    Entries of one Secret with the same lookup key are in the order of the text; the kubelet has
    them in random order (Go map iteration).
    """

    def __init__(self, secrets: Iterable[PullSecret]) -> None:
        """Build it as MakeDockerKeyring does. Raises MalformedSecret at the first malformed one."""
        self._credentials: dict[str, list[Credential]] = {}
        for secret in secrets:
            if isinstance(secret.content, Malformed):
                raise MalformedSecret(secret.name, secret.content)
            if isinstance(secret.content, Payload):
                self._add(secret.name, secret.content)
        # reverse-sorted, "so more specific paths are matched first" (keyring.go, Add)
        self._index = sorted(self._credentials, key=_octets, reverse=True)

    def lookup(self, reference: Reference) -> tuple[Credential, ...]:
        """Find all credentials for an image, in the order in which they are tried (Lookup)."""
        repository = reference.repository
        target = _split(repository)
        found: list[Credential] = []
        for key in self._index:
            if _match(_split(key), target):
                found += self._credentials[key]
        if not found and is_default_registry(reference.registry):
            found = self._credentials.get(DEFAULT_REGISTRY_HOST, [])
        return tuple(found)

    def _add(self, secret: str, payload: Payload) -> None:
        for entry in payload.entries:
            try:
                key = lookup_key(entry.key)
            except InvalidKey:
                continue
            self._credentials.setdefault(key, []).append(Credential(secret, entry, key))


@lru_cache(maxsize=KEYS_REMEMBERED)
def lookup_key(key: str) -> str:
    """Tell what the kubelet compares images with: host and path, less /v1 or /v2 (Add).

    Bytes that are not UTF-8 are lone surrogates ("surrogateescape"). Raises InvalidKey.
    """
    url = key if key.startswith(("https://", "http://")) else f"https://{key}"
    try:
        host, path = go_url.parse(url)
    except go_url.InvalidURLError as error:
        raise InvalidKey(str(error)) from None
    if path.startswith(("/v1/", "/v2/")):
        path = path[3:]
    return host if path == "/" else host + path


def urls_match(key: str, repository: str) -> bool:
    """Tell whether a lookup key serves a repository: globs in the host's labels, a prefix as path.

    Source: URLsMatchStr. What cannot be parsed matches nothing.
    """
    return _match(_split(key), _split(repository))


class _Location:
    """Host, by its labels, port and path."""

    __slots__ = ("labels", "path", "port")

    def __init__(self, labels: tuple[str, ...], port: str, path: str) -> None:
        self.labels = labels
        self.port = port
        self.path = path


def _match(glob: _Location | None, target: _Location | None) -> bool:
    """Compare port, number of labels, path and labels (URLsMatch)."""
    if glob is None or target is None or glob.port != target.port:
        return False
    if len(glob.labels) != len(target.labels) or not target.path.startswith(glob.path):
        return False
    return all(map(go_glob.matches, glob.labels, target.labels))


@lru_cache(maxsize=KEYS_REMEMBERED)
def _split(schemeless: str) -> _Location | None:
    """Parse host, port and path (ParseSchemelessURL, SplitURL); None if they are no URL."""
    try:
        host, path = go_url.parse(f"https://{schemeless}")
    except go_url.InvalidURLError:
        return None
    host, port = go_url.split_host_port(host) or (host, "")
    return _Location(tuple(host.split(".")), port, path)


def is_default_registry(registry: str) -> bool:
    """Tell whether an image of this registry is taken for Docker Hub's (isDefaultRegistryMatch)."""
    return registry == HUB or {".", ":"}.isdisjoint(registry)


def _octets(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")
