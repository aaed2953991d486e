"""A Snapshot from an API server: reads in rounds, each round's requests beside one another.

What is worth reading the caller says (`diagnosis.wanted`), by looking at what was seen so far; how
to read it is told here, what came of it in `seen`. A near server is asked one read after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import KindInfo, kind_info, plural
from kubectl_pullsecret.facts.objects import ObjectRef, Pod
from kubectl_pullsecret.facts.pods import may_wait, read_pull_secrets
from kubectl_pullsecret.facts.reading import UnreadableObjectError, read_object
from kubectl_pullsecret.facts.reads import Get, List, Need, Read, TryPod
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, text
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.sources.beside import MOST_THREADS, beside
from kubectl_pullsecret.sources.seen import Answer, Found, QuietPod, Seen, Trial, Whole
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
    seen = Seen()
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


def _ask(client: Client, reads: list[Read], progress: Callable[[str], None]) -> list[Answer]:
    """The reads' answers. Raises the first error, in their order, that leaves nothing to answer."""
    fatal: list[ApiError] = []

    def ask(read: Read) -> Answer:
        if fatal:  # told below, by the first of those that were asked
            return fatal[0]
        try:
            if isinstance(read, List):
                return _list(client, read, progress)
            return _get(client, read) if isinstance(read, Get) else _try_pod(client, read)
        except WrongShapeError as error:
            return ApiError(f"the server's answer cannot be read: {error}", code=200)
        except ApiError as error:
            if _ends_it(read, error):
                fatal.append(error)
            return error

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


def _get(client: Client, read: Get) -> list[Found]:
    info = kind_info(read.kind) if not read.api_version else _foreign(client, read)
    assert info is not None, f"nobody plans to read a {read.kind}"
    action = Action("get", info.plural, read.namespace, read.name)
    raw = client.get(info.path(read.namespace, read.name), action)
    reduced = _reduced(raw)
    found: list[Found] = [] if reduced is None else [reduced]
    return [*found, *([info] if read.api_version else []), *([Whole(raw)] if read.whole else [])]


def _foreign(client: Client, read: Get) -> KindInfo:
    from kubectl_pullsecret.sources.discovery import resource_of  # rarely needed

    info = resource_of(client, read.api_version, read.kind)
    if info is None:
        raise ApiError(f"the server has no {read.kind} in {read.api_version}", code=404)
    return info


def _list(client: Client, read: List, progress: Callable[[str], None]) -> list[Found]:
    kind, api_version = read.kind, _info(read.kind).api_version
    seen = 0

    def reduce(raw: Json) -> Found | None:
        nonlocal seen
        seen += 1
        if seen % 1000 == 0:
            progress(f"reading {plural(kind)}: {seen:,}")
        if read.metadata_only:
            return _name_of(kind, raw)
        found = _reduced({"kind": kind, "apiVersion": api_version, **raw})
        if read.waiting_only and isinstance(found, Pod) and not may_wait(found):
            return _quiet(found)
        return found

    return client.items(
        _info(kind).path(read.namespace),
        Action("list", plural(kind), read.namespace),
        query=_selectors(read),
        reduce=reduce,
        metadata_only=read.metadata_only,
    )


def _selectors(read: List) -> tuple[tuple[str, str], ...]:
    given = (("fieldSelector", read.field_selector), ("labelSelector", read.label_selector))
    return tuple((name, value) for name, value in given if value)


def _reduced(raw: Json) -> Found | None:
    try:
        return read_object(raw)
    except UnreadableObjectError as error:
        return error


def _name_of(kind: str, raw: Json) -> ObjectRef:
    metadata = mapping(raw, "metadata", "")
    return ObjectRef(
        kind, text(metadata, "namespace", "metadata"), text(metadata, "name", "metadata")
    )


def _quiet(pod: Pod) -> QuietPod:
    return QuietPod(
        namespace=pod.ref.namespace,
        owner=pod.owner.uid if pod.owner is not None else "",
        uses=tuple((name, use.image) for name in pod.spec.pull_secrets for use in pod.spec.images),
    )


def _try_pod(client: Client, read: TryPod) -> list[Found]:
    """Ask admission, webhooks included: the pod is made in no way (`dryRun=All`)."""
    path = _info("Pod").path(read.namespace)
    action = Action("create", "pods", read.namespace)
    made = client.post(path, _trial(read.account), action, query=(("dryRun", "All"),))
    return [Trial(read_pull_secrets(mapping(made, "spec", ""), "spec"))]


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


def _info(kind: str) -> KindInfo:
    info = kind_info(kind)
    assert info is not None, f"nobody plans to read a {kind}"
    return info
