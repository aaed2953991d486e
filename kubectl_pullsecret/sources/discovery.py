"""Where the API server has kinds that `facts.kinds` does not know: custom resources."""

from __future__ import annotations

from functools import partial

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import KindInfo
from kubectl_pullsecret.facts.shapes import Json, mapping, sequence, text, words
from kubectl_pullsecret.sources.beside import beside
from kubectl_pullsecret.sources.transport import Action, ApiError, Client


def resource_of(client: Client, api_version: str, kind: str) -> KindInfo | None:
    """Where a kind is, e.g. ("argoproj.io/v1alpha1", "Rollout"); None if the server has it not."""
    try:
        found = _resources(client, api_version)
    except ApiError as error:
        if error.code == 404:
            return None
        raise
    return next((one for one, _ in found if one.kind == kind), None)


def find_resource(client: Client, word: str) -> KindInfo | None:
    """The custom resource that a user's word means: kind, plural, singular or short name.

    A group may follow, as kubectl has it: rollouts.argoproj.io. Of several groups that have the
    word, nobody knows which is meant.

    Raises:
        PullSecretError: several groups have it, or the server cannot be asked.
    """
    name, _, group = word.lower().partition(".")
    versions = [
        preferred
        for preferred in _groups(client)
        if not group or preferred.partition("/")[0] == group
    ]
    answers = beside([partial(_answered, client, version) for version in versions])
    found = {
        info.api_version: info for of_group in answers for info, names in of_group if name in names
    }
    if len(found) > 1:
        groups = ", ".join(f"{info.plural}.{info.group}" for info in found.values())
        raise PullSecretError(f"{word}: several groups have that type", remedy=f"write {groups}")
    return next(iter(found.values()), None)


def _groups(client: Client) -> list[str]:
    """Each group's preferred version."""
    answer = client.get("/apis", Action("list", "API groups"))
    return [
        text(mapping(group, "preferredVersion", "groups[]"), "groupVersion", "groups[]")
        for group in sequence(answer, "groups", "")
    ]


def _answered(client: Client, api_version: str) -> list[tuple[KindInfo, frozenset[str]]]:
    """A group's resources; none where the server that serves it is away (an APIService)."""
    try:
        return _resources(client, api_version)
    except ApiError as error:
        if error.code in (404, 503):
            return []
        raise


def _resources(client: Client, api_version: str) -> list[tuple[KindInfo, frozenset[str]]]:
    """The resources of a group's version, each with all its names in lower case."""
    where = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    answer = client.get(where, Action("list", f"resources of {api_version}"))
    return [
        (_info(raw, api_version), _names(raw))
        for raw in sequence(answer, "resources", "")
        if "/" not in text(raw, "name", "resources[]")  # a subresource
    ]


def _info(raw: Json, api_version: str) -> KindInfo:
    group, _, version = api_version.rpartition("/")
    kind = text(raw, "kind", "resources[]")
    return KindInfo(kind, text(raw, "name", "resources[]"), group, kind.lower(), version=version)


def _names(raw: Json) -> frozenset[str]:
    where = "resources[]"
    single = (text(raw, key, where).lower() for key in ("name", "kind", "singularName"))
    return frozenset((*single, *words(raw, "shortNames", where)))
