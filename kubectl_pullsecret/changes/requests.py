"""What is sent to the API server for a step: one object, one request. Pure.

What the server makes of it was measured on 1.34: an account's list is replaced as a whole by every
kind of patch, so a list is changed by JSON Patch and tested against the list that was read. A test
that fails is a 422; a resourceVersion that is not the newest, in a merge patch, a 409.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

from kubectl_pullsecret.changes.plan import (
    Deletion,
    ListChange,
    NewSecret,
    PodRecreation,
    RolloutRestart,
    SecretChange,
    SecretDraft,
    Step,
)
from kubectl_pullsecret.credentials.payload import DATA_KEYS
from kubectl_pullsecret.facts.kinds import KindInfo, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.pods import LIST
from kubectl_pullsecret.facts.shapes import Json, text

_RESTARTED = "kubectl.kubernetes.io/restartedAt"  # kubectl, polymorphichelpers/objectrestarter.go


class Request(NamedTuple):
    """A request that changes something. A list as body is a JSON Patch."""

    method: str  # POST, PATCH, DELETE
    path: str
    body: Json | list[Json]
    resource: str  # its plural, for sentences
    target: ObjectRef

    @property
    def verb(self) -> str:
        """As in a SelfSubjectAccessReview."""
        return {"POST": "create", "PATCH": "patch", "DELETE": "delete"}[self.method]


def request_of(step: Step) -> Request:
    """The one request that a step is; a recreation is none of these: it is several."""
    if isinstance(step, ListChange):
        return _patch(step.target, step.resource, _list_patch(step))
    if isinstance(step, NewSecret):
        info, ref = _secrets(), step.target
        return Request("POST", info.path(ref.namespace), manifest(step.draft), info.plural, ref)
    if isinstance(step, SecretChange):
        return _patch(step.target, _secrets(), _secret_patch(step))
    if isinstance(step, RolloutRestart):
        template: Json = {"metadata": {"annotations": {_RESTARTED: step.at}}}
        body: Json = {"metadata": {"uid": step.uid}, "spec": {"template": template}}
        return _patch(step.target, step.resource, body)
    if isinstance(step, Deletion):
        path = step.resource.path(step.target.namespace, step.target.name)
        options: Json = {"preconditions": {"uid": step.uid}, "propagationPolicy": "Background"}
        return Request("DELETE", path, options, step.resource.plural, step.target)
    assert not isinstance(step, PodRecreation), "a recreation is not one request"
    raise AssertionError(step)


def _patch(target: ObjectRef, info: KindInfo, body: Json | list[Json]) -> Request:
    return Request("PATCH", info.path(target.namespace, target.name), body, info.plural, target)


def _secrets() -> KindInfo:
    info = kind_info("Secret")
    assert info is not None
    return info


def _list_patch(step: ListChange) -> list[Json]:
    """Test that object and list are those that were read, then write the list as a whole.

    An absent list passes a test against null, and `add` writes it whether it was there or not.
    """
    pointer = "/" + "/".join([*filter(None, step.place.split(".")), LIST])
    there = step.written
    if there is None and step.before:
        there = tuple(references(step.before))
    write: Json = {"op": "add", "path": pointer, "value": rewritten(there or (), step.after)}
    if not step.after:
        write = {"op": "remove", "path": pointer}
    before = None if there is None else list(there)
    return [
        {"op": "test", "path": "/metadata/uid", "value": step.uid},
        {"op": "test", "path": pointer, "value": before},
        write,
    ]


def references(names: tuple[str, ...]) -> list[Json]:
    """The list as the server has it: a reference without a name is an empty object."""
    return [{"name": name} if name else {} for name in names]


def rewritten(entries: Sequence[Json], names: tuple[str, ...]) -> list[Json]:
    """The list with these names; entries that stay are kept as they were written."""
    written: dict[str, list[Json]] = {}
    for entry in entries:
        written.setdefault(text(entry, "name", ""), []).append(entry)
    return [
        kept.pop(0) if (kept := written.get(name)) else {"name": name} if name else {}
        for name in names
    ]


def manifest(draft: SecretDraft) -> Json:
    """The Secret, with its content in base64, in the order in which kubectl prints one."""
    metadata: Json = {"name": draft.ref.name, "namespace": draft.ref.namespace}
    if draft.annotations:
        metadata["annotations"] = dict(draft.annotations)
    return {
        "apiVersion": "v1",
        "data": _data(draft),
        "kind": "Secret",
        "metadata": metadata,
        "type": draft.type,
    }


def _data(draft: SecretDraft) -> Json:
    octets = draft.config.reveal().encode("utf-8", "surrogateescape")
    return {DATA_KEYS[draft.type]: base64.b64encode(octets).decode("ascii")}


def _secret_patch(step: SecretChange) -> Json:
    """A merge patch: other data keys, labels and annotations of the Secret stay."""
    metadata: Json = {"resourceVersion": step.resource_version, "uid": step.uid}
    if step.draft.annotations:
        metadata["annotations"] = dict(step.draft.annotations)
    return {"metadata": metadata, "data": _data(step.draft)}
