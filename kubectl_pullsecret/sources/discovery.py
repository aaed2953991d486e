"""Where the API server has kinds that `facts.kinds` does not know: custom resources."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from kubectl_pullsecret.errors import PullSecretError, wrong_usage
from kubectl_pullsecret.facts.kinds import KindInfo
from kubectl_pullsecret.facts.shapes import Json, flag, mapping, sequence, text, words
from kubectl_pullsecret.sources.beside import beside
from kubectl_pullsecret.sources.transport import Action, ApiError, Client


class Resource(NamedTuple):
    """A resource as discovery tells it."""

    info: KindInfo
    names: frozenset[str]  # all of them, in lower case
    namespaced: bool
    changeable: bool  # it can be read and patched


def resource_of(client: Client, api_version: str, kind: str) -> KindInfo | None:
    """Where a kind is, e.g. ("argoproj.io/v1alpha1", "Rollout"); None if the server has it not.

    One that is in no namespace, or that nobody can change, is none: it gives no pod a list.
    """
    try:
        found = _resources(client, api_version)
    except ApiError as error:
        if error.code == 404:
            return None
        raise
    return next((one.info for one in found if one.info.kind == kind and _may_be_target(one)), None)


def find_resource(client: Client, word: str) -> KindInfo | None:
    """The custom resource that a user's word means: kind, plural, singular or short name.

    A group may follow, as kubectl has it: rollouts.argoproj.io. Of several groups that have the
    word, nobody knows which is meant.

    Raises:
        PullSecretError: several groups have it, it is in no namespace or cannot be changed (exit
            2), or the server cannot be asked.
    """
    name, _, group = word.lower().partition(".")
    versions = [
        preferred
        for preferred in _groups(client)
        if not group or preferred.partition("/")[0] == group
    ]
    answers = beside([partial(_answered, client, version) for version in versions])
    named = [one for of_group in answers for one in of_group if name in one.names]
    found = {one.info.api_version: one.info for one in named if _may_be_target(one)}
    if len(found) > 1:
        groups = ", ".join(_full_name(info) for info in found.values())
        raise PullSecretError(f"{word}: several groups have that type", remedy=f"write {groups}")
    if named and not found:
        raise _no_target(named[0])
    return next(iter(found.values()), None)


def _may_be_target(one: Resource) -> bool:
    return one.namespaced and one.changeable


def _no_target(one: Resource) -> PullSecretError:
    why = "cannot be changed" if one.namespaced else "are in no namespace, and pull secrets are"
    return wrong_usage(
        f"{_full_name(one.info)} {why}", "name a workload, or the account of its pods"
    )


def _full_name(info: KindInfo) -> str:
    return f"{info.plural}.{info.group}"


def _groups(client: Client) -> list[str]:
    """Each group's preferred version."""
    answer = client.get("/apis", Action("list", "API groups"))
    return [
        text(mapping(group, "preferredVersion", "groups[]"), "groupVersion", "groups[]")
        for group in sequence(answer, "groups", "")
    ]


def _answered(client: Client, api_version: str) -> list[Resource]:
    """A group's resources; none where the server that serves it is away (an APIService)."""
    try:
        return _resources(client, api_version)
    except ApiError as error:
        if error.code in (404, 503):
            return []
        raise


def _resources(client: Client, api_version: str) -> list[Resource]:
    """The resources of a group's version."""
    where = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    answer = client.get(where, Action("list", f"resources of {api_version}"))
    return [
        _resource(raw, api_version)
        for raw in sequence(answer, "resources", "")
        if "/" not in text(raw, "name", "resources[]")  # a subresource
    ]


def _resource(raw: Json, api_version: str) -> Resource:
    where = "resources[]"
    changeable = {"get", "patch"}.issubset(words(raw, "verbs", where))
    namespaced = flag(raw, "namespaced", where)
    return Resource(_info(raw, api_version), _names(raw), namespaced, changeable)


def _info(raw: Json, api_version: str) -> KindInfo:
    group, _, version = api_version.rpartition("/")
    kind = text(raw, "kind", "resources[]")
    return KindInfo(kind, text(raw, "name", "resources[]"), group, kind.lower(), version=version)


def _names(raw: Json) -> frozenset[str]:
    where = "resources[]"
    single = (text(raw, key, where).lower() for key in ("name", "kind", "singularName"))
    return frozenset((*single, *words(raw, "shortNames", where)))
