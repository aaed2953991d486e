"""The pull secrets that were seen: what the kubelet reads in each, its state, and who uses it.

One secret or docker config decoded is `Decoded`; the index of its users is `usage`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from itertools import chain
from typing import NamedTuple

from kubectl_pullsecret.credentials import (
    AuthEntry,
    Content,
    Malformed,
    NotAPullSecret,
    Payload,
)
from kubectl_pullsecret.credentials.kinds import About, about, odd_ends
from kubectl_pullsecret.credentials.lint import Remark, RemarkSeverity, lint
from kubectl_pullsecret.credentials.payload import DATA_KEYS
from kubectl_pullsecret.credentials.spelling import lookup_key_or_none
from kubectl_pullsecret.diagnosis.usage import Usage, Users
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef, Secret
from kubectl_pullsecret.facts.snapshot import Snapshot

SOON = timedelta(hours=24)
NAMES_COMPARED = 5000  # with a name that is not there
NAMES_TOLD = 10


class State(Enum):
    """The worst that can be said of a pull secret; worst first; the values are JSON."""

    MALFORMED = "malformed"  # stops every pull of a pod that lists it
    WRONG_TYPE = "wrongType"  # holds a docker config that the kubelet does not look at
    WRONG_KEY = "wrongDataKey"  # the right type, and nothing under the data key that belongs to it
    NO_ENTRIES = "noEntries"
    EXPIRED = "expired"  # at least one credential says itself that it is over
    UNUSABLE = "unusable"  # at least one entry has no user, no password or no key that can be read
    DOUBTFUL = "doubtful"  # it can be read, but a key hardly serves what it was written for
    EXPIRING = "expiring"  # at least one credential ends within a day
    OK = "ok"


class DecodedEntry(NamedTuple):
    """One auth entry as the kubelet understands it."""

    entry: AuthEntry
    lookup_key: str | None  # what images are compared with; None: the kubelet ignores the entry
    about: About
    state: State  # EXPIRED, UNUSABLE, EXPIRING or OK


class Decoded(NamedTuple):
    """The text of a pull secret or docker config, read."""

    content: Content
    entries: tuple[DecodedEntry, ...]  # also of a wrong type or key, where the data can be read
    state: State
    remarks: tuple[Remark, ...]  # what is wrong or worth knowing, beyond each entry's `about`

    @property
    def malformed(self) -> Malformed | None:
        """Why the kubelet cannot read it; also where it does not look, because of the type."""
        content = self.content
        inner = content.holds if isinstance(content, NotAPullSecret) else content
        return inner if isinstance(inner, Malformed) else None

    @property
    def payload(self) -> Payload | None:
        """What is in it, whether the kubelet looks at it or not."""
        content = self.content
        inner = content.holds if isinstance(content, NotAPullSecret) else content
        return inner if isinstance(inner, Payload) else None

    @property
    def unread_because(self) -> str:
        """What keeps the kubelet from reading it; "" where nothing does."""
        content = self.content
        return "" if isinstance(content, Payload) else content.why

    @property
    def problem(self) -> str:
        """The first problem that was found in it; "" for none."""
        problems = (it.text for it in self.remarks if it.severity is RemarkSeverity.PROBLEM)
        return next(chain(problems, _odd_ends(self.entries)), "")

    @property
    def expires(self) -> datetime | None:
        """When the first of its credentials ends, as far as they say."""
        return min((e.about.expires for e in self.entries if e.about.expires), default=None)

    def count(self, state: State) -> int:
        """How many entries are in this state."""
        return sum(entry.state is state for entry in self.entries)


class PullSecretRecord(NamedTuple):
    """A secret that is, or was meant as, a pull secret."""

    secret: Secret
    decoded: Decoded
    users: Users


def decode(content: Content, secret_type: str | None, *, now: datetime) -> Decoded:
    """Read what `read_secret` or (without a type) `read_docker_config` found."""
    inner = content.holds if isinstance(content, NotAPullSecret) else content
    entries = inner.entries if isinstance(inner, Payload) else ()
    decoded = tuple(_decode_entry(entry, now) for entry in entries)
    remarks = lint(content, now)
    return Decoded(content, decoded, _state(content, secret_type, decoded, remarks), remarks)


def inventory(
    snapshot: Snapshot,
    namespace: str | None,
    *,
    now: datetime,
    matches: Callable[[Secret], bool] = lambda _: True,
) -> tuple[PullSecretRecord, ...]:
    """Every secret of a namespace (None: of all) that is or was meant as a pull secret, by name."""
    secrets = sorted(
        (one for one in snapshot.secrets.values() if namespace in (None, one.ref.namespace)),
        key=lambda one: (one.ref.namespace, one.ref.name),
    )
    return _records(snapshot, (one for one in secrets if is_meant(one) and matches(one)), now)


def find_secret(
    snapshot: Snapshot, name: str | None, namespace: str | None, *, now: datetime
) -> PullSecretRecord:
    """One secret, of whatever type. Without a name: the only pull secret that there is.

    Raises:
        PullSecretError: it was not seen (3), or the question fits several (2).
    """
    here = [one for one in snapshot.secrets.values() if namespace in (None, one.ref.namespace)]
    fitting = [one for one in here if (one.ref.name == name if name else is_meant(one))]
    if len(fitting) != 1:
        if not fitting and name is None and snapshot.live is not None:
            raise PullSecretError(f"no pull secret in namespace {namespace}")
        raise _not_one(name, namespace, fitting, here)
    return _records(snapshot, fitting, now)[0]


def _records(
    snapshot: Snapshot, secrets: Iterable[Secret], now: datetime
) -> tuple[PullSecretRecord, ...]:
    usage = Usage.of(snapshot)
    return tuple(
        PullSecretRecord(
            one,
            decode(one.content, one.type, now=now),
            usage.of_secret(one.ref.namespace, one.ref.name),
        )
        for one in secrets
    )


def is_meant(secret: Secret) -> bool:
    """Whether it has the type of a pull secret, or its data holds a docker config."""
    if secret.type in DATA_KEYS:
        return True
    content = secret.content
    return isinstance(content, NotAPullSecret) and content.holds is not None


def _decode_entry(entry: AuthEntry, now: datetime) -> DecodedEntry:
    told = about(entry)
    key = lookup_key_or_none(entry.key)
    state = State.UNUSABLE if key is None else _state_of_entry(entry, told, now)
    return DecodedEntry(entry, key, told, state)


def _state_of_entry(entry: AuthEntry, told: About, now: datetime) -> State:
    if told.over(now):
        return State.EXPIRED
    if not entry.usable:
        return State.UNUSABLE
    if told.expires is not None and told.expires - now < SOON:
        return State.EXPIRING
    return State.OK


def _state(
    content: Content,
    secret_type: str | None,
    entries: tuple[DecodedEntry, ...],
    remarks: tuple[Remark, ...],
) -> State:
    if isinstance(content, NotAPullSecret):
        return State.WRONG_KEY if secret_type in DATA_KEYS else State.WRONG_TYPE
    if isinstance(content, Malformed):
        return State.MALFORMED
    if not entries:
        return State.NO_ENTRIES
    states = {entry.state for entry in entries}
    problems = any(remark.severity is RemarkSeverity.PROBLEM for remark in remarks)
    if problems or any(_odd_ends(entries)):
        states.add(State.DOUBTFUL)
    return next(state for state in State if state in states)


def _odd_ends(entries: tuple[DecodedEntry, ...]) -> Iterator[str]:
    return (text for it in entries for text in odd_ends(it.about.kind, it.entry))


def _not_one(
    name: str | None, namespace: str | None, fitting: list[Secret], here: list[Secret]
) -> PullSecretError:
    where = f" in namespace {namespace}" if namespace else ""
    if fitting:
        return _several(name, where, fitting)
    if name is None:
        return PullSecretError(f"no pull secret is in the input{where}")
    return PullSecretError(
        f"secret/{name} is not in the input{where}", remedy=_near_names(name, here)
    )


def _several(name: str | None, where: str, fitting: list[Secret]) -> PullSecretError:
    some = ", ".join(_path(secret.ref) for secret in fitting[:10])
    what = (
        f"secret/{name} is in several namespaces of the input"
        if name
        else f"there are {len(fitting)} pull secrets{where}"
    )
    remedy = "say which one with -n" if name else "name one of them"
    code = ExitCode.FAILED if name else ExitCode.USAGE
    return PullSecretError(f"{what}: {some}", remedy=remedy, exit_code=code)


def _path(ref: ObjectRef) -> str:
    return f"{ref.namespace}/{ref.name}"


def _near_names(name: str, secrets: list[Secret]) -> str:
    from difflib import get_close_matches

    names = sorted({secret.ref.name for secret in secrets})
    if near := get_close_matches(name, names[:NAMES_COMPARED], n=3):
        return f"did you mean {' or '.join(near)}?"
    if not names or len(names) > NAMES_TOLD:
        return ""
    return f"secrets there: {', '.join(names)}"
