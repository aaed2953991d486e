"""Which Secrets of a whole cluster would serve an image, fast. Pure.

The keyring of one pod is a short list, walked as the kubelet walks it. Here are thousands of
Secrets and images, so lookup keys are kept by what they can match: a plain key by its text, as it
serves just the repositories that begin with it; globs by registry; the odd rest one by one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from kubectl_pullsecret.credentials.hosts import split_port
from kubectl_pullsecret.credentials.keyring import (
    DEFAULT_REGISTRY_HOST,
    is_default_registry,
    urls_match,
)
from kubectl_pullsecret.credentials.payload import AuthEntry, Payload, PullSecret
from kubectl_pullsecret.credentials.spelling import lookup_key_or_none
from kubectl_pullsecret.images import Reference

# A host and a path that mean themselves: no escape, query, bracket or empty port; the host of the
# second may be a glob.
_PLAIN = r"[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._/-]*)?"
_GLOB = r"[A-Za-z0-9.*-]+(?::[0-9]+)?(?:/[A-Za-z0-9._/-]*)?"


_Shape = tuple[int, str | None]


class _Place(NamedTuple):
    """Where an entry comes: its secret, then its turn in a keyring of that secret alone."""

    secret: int
    turn: int
    entry: AuthEntry


class _Shelf(NamedTuple):
    """The keys that can serve the images of one registry."""

    lengths: tuple[int, ...]  # of the plain keys
    globs: tuple[tuple[str, str], ...]  # path and key of the globs that fit the registry


class CandidateIndex:
    """The entries of many Secrets by the images that they serve, each Secret taken alone."""

    def __init__(self, secrets: tuple[PullSecret, ...]) -> None:
        self._secrets = secrets
        self._places = _places(secrets)
        self._lengths: dict[str, set[int]] = defaultdict(set)  # of plain keys, by registry
        self._globs: dict[_Shape, dict[str, list[str]]] = {}  # keys by their host with port
        self._odd: list[str] = []
        for key in self._places:
            self._put(key)
        self._shelves: dict[str, _Shelf] = {}
        # Many images are served by the same keys; bounded, as one answer may name every Secret.
        self._entries_of = lru_cache(maxsize=1024)(self._collect)

    @classmethod
    def of(cls, secrets: Iterable[PullSecret]) -> CandidateIndex:
        """Index the readable Secrets among these; malformed ones have nothing to offer."""
        return cls(tuple(secret for secret in secrets if isinstance(secret.content, Payload)))

    def serving(self, reference: Reference) -> tuple[tuple[PullSecret, AuthEntry], ...]:
        """Find all entries that serve the image, by Secret in the order given to `of`.

        Each Secret is judged as if a pod listed it alone: its entries come in the kubelet's order,
        and a `docker.io` entry hides the `index.docker.io` entries of its own Secret only.
        """
        registry = reference.registry
        return self._entries_of(
            tuple(self._matching(registry, reference.repository)), is_default_registry(registry)
        )

    def _put(self, key: str) -> None:
        host = key.partition("/")[0]
        if re.fullmatch(_PLAIN, key):
            self._lengths[host].add(len(key))
        elif re.fullmatch(_GLOB, key):
            self._globs.setdefault(_shape(host), {}).setdefault(host, []).append(key)
        else:
            self._odd.append(key)

    def _shelf(self, registry: str) -> _Shelf:
        if (shelf := self._shelves.get(registry)) is None:
            globs = self._globs.get(_shape(registry), {})
            fitting = (keys for host, keys in globs.items() if urls_match(host, f"{registry}/any"))
            shelf = self._shelves[registry] = _Shelf(
                tuple(sorted(self._lengths.get(registry, ()))),
                tuple((key[len(key.partition("/")[0]) :], key) for keys in fitting for key in keys),
            )
        return shelf

    def _matching(self, registry: str, repository: str) -> Iterator[str]:
        """Yield the lookup keys that match, each once."""
        shelf = self._shelf(registry)
        for length in shelf.lengths:
            if length <= len(repository) and (key := repository[:length]) in self._places:
                yield key
        for path, key in shelf.globs:
            if repository.startswith(path, len(registry)):
                yield key
        for key in self._odd:
            if urls_match(key, repository):
                yield key

    def _collect(
        self, keys: tuple[str, ...], falls_back: bool
    ) -> tuple[tuple[PullSecret, AuthEntry], ...]:
        found = [place for key in keys for place in self._places[key]]
        if falls_back:
            matched = {place.secret for place in found}
            on_hub = self._places.get(DEFAULT_REGISTRY_HOST, ())
            found += [place for place in on_hub if place.secret not in matched]
        found.sort()  # no two places share secret and turn
        return tuple((self._secrets[place.secret], place.entry) for place in found)


def _shape(host: str) -> _Shape:
    """Count the dots and take the port: a glob fits hosts of its own shape only (URLsMatch)."""
    name, port = split_port(host)
    return name.count("."), port


def _places(secrets: tuple[PullSecret, ...]) -> dict[str, list[_Place]]:
    """Sort all entries by lookup key; those that the kubelet ignores are left out."""
    places: dict[str, list[_Place]] = {}
    for number, secret in enumerate(secrets):
        for turn, (key, entry) in enumerate(_in_turn(secret)):
            places.setdefault(key, []).append(_Place(number, turn, entry))
    return places


def _in_turn(secret: PullSecret) -> list[tuple[str, AuthEntry]]:
    """Order the entries of one Secret as the kubelet does: lookup keys in reverse byte order."""
    entries = secret.content.entries if isinstance(secret.content, Payload) else ()
    keys = ((lookup_key_or_none(entry.key), entry) for entry in entries)
    known = [(key, entry) for key, entry in keys if key is not None]
    return sorted(known, key=itemgetter(0), reverse=True)  # code points sort like UTF-8
