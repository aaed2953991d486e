"""Why an entry does not serve an image, and what to write instead.

The kubelet compares text; people read hosts. An entry is near if a person would say that it is for
this image: the same host however it is spelt, or one of Docker Hub's names for an image of Docker
Hub. A host that is merely similar is another host. Texts never quote a key: it may hold a password.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from kubectl_pullsecret.credentials.hosts import (
    HUB_ENDPOINTS,
    HUB_KEY,
    WrittenKey,
    ascii_lower,
    cloud_registry,
    is_hub_name,
    read_key,
    split_port,
)
from kubectl_pullsecret.credentials.keyring import (
    DEFAULT_REGISTRY_HOST,
    Credential,
    Keyring,
    urls_match,
)
from kubectl_pullsecret.credentials.payload import AuthEntry, Payload, PullSecret
from kubectl_pullsecret.credentials.spelling import (
    Fault,
    MissReason,
    lookup_key_or_none,
    meant_segments,
    spelling_fault,
)
from kubectl_pullsecret.images import HUB, Reference

__all__ = ["Miss", "MissReason", "explain_misses"]

_RANK = {reason: rank for rank, reason in enumerate(MissReason)}


class Miss(NamedTuple):
    """An entry that does not serve the image."""

    secret: str
    entry: AuthEntry
    reason: MissReason
    text: str  # a short clause: "port 5000 is missing from the key; write registry.test:5000"
    write_instead: (
        str | None
    )  # a key that serves the image; None: none does, or it is there already
    near: bool  # the same host or a Hub alias, so worth proposing


class _Image(NamedTuple):
    """The image, and what the kubelet found for it."""

    reference: Reference
    name: str  # host in lower case, without port
    port: str | None
    offered: tuple[Credential, ...]

    @property
    def on_hub(self) -> bool:
        return self.reference.on_hub

    @property
    def hider(self) -> Credential | None:
        """The first entry that matched, and so keeps index.docker.io from being looked at."""
        matched = (found for found in self.offered if found.lookup_key != DEFAULT_REGISTRY_HOST)
        return next(matched, None) if self.on_hub else None


def explain_misses(reference: Reference, secrets: Sequence[PullSecret]) -> tuple[Miss, ...]:
    """Explain every entry of the readable secrets that does not serve the image.

    Nearest first, then in the order of the secrets and their entries. Secrets that are malformed or
    no pull secrets have no entries here.
    """
    readable = [secret for secret in secrets if isinstance(secret.content, Payload)]
    offered = Keyring(readable).lookup(reference)
    name, port = split_port(ascii_lower(reference.registry))
    image = _Image(reference, name, port, offered)
    serving = {(found.secret, found.entry.key) for found in offered}
    misses = (
        _explain(image, secret, entry)
        for secret, entry in _entries(secrets)
        if (secret, entry.key) not in serving
    )
    return tuple(sorted(misses, key=lambda miss: (not miss.near, _RANK[miss.reason])))


def _entries(secrets: Sequence[PullSecret]) -> Iterator[tuple[str, AuthEntry]]:
    for secret in secrets:
        if isinstance(secret.content, Payload):
            for entry in secret.content.entries:
                yield secret.name, entry


def _explain(image: _Image, secret: str, entry: AuthEntry) -> Miss:
    written = read_key(entry.key)
    near = _is_near(image, written)
    if near or _covers(written.name, image.name):
        fault = _near_fault(image, entry.key, written)
    else:
        fault = _far_fault(image, written)
    write = _write_instead(image, secret, written) if near else None
    if fault.reason is MissReason.HIDDEN:
        write = None
    advice = f"write {write}" if write else ""
    clauses = (fault.clause, advice if near else "not tried")
    return Miss(secret, entry, fault.reason, "; ".join(filter(None, clauses)), write, near)


def _is_near(image: _Image, written: WrittenKey) -> bool:
    if is_hub_name(written.name) and (image.on_hub or image.name in HUB_ENDPOINTS):
        return True
    if "*" in written.host:
        return _is_specific(written.name) and _covers(written.name, image.name)
    return written.name.removesuffix(".") == image.name


def _is_specific(glob: str) -> bool:
    """Tell whether a glob names a domain, such as example.com, and not any host at all."""
    domain = glob.split(".")[-2:]
    return len(domain) == 2 and not any("*" in label for label in domain)


def _covers(glob: str, name: str) -> bool:
    """Tell whether a person thinks the host covered: a star for any text, also for none."""
    return _fits(glob, name) or glob == f"*.{name}"


def _fits(glob: str, name: str) -> bool:
    if "*" not in glob:
        return glob == name
    first, *middle, last = glob.split("*")
    if not (name.startswith(first) and name[len(first) :].endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _near_fault(image: _Image, key: str, written: WrittenKey) -> Fault:
    if fault := _hidden(image, key) or spelling_fault(key):
        return fault
    if image.on_hub and (fault := _hub_fault(image, written)):
        return fault
    return _host_fault(image, written) or _port_fault(image, written) or _path_fault(image, written)


def _hidden(image: _Image, key: str) -> Fault | None:
    if image.hider is None or lookup_key_or_none(key) != DEFAULT_REGISTRY_HOST:
        return None
    hider = f"{image.hider.lookup_key} in secret/{image.hider.secret}"
    clause = f"hidden by {hider}: index.docker.io counts only where nothing else matches"
    return Fault(MissReason.HIDDEN, clause)


def _hub_fault(image: _Image, written: WrittenKey) -> Fault | None:
    if not is_hub_name(written.name) or written.name == HUB:
        return None
    if written.name != DEFAULT_REGISTRY_HOST:
        return Fault(MissReason.HUB_ALIAS, "not a Hub key to the kubelet")
    if written.host != written.name:
        return Fault(MissReason.LETTER_CASE, "letter case differs")
    if written.port == "":
        return Fault(MissReason.OTHER_PORT, "a colon without port behind index.docker.io")
    return (
        _port_fault(image, written)
        or _version_fault(written)
        or Fault(MissReason.HUB_PATH, "index.docker.io with a path is not a Hub key")
    )


def _host_fault(image: _Image, written: WrittenKey) -> Fault | None:
    if image.name in HUB_ENDPOINTS and written.name != image.name:
        return Fault(MissReason.HUB_ALIAS, f"{image.name} is not Docker Hub to the kubelet")
    if written.name.count(".") != image.name.count("."):
        return Fault(MissReason.GLOB_LABELS, "a * stays within one label")
    if not _fits(written.host, split_port(image.reference.registry)[0]):
        return Fault(MissReason.LETTER_CASE, "letter case differs")
    return None


def _port_fault(image: _Image, written: WrittenKey) -> Fault | None:
    port, wanted = written.port or None, image.port
    if port == wanted:
        return None
    if port is None:
        return Fault(MissReason.PORT_MISSING, f"port {wanted} is missing from the key")
    if wanted is not None:
        return Fault(MissReason.OTHER_PORT, f"another port than {wanted}")
    if port in ("443", "80"):
        return Fault(MissReason.DEFAULT_PORT, f"port {port} is in the key, not in the image")
    return Fault(MissReason.OTHER_PORT, "the key has a port, the image none")


def _path_fault(image: _Image, written: WrittenKey) -> Fault:
    path = image.reference.path
    if image.name.startswith("[") and image.port is None:
        return Fault(MissReason.IPV6_WITHOUT_PORT, "an IPv6 host without port matches no key")
    if version := _version_fault(written):
        return version
    mine = written.path.strip("/")
    if written.path.endswith("/") and (not mine or f"{path}/".startswith(mine + "/")):
        return Fault(MissReason.TRAILING_SLASH, "the slash at its end is part of the path")
    return Fault(MissReason.OTHER_PATH, f"its path is no beginning of {path}")


def _version_fault(written: WrittenKey) -> Fault | None:
    if written.path not in ("/v1", "/v2"):
        return None
    return Fault(MissReason.VERSION_WITHOUT_SLASH, f"{written.path} lacks its last slash")


def _write_instead(image: _Image, secret: str, written: WrittenKey) -> str | None:
    """Find the narrowest key that serves the image and all that the old one was meant for."""
    if image.on_hub:
        keys = [HUB if image.hider else HUB_KEY]
    else:
        registry = image.reference.registry
        shared = _shared_path(written.path, image.reference.path)
        tried = [f"{registry}/{shared}", registry] if shared else [registry]
        keys = [key for key in tried if _serves(key, image.reference.repository)]
    return next((key for key in keys[:1] if not _has_already(image, secret, key)), None)


def _shared_path(written: str, path: str) -> str:
    """Keep the first segments that both paths have."""
    pairs = zip(meant_segments(written), path.split("/"), strict=False)
    return "/".join(its for _, its in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _serves(key: str, repository: str) -> bool:
    found = lookup_key_or_none(key)
    return found is not None and urls_match(found, repository)


def _has_already(image: _Image, secret: str, key: str) -> bool:
    """Tell whether this key of the secret serves the image: writing it again would replace it."""
    wanted = lookup_key_or_none(key)
    return any(it.secret == secret and it.lookup_key == wanted for it in image.offered)


def _far_fault(image: _Image, written: WrittenKey) -> Fault:
    if fault := _cloud_fault(image, written):
        return fault
    if "*" in written.host:
        clause = f"the glob does not fit {image.reference.registry}"
        return Fault(MissReason.GLOB_DOES_NOT_FIT, clause)
    if written.user_info:
        return Fault(MissReason.USER_INFO, "all before the @ is dropped; another host remains")
    clause = "another host" if written.name else "the key names no host"
    return Fault(MissReason.OTHER_HOST, clause)


def _cloud_fault(image: _Image, written: WrittenKey) -> Fault | None:
    mine, its = cloud_registry(written.name), cloud_registry(image.name)
    if mine is None or its is None or mine.vendor != its.vendor:
        return None
    if mine.vendor != "ECR":
        clause = f"for {written.name}; the image is in {image.name}"
        return Fault(MissReason.OTHER_CLOUD_REGISTRY, clause)
    clause = f"for ECR account {mine.account} in {mine.region}; the image is of "
    if mine.account != its.account:
        clause += f"{its.account} in {its.region}"
        return Fault(MissReason.OTHER_ECR_ACCOUNT, clause)
    if mine.region != its.region:
        return Fault(MissReason.OTHER_ECR_REGION, f"{clause}{its.region}")
    return Fault(MissReason.OTHER_CLOUD_REGISTRY, "another endpoint of the image's ECR registry")
