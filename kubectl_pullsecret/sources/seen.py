"""What was answered so far: objects, and how much of each kind was then seen or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kubectl_pullsecret.facts.kinds import KindInfo
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reading import UnreadableObjectError
from kubectl_pullsecret.facts.reads import Get, List, Need, Read, Refusal, TryPod
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.facts.snapshot import (
    COMPLETE,
    AnyObject,
    Completeness,
    Live,
    Quiet,
    Sight,
    Snapshot,
)
from kubectl_pullsecret.sources.transport import ApiError


class QuietPod(NamedTuple):
    """What is kept of a pod that runs or is done."""

    namespace: str
    owner: str  # its controller's uid
    uses: tuple[tuple[str, str], ...]  # (pull secret, image)


class Trial(NamedTuple):
    """What admission gave to a trial pod."""

    pull_secrets: tuple[str, ...]


class Whole(NamedTuple):
    """An object as the server has it."""

    raw: Json


Found = AnyObject | QuietPod | ObjectRef | Trial | Whole | KindInfo | UnreadableObjectError
Answer = list[Found] | ApiError


class Seen:
    """Everything that was answered so far."""

    def __init__(self) -> None:
        self.asked: set[Read] = set()
        self.rounds = 0
        self._objects: list[AnyObject] = []
        self._quiet: list[QuietPod] = []
        self._namesakes: set[tuple[str, str]] = set()
        self._injected: dict[tuple[str, str], tuple[str, ...]] = {}
        self._untried: dict[tuple[str, str], str] = {}
        self._refusals: list[Refusal] = []
        self._wholes: dict[ObjectRef, Json] = {}
        self._resources: dict[tuple[str, str], KindInfo] = {}
        self._whole: set[tuple[str, str]] = set()  # kind and namespace ("" for all) seen whole
        self._names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._why: dict[tuple[str, str], str] = {}

    def add(self, read: Read, answer: Answer) -> None:
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

    def _add_trial(self, read: TryPod, answer: Answer) -> None:
        if isinstance(answer, ApiError):
            self._untried[read.namespace, read.account] = answer.message
            return
        for found in answer:
            assert isinstance(found, Trial)
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

    def _add(self, read: Get | List, found: Found) -> None:
        if isinstance(found, UnreadableObjectError):
            self._refuse(read, str(found))
        elif isinstance(found, QuietPod):
            self._quiet.append(found)
        elif isinstance(found, Whole):
            self._wholes[ObjectRef(read.kind, read.namespace, _name_in(read))] = found.raw
        elif isinstance(found, KindInfo):
            self._resources[found.api_version, found.kind] = found
        elif isinstance(found, ObjectRef):
            self._namesakes.add((found.namespace, found.name))
        elif not isinstance(found, Trial):
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
            whole=dict(self._wholes),
            resources=dict(self._resources),
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


def _name_in(read: Get | List) -> str:
    assert isinstance(read, Get), "a list is never kept whole"
    return read.name


def _by_namespace(pods: Iterable[QuietPod]) -> Mapping[str, Quiet]:
    together: defaultdict[str, list[QuietPod]] = defaultdict(list)
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
