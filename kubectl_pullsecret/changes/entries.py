"""Which auth entries are written, and under which keys. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kubectl_pullsecret.credentials.composing import credential
from kubectl_pullsecret.credentials.hosts import HUB_KEY
from kubectl_pullsecret.credentials.payload import AuthEntry
from kubectl_pullsecret.credentials.registry_key import key_fault, registry_key, same_registry
from kubectl_pullsecret.credentials.shown_key import shown_key
from kubectl_pullsecret.errors import ExitCode, PullSecretError

_WEB_LOGIN = ("access-token", "refresh-token")  # docker/cli, cli/command/registry/login.go
_IDENTITY = frozenset({"identitytoken", "registrytoken"})


class Choice(NamedTuple):
    """What the user wants of the entries that there are."""

    registries: tuple[str, ...] = ()  # only these, in any spelling; none: all
    renames: tuple[str, ...] = ()  # KEY=KEY, as typed


class Chosen(NamedTuple):
    """The entries as they will be written."""

    entries: Mapping[str, AuthEntry]  # by the key to write
    meant: Mapping[str, str]  # by the key as it stands where they come from: the key to write
    warnings: tuple[str, ...] = ()


def choose(found: Sequence[AuthEntry], choice: Choice, where: str) -> Chosen:
    """Take the entries that are wanted and usable, each under the key that the kubelet needs.

    `where` names in words where they come from.

    Raises:
        PullSecretError: none is left, or two mean the same registry with different credentials.
    """
    wanted = _wanted([one for one in found if not _is_token(one)], choice.registries, where)
    renames = dict(_renames(choice.renames, [entry.key for entry in wanted], where))
    entries: dict[str, AuthEntry] = {}
    meant: dict[str, str] = {}
    faults: list[str] = []
    for entry in wanted:
        server = renames.get(entry.key, entry.key)
        key = registry_key(server)
        fault = _unusable(entry) or ("" if key else key_fault(server))
        if fault or key is None:
            faults.append(f"{_shown(server)}: {fault}")
            continue
        _check_same(entries.get(key), entry, wanted)
        entries.setdefault(key, _plain(entry, key))
        meant[entry.key] = key
    if not entries:
        raise PullSecretError(
            f"{where} has no credential that the kubelet can use{_because(faults)}",
            remedy="write it anew, with --docker-server and --docker-username",
        )
    return Chosen(entries, meant, tuple(f"not used: {fault}" for fault in faults))


def checked_key(server: str) -> str:
    """Return the key for a server that the user names. Raises PullSecretError (exit 2)."""
    key = registry_key(server)
    if key is None:
        raise PullSecretError(
            f"{_shown(server)} can serve no image: {key_fault(server)}",
            remedy="name a registry, such as registry.example.com:5000",
            exit_code=ExitCode.USAGE,
        )
    return key


def means(key: str, written: Collection[str]) -> str | None:
    """Return the one of the well-spelt keys whose registry a key means."""
    well_spelt = registry_key(key)
    if well_spelt is not None:
        return well_spelt if well_spelt in written else None
    return next((one for one in written if same_registry(key, one)), None)


def _wanted(
    found: Sequence[AuthEntry], registries: Sequence[str], where: str
) -> Sequence[AuthEntry]:
    if not registries:
        return found
    wanted: list[AuthEntry] = []
    for registry in registries:
        matching = [entry for entry in found if entry.key == registry] or [
            entry for entry in found if _alike(entry.key, registry)
        ]
        if not matching:
            raise PullSecretError(
                f"{where} has no entry for {_shown(registry)}", remedy=_there_are(found)
            )
        wanted += [entry for entry in matching if entry not in wanted]
    return wanted


def _alike(key: str, registry: str) -> bool:
    written = registry_key(registry)
    return written is not None and same_registry(key, written)


def _renames(
    renames: Iterable[str], keys: Collection[str], where: str
) -> Iterator[tuple[str, str]]:
    """Part each KEY=KEY where the first is a key that is there: keys may hold a = themselves."""
    for rename in renames:
        splits = [(rename[:at], rename[at + 1 :]) for at, one in enumerate(rename) if one == "="]
        exact = [(old, new) for old, new in splits if old in keys]
        alike = [(key, new) for old, new in splits for key in keys if old and _alike(key, old)]
        if not exact and not alike:
            old = splits[0][0] if splits else rename
            raise PullSecretError(
                f"--rename: {where} has no entry for {_shown(old)}",
                remedy=f"its keys: {', '.join(map(shown_key, keys))}" if keys else "",
            )
        yield from exact[-1:] or [pair for pair in alike if pair[1] == alike[0][1]]


def _is_token(entry: AuthEntry) -> bool:
    """Whether it is one of the tokens that docker's web login keeps beside the password."""
    return entry.key.startswith(HUB_KEY) and entry.key.removeprefix(HUB_KEY) in _WEB_LOGIN


def _unusable(entry: AuthEntry) -> str:
    if entry.usable:
        return ""
    if _IDENTITY & {field.lower() for field in entry.ignored}:
        return (
            "an identity token alone, which the kubelet ignores; log in with a user and a "
            "password or access token"
        )
    return "no user or no password"


def _plain(entry: AuthEntry, key: str) -> AuthEntry:
    return AuthEntry(key, entry.username, entry.password, entry.email)


def _check_same(other: AuthEntry | None, entry: AuthEntry, wanted: Sequence[AuthEntry]) -> None:
    """Refuse two credentials for one key: nobody knows which of them is right."""
    if other is None or credential(other) == credential(_plain(entry, other.key)):
        return
    keys = [one.key for one in wanted if same_registry(one.key, other.key)]
    raise PullSecretError(
        f"{' and '.join(map(shown_key, keys or [entry.key]))} mean one registry, "
        f"{shown_key(other.key)}, with different credentials",
        remedy=f"choose one with --registry {shown_key(keys[0]) if keys else 'KEY'}",
    )


def _because(faults: Sequence[str]) -> str:
    return f": {'; '.join(faults)}" if faults else ""


def _there_are(found: Sequence[AuthEntry]) -> str:
    keys = ", ".join(shown_key(entry.key) for entry in found)
    return f"it has entries for {keys}" if keys else "it has no entries"


def _shown(server: str) -> str:
    return shown_key(server) or '""'
