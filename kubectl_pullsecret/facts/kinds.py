"""The kinds that the tool knows by name: the one table behind targets, messages and commands."""

from __future__ import annotations

import re
from typing import NamedTuple

from kubectl_pullsecret.facts.objects import ObjectRef


class KindInfo(NamedTuple):
    """How kubectl names a kind."""

    kind: str  # as in manifests
    plural: str
    group: str  # "" for the core group
    short: str  # what our own output uses before the slash
    aliases: tuple[str, ...] = ()
    version: str = "v1"  # of the group; each kind of the table has v1

    @property
    def api_version(self) -> str:
        """As in manifests."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str, name: str = "") -> str:
        """Where the API has an object, or without a name all; `namespace` "": in none, in all."""
        words = ["apis" if self.group else "api", self.api_version]
        words += ["namespaces", namespace] if namespace else []
        return "/" + "/".join([*words, self.plural, *([name] if name else [])])


KINDS: tuple[KindInfo, ...] = (
    KindInfo("Pod", "pods", "", "pod", ("po",)),
    KindInfo("ServiceAccount", "serviceaccounts", "", "sa"),
    KindInfo("Secret", "secrets", "", "secret"),
    KindInfo("Namespace", "namespaces", "", "ns"),
    KindInfo("Event", "events", "", "event", ("ev",)),
    KindInfo("Node", "nodes", "", "node", ("no",)),
    KindInfo("ReplicationController", "replicationcontrollers", "", "rc"),
    KindInfo("Deployment", "deployments", "apps", "deploy"),
    KindInfo("ReplicaSet", "replicasets", "apps", "rs"),
    KindInfo("StatefulSet", "statefulsets", "apps", "sts"),
    KindInfo("DaemonSet", "daemonsets", "apps", "ds"),
    KindInfo("Job", "jobs", "batch", "job"),
    KindInfo("CronJob", "cronjobs", "batch", "cronjob", ("cj",)),
)

_BY_KIND = {info.kind: info for info in KINDS}


def kind_info(kind: str) -> KindInfo | None:
    """The table's row of a kind as written in manifests; None for a kind that is not in it."""
    return _BY_KIND.get(kind)


def plural(kind: str) -> str:
    """The name of a kind's resource, e.g. "pods"; for an unknown kind the kind in lower case."""
    info = kind_info(kind)
    return info.plural if info is not None else kind.lower()


def find_kind(word: str) -> KindInfo | None:
    """The row that a user's word means: kind, plural or short name, with or without group."""
    name, _, group = word.lower().partition(".")
    for info in KINDS:
        if group and group not in (info.group, f"v1.{info.group}"):
            continue
        if name in (info.kind.lower(), info.plural, info.short, *info.aliases):
            return info
    return None


def display(ref: ObjectRef) -> str:
    """`kind/name` as our output writes it: pod/demo, deploy/web, sa/default, rollout/web."""
    info = kind_info(ref.kind)
    return f"{info.short if info else ref.kind.lower()}/{ref.name}"


def is_object_name(text: str) -> bool:
    """Whether an object can have this name: an RFC 1123 subdomain, as the API server asks for.

    A list of pull secrets may hold any text: the API server does not check those names.
    """
    return re.fullmatch(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", text) is not None
