"""A recorded cluster that answers reads as an API server does: for tests of what is asked.

The real server has its own tests (tests/api). This one is quick, refuses what it is told to refuse,
and remembers what was asked, round by round.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from kubectl_pullsecret.diagnosis.label_selector import parse_selector, selects
from kubectl_pullsecret.facts.kinds import KINDS
from kubectl_pullsecret.sources.transport import Action, ApiError

T = TypeVar("T")
Json = dict[str, Any]

PLURALS = {info.plural: info.kind for info in KINDS}


class RecordedServer:
    """Answers `Client`'s calls from objects; `forbidden` holds (verb, resource) pairs."""

    def __init__(
        self,
        objects: Iterable[Json],
        forbidden: Iterable[tuple[str, str]] = (),
        *,
        near: bool = True,
    ) -> None:
        self.near = near  # else it is asked by several threads
        self.objects = list(objects)
        self.forbidden = set(forbidden)
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def get(self, path: str, action: Action) -> Json:
        self._note(action, path)
        if action.resource == "namespaces":
            return {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": action.name}}
        if action.resource.startswith("resources of"):
            raise ApiError("the server has no such group", code=404)
        for one in self._of(action):
            if one["metadata"]["name"] == action.name:
                return one
        raise ApiError(f'{action.resource} "{action.name}" not found', code=404, reason="NotFound")

    def items(
        self,
        path: str,
        action: Action,
        *,
        reduce: Callable[[Json], T | None],
        query: Sequence[tuple[str, str]] = (),
        metadata_only: bool = False,
    ) -> list[T]:
        self._note(action, "?".join([path, *("=".join(pair) for pair in query)]))
        wanted = dict(query)
        found = [
            one
            for one in self._of(action)
            if _has_fields(one, wanted.get("fieldSelector", ""))
            and selects(
                parse_selector(wanted.get("labelSelector", "")),
                one["metadata"].get("labels") or {},
            )
        ]
        if metadata_only:
            found = [{"metadata": one["metadata"]} for one in found]
        reduced = (reduce({k: v for k, v in one.items() if k != "kind"}) for one in found)
        return [one for one in reduced if one is not None]

    def post(
        self, path: str, body: Json, action: Action, *, query: Sequence[tuple[str, str]] = ()
    ) -> Json:
        self._note(action, path)
        assert dict(query) == {"dryRun": "All"}
        spec = body["spec"]
        for account in self.objects:
            named = account["metadata"]["name"] == spec["serviceAccountName"]
            if account["kind"] == "ServiceAccount" and named:
                return {"spec": {"imagePullSecrets": account.get("imagePullSecrets")}}
        raise ApiError("serviceaccount not found", code=403, reason="Forbidden")

    def _note(self, action: Action, what: str) -> None:
        with self._lock:
            self.asked.append(what)
        if (action.verb, action.resource) in self.forbidden:
            message = f'User "dev" cannot {action.verb} resource "{action.resource}"'
            raise ApiError(message, code=403, reason="Forbidden")

    def _of(self, action: Action) -> list[Json]:
        kind = PLURALS[action.resource]
        return [
            one
            for one in self.objects
            if one["kind"] == kind
            and action.namespace in ("", one["metadata"].get("namespace", ""))
        ]


def _has_fields(one: Json, selector: str) -> bool:
    for term in filter(None, selector.split(",")):
        path, _, value = term.partition("=")
        found: Any = one
        for key in path.split("."):
            found = (found or {}).get(key)
        if found != value:
            return False
    return True
