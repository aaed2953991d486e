"""A Snapshot from an API server: reads in rounds, each round's requests beside one another.

What is worth reading the caller says (`diagnosis.wanted`), by looking at what was seen so far; how
to read it, how much of a kind was then seen, and what the server refused is told here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.facts.objects import ObjectRef, Pod
from kubectl_pullsecret.facts.pods import may_wait, read_pull_secrets
from kubectl_pullsecret.facts.reading import UnreadableObjectError, read_object
from kubectl_pullsecret.facts.reads import Get, List, Need, Read, Refusal, TryPod
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, text
from kubectl_pullsecret.facts.snapshot import (
    COMPLETE,
    AnyObject,
    Completeness,
    Live,
    Quiet,
    Sight,
    Snapshot,
)
from kubectl_pullsecret.sources.beside import MOST_THREADS, beside
from kubectl_pullsecret.sources.transport import Action, ApiError, Client

Wanted = Callable[[Snapshot], Iterable[Read]]

_FEW = 16  # reads of a near server: a TLS handshake for each thread would cost more
_MOST_ROUNDS = 20  # a planner that always wants more is a bug


def observe(
    client: Client, wanted: Wanted, progress: Callable[[str], None] = lambda _: None
) -> Snapshot:
    """Read until nothing new is wanted. `progress` is told in words what is being read.

    Raises:
        PullSecretError: a required read was refused, or what it names is not there.
    """
    seen = _Seen()
    for _ in range(_MOST_ROUNDS):
        snapshot = seen.snapshot()
        new = [read for read in dict.fromkeys(wanted(snapshot)) if read not in seen.asked]
        if not new:
            return snapshot
        seen.asked.update(new)
        seen.rounds += 1
        for read, answer in zip(new, _ask(client, new, progress), strict=True):
            seen.add(read, answer)
    raise AssertionError("a planner never came to an end")


class _QuietPod(NamedTuple):
    """What is kept of a pod that runs or is done."""

    namespace: str
    owner: str  # its controller's uid
    uses: tuple[tuple[str, str], ...]  # (pull secret, image)


class _Trial(NamedTuple):
    """What admission gave to a trial pod."""

    pull_secrets: tuple[str, ...]


_Found = AnyObject | _QuietPod | ObjectRef | _Trial | UnreadableObjectError
_Answer = list[_Found] | ApiError


def _ask(client: Client, reads: list[Read], progress: Callable[[str], None]) -> list[_Answer]:
    """The reads' answers. Raises the first error, in their order, that leaves nothing to answer."""
    fatal: list[ApiError] = []

    def ask(read: Read) -> _Answer:
        if fatal:  # told below, by the first of those that were asked
            return fatal[0]
        try:
            if isinstance(read, List):
                return _list(client, read, progress)
            found = _get(client, read) if isinstance(read, Get) else _try_pod(client, read)
        except WrongShapeError as error:
            return ApiError(f"the server's answer cannot be read: {error}", code=200)
        except ApiError as error:
            if _ends_it(read, error):
                fatal.append(error)
            return error
        return [] if found is None else [found]

    alone = client.near and len(reads) <= _FEW
    answers = beside([partial(ask, read) for read in reads], 1 if alone else MOST_THREADS)
    for read, answer in zip(reads, answers, strict=True):
        if isinstance(answer, ApiError) and _ends_it(read, answer):
            raise _answerless(read, answer)
    return answers


def _ends_it(read: Read, error: ApiError) -> bool:
    """Whether no read after this one is worth it.

    Without an answer (0) or with wrong credentials (401) it is not about what was read: every other
    read would end so, each after its own retries.
    """
    if error.code in (0, 401) and not isinstance(read, TryPod):  # a webhook may be slow
        return True
    return read.need is Need.REQUIRED or (read.need is Need.PRESENT and error.not_found)


def _answerless(read: Read, error: ApiError) -> PullSecretError:
    """The error of a read without which there is no answer."""
    if isinstance(read, List) and not read.namespace and error.forbidden:
        return PullSecretError(error.message, remedy="look at one namespace with -n NAMESPACE")
    return error


def _get(client: Client, read: Get) -> _Found | None:
    action = Action("get", _resource(read.kind), read.namespace, read.name)
    return _reduced(client.get(_path(read.kind, read.namespace, read.name), action))


def _list(client: Client, read: List, progress: Callable[[str], None]) -> list[_Found]:
    kind, api_version = read.kind, _api_version(read.kind)
    seen = 0

    def reduce(raw: Json) -> _Found | None:
        nonlocal seen
        seen += 1
        if seen % 1000 == 0:
            progress(f"reading {_resource(kind)}: {seen:,}")
        if read.metadata_only:
            return _name_of(kind, raw)
        found = _reduced({"kind": kind, "apiVersion": api_version, **raw})
        if read.waiting_only and isinstance(found, Pod) and not may_wait(found):
            return _quiet(found)
        return found

    return client.items(
        _path(kind, read.namespace),
        Action("list", _resource(kind), read.namespace),
        query=_selectors(read),
        reduce=reduce,
        metadata_only=read.metadata_only,
    )


def _selectors(read: List) -> tuple[tuple[str, str], ...]:
    given = (("fieldSelector", read.field_selector), ("labelSelector", read.label_selector))
    return tuple((name, value) for name, value in given if value)


def _reduced(raw: Json) -> _Found | None:
    try:
        return read_object(raw)
    except UnreadableObjectError as error:
        return error


def _name_of(kind: str, raw: Json) -> ObjectRef:
    metadata = mapping(raw, "metadata", "")
    return ObjectRef(
        kind, text(metadata, "namespace", "metadata"), text(metadata, "name", "metadata")
    )


def _quiet(pod: Pod) -> _QuietPod:
    return _QuietPod(
        namespace=pod.ref.namespace,
        owner=pod.owner.uid if pod.owner is not None else "",
        uses=tuple((name, use.image) for name in pod.spec.pull_secrets for use in pod.spec.images),
    )


def _try_pod(client: Client, read: TryPod) -> _Found | None:
    """Ask admission, webhooks included: the pod is made in no way (`dryRun=All`)."""
    path = _path("Pod", read.namespace)
    action = Action("create", "pods", read.namespace)
    made = client.post(path, _trial(read.account), action, query=(("dryRun", "All"),))
    return _Trial(read_pull_secrets(mapping(made, "spec", ""), "spec"))


def _trial(account: str) -> Json:
    """A pod that the strictest policy admits (Pod Security Standards, restricted)."""
    container = {
        "name": "trial",
        "image": "pullsecret.invalid/trial:1",
        "resources": {"limits": {"cpu": "1m", "memory": "1Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "pullsecret-trial-"},
        "spec": {"serviceAccountName": account, "containers": [container]},
    }


def _resource(kind: str) -> str:
    info = kind_info(kind)
    assert info is not None
    return info.plural


def _api_version(kind: str) -> str:
    info = kind_info(kind)
    return f"{info.group}/v1" if info is not None and info.group else "v1"


def _path(kind: str, namespace: str, name: str = "") -> str:
    """The resource's path; every kind of ours has version v1 of its group."""
    version = _api_version(kind)
    words = ["apis" if "/" in version else "api", version]
    words += ["namespaces", namespace] if namespace else []
    words += [_resource(kind), name] if name else [_resource(kind)]
    return "/" + "/".join(words)


class _Seen:
    """Everything that was answered so far."""

    def __init__(self) -> None:
        self.asked: set[Read] = set()
        self.rounds = 0
        self._objects: list[AnyObject] = []
        self._quiet: list[_QuietPod] = []
        self._namesakes: set[tuple[str, str]] = set()
        self._injected: dict[tuple[str, str], tuple[str, ...]] = {}
        self._untried: dict[tuple[str, str], str] = {}
        self._refusals: list[Refusal] = []
        self._whole: set[tuple[str, str]] = set()  # kind and namespace ("" for all) seen whole
        self._names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._why: dict[tuple[str, str], str] = {}

    def add(self, read: Read, answer: _Answer) -> None:
        """Take up one answer."""
        if isinstance(read, TryPod):
            self._add_trial(read, answer)
        elif isinstance(answer, ApiError) and not (isinstance(read, Get) and answer.not_found):
            self._refuse(read, answer.message)
        else:
            answered = answer if isinstance(answer, list) else []
            if not any(isinstance(one, UnreadableObjectError) for one in answered):
                self._settle(read)
            for found in answered:
                self._add(read, found)

    def _add_trial(self, read: TryPod, answer: _Answer) -> None:
        if isinstance(answer, ApiError):
            self._untried[read.namespace, read.account] = answer.message
            return
        for found in answer:
            assert isinstance(found, _Trial)
            self._injected[read.namespace, read.account] = found.pull_secrets

    def _refuse(self, read: Get | List, said: str) -> None:
        why = said.rpartition(" is forbidden: ")[2]  # the words before it repeat the read
        self._why.setdefault((read.kind, read.namespace), why)
        if read.need in (Need.REQUIRED, Need.WANTED):
            self._refusals.append(Refusal(read, why))

    def _settle(self, read: Get | List) -> None:
        place = (read.kind, read.namespace)
        if isinstance(read, Get):
            self._names[place].add(read.name)
        elif read.kind == "Event" or not (
            read.field_selector or read.label_selector or read.metadata_only
        ):
            self._whole.add(place)

    def _add(self, read: Get | List, found: _Found) -> None:
        if isinstance(found, UnreadableObjectError):
            self._refuse(read, str(found))
        elif isinstance(found, _QuietPod):
            self._quiet.append(found)
        elif isinstance(found, ObjectRef):
            self._namesakes.add((found.namespace, found.name))
        elif not isinstance(found, _Trial):
            self._objects.append(found)

    def snapshot(self) -> Snapshot:
        """Join what was seen."""
        live = Live(
            rounds=self.rounds,
            quiet=_by_namespace(self._quiet),
            injected=dict(self._injected),
            untried=dict(self._untried),
            namesakes=frozenset(self._namesakes),
            refusals=tuple(self._refusals),
        )
        return Snapshot.of(self._objects, self._sights(), live)

    def _sights(self) -> dict[tuple[str, str], Sight]:
        """What is whole stays whole; what was asked by name is settled by name."""
        sights = {place: Sight(Completeness.UNREAD, why=why) for place, why in self._why.items()}
        for place, names in self._names.items():
            why = self._why.get(place, "")
            sights[place] = Sight(Completeness.PARTIAL, frozenset(names), why)
        whole_kinds = {kind for kind, namespace in self._whole if not namespace}
        for place in sights:
            if place[0] in whole_kinds:
                sights[place] = COMPLETE
        return sights | dict.fromkeys(self._whole, COMPLETE)


def _by_namespace(pods: Iterable[_QuietPod]) -> Mapping[str, Quiet]:
    together: defaultdict[str, list[_QuietPod]] = defaultdict(list)
    for pod in pods:
        together[pod.namespace].append(pod)
    return {
        namespace: Quiet(
            pods=len(found),
            owners=frozenset(pod.owner for pod in found),
            uses=frozenset(use for pod in found for use in pod.uses),
        )
        for namespace, found in together.items()
    }
