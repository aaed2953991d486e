"""Names that stand in kubeconfigs: contexts, clusters, users; and the flags as these take them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from kubectl_pullsecret.completion.command_line import CommandLine
from kubectl_pullsecret.completion.table import FIELDS, KEPT
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.kubeconfig import Overrides

_MASKED = ("--token", "--password")
_FILES = ("--kubeconfig", "--certificate-authority", "--client-certificate", "--client-key")


def names(line: CommandLine, kind: str) -> Iterable[str]:
    """The names of a kind: "context", "cluster" or "user". Raises PullSecretError."""
    from kubectl_pullsecret.sources.kubeconfig.loading import load, read_file

    config = load(overrides(line).kubeconfig, os.environ, read_file)
    return {"context": config.contexts, "cluster": config.clusters, "user": config.users}[kind]


def overrides(line: CommandLine, *, destination: bool = False) -> Overrides:
    """The connection flags that are typed; of the destination of a copy, those that hold there."""
    context = line.last("--to-context") if destination else ""
    switches = {flag.name for flag in line.flags if not flag.value}
    found: dict[str, object] = {}
    for flag in KEPT if context else FIELDS:
        values = line.given.get(flag)
        if values:
            given = line.is_given(flag) if flag in switches else _value(flag, values)
            found[FIELDS[flag]] = given
    found["namespace"] = line.last("--namespace")
    if context:
        found["context"] = context
    return Overrides(**found)  # type: ignore[arg-type]  # FIELDS is made from its fields


def _value(flag: str, values: list[str]) -> object:
    last = values[-1]
    if flag in _MASKED:
        return Masked(last)
    if flag in _FILES:
        return os.path.expanduser(last)  # the shell hands on what is typed
    if flag == "--as-group":
        return tuple(values)
    return last
