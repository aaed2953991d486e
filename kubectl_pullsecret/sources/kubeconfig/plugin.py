"""The exec plugin of a user entry, ready to be run. Pure.

Source: client-go 0.34, tools/clientcmd/validation.go, validateAuthInfo;
tools/clientcmd/api/v1/defaults.go, SetDefaults_ExecConfig;
plugin/pkg/client/auth/exec/exec.go, newAuthenticator; rest/exec.go, ConfigToExecCluster.
"""

from __future__ import annotations

import base64
import json
import re

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import ExecPlugin, InteractiveMode
from kubectl_pullsecret.sources.kubeconfig.entries import Cluster, Exec

_GROUP = "client.authentication.k8s.io"
_OLD_VERSIONS = (f"{_GROUP}/v1beta1", f"{_GROUP}/v1alpha1")  # need no interactiveMode
VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
EXTENSION = f"{_GROUP}/exec"


def check_plugin(plugin: Exec | None, where: str) -> None:
    """Refuse an exec entry that kubectl refuses before it knows whether it is needed."""
    if plugin is None:
        return
    for field in ("command", "apiVersion"):
        if not plugin.get(field):
            raise PullSecretError(f"{where}: exec has no {field}")
    if any(not variable.get("name") for variable in plugin.get("env", ())):
        raise PullSecretError(f"{where}: exec has a variable without a name in env")
    mode = _mode(plugin)
    if mode not in {one.value for one in InteractiveMode}:
        modes = "Never, IfAvailable or Always"
        why = "is none of them" if mode else "is missing"
        raise PullSecretError(
            f"{where}: interactiveMode of exec {why}", remedy=f"set it to {modes}"
        )


def exec_plugin(plugin: Exec, where: str, cluster_info: Masked | None) -> ExecPlugin:
    """Make the plugin from a checked entry. Raises PullSecretError for an unknown version."""
    version = plugin["apiVersion"]
    if version not in VERSIONS:
        raise PullSecretError(
            f"{where}: apiVersion {version} of exec is not supported",
            remedy=f"get a newer plugin, for apiVersion {VERSIONS[0]}",
        )
    return ExecPlugin(
        command=plugin["command"],
        args=plugin.get("args", ()),
        env=tuple((one["name"], one.get("value", Masked(""))) for one in plugin.get("env", ())),
        api_version=version,
        interactive_mode=InteractiveMode(_mode(plugin)),
        install_hint=plugin.get("installHint", ""),
        cluster_info=cluster_info,
    )


def cluster_info(cluster: Cluster, server: str, authorities: bytes, where: str) -> Masked:
    """The cluster as plugins are told of it, in JSON; a proxy's password may stand in it.

    `authorities` are the content of the CA file or field. Raises PullSecretError.
    """
    told: dict[str, object] = {
        "server": _address(server),
        "tls-server-name": cluster.get("tls-server-name"),
        "insecure-skip-tls-verify": cluster.get("insecure-skip-tls-verify"),
        "certificate-authority-data": base64.b64encode(authorities).decode(),
        "proxy-url": cluster.get("proxy-url", Masked("")).reveal(),
        "disable-compression": cluster.get("disable-compression"),
    }
    told = {name: value for name, value in told.items() if value}
    config = cluster.get("extensions", {}).get(EXTENSION)
    if _holds_fraction(config):
        raise PullSecretError(
            f"{where}: the extension {EXTENSION} holds a number that is not a small integer",
            remedy="write the number in quotes",
        )
    return Masked(json.dumps({**told, "config": config}))


def _address(server: str) -> str:
    """The server as it is written; behind a path nothing else (client_config.go, ClientConfig)."""
    address = re.split(r"[?#]", server, maxsplit=1)[0]
    return address if re.match(r"[^/]*//[^/]*/.", address) else server


def _mode(plugin: Exec) -> str:
    default = "IfAvailable" if plugin.get("apiVersion") in _OLD_VERSIONS else ""
    return plugin.get("interactiveMode", default)


def _holds_fraction(value: object) -> bool:
    """Whether a number is in it that our YAML reader does not keep exactly."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, float):
            return True
        if isinstance(one, dict):
            pending += one.values()
        elif isinstance(one, list):
            pending += one
    return False
