"""Which context, cluster and user count, with the flags merged in. Pure.

Source: client-go 0.34, tools/clientcmd/client_config.go, getContext, getCluster and getAuthInfo.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.kubeconfig.entries import Cluster, Context, Kubeconfig, User
from kubectl_pullsecret.sources.kubeconfig.overrides import Overrides

DEFAULT_SERVER = "http://localhost:8080"  # getDefaultServer


class Choice(NamedTuple):
    """The entries that count, and how messages call them."""

    context: Context
    cluster: Cluster
    user: User
    cluster_place: str
    user_place: str
    server: str
    default_server: str  # that kubectl takes without any kubeconfig
    serverless: str = ""  # why what is named has no server: refused, but in a pod
    unreachable_remedy: str = ""  # nothing is named


def choose(config: Kubeconfig, overrides: Overrides, environment: Mapping[str, str]) -> Choice:
    """Choose the entries. Raises PullSecretError for names that do not exist."""
    context = _context(config, overrides)
    cluster_name = overrides.cluster or context.get("cluster", "")
    user_name = overrides.user or context.get("user", "")
    _require(config, "cluster", overrides.cluster, config.clusters)
    _require(config, "user", overrides.user, config.users)
    cluster = merged_cluster(config.clusters.get(cluster_name, {}), overrides)
    user = cast(User, _over(config.users.get(user_name, {}), overrides.user_fields()))
    default = environment.get("KUBERNETES_MASTER") or DEFAULT_SERVER
    is_mere_default = not cluster.get("server") and not environment.get("KUBERNETES_MASTER")
    is_named = bool(context.get("origin") or cluster_name)
    return Choice(
        context=context,
        cluster=cluster,
        user=user,
        cluster_place=_place("cluster", cluster_name, cluster.get("origin", "")),
        user_place=_place("user", user_name, user.get("origin", "")),
        server=cluster.get("server") or default,
        default_server=default,
        serverless=_serverless(context, cluster_name, config)
        if is_mere_default and is_named
        else "",
        unreachable_remedy=_remedy(config) if is_mere_default else "",
    )


def merged_cluster(entry: Cluster, overrides: Overrides) -> Cluster:
    """The entry with the flags over it.

    A CA or insecure flag replaces all that the entry says of trust; --server also does away with
    the entry's tls-server-name.
    """
    cluster: dict[str, object] = dict(_over(entry, overrides.cluster_fields()))
    if overrides.insecure_skip_tls_verify or overrides.certificate_authority:
        cluster["insecure-skip-tls-verify"] = overrides.insecure_skip_tls_verify
        cluster["certificate-authority"] = overrides.certificate_authority
        cluster["certificate-authority-data"] = b""
    if overrides.tls_server_name or overrides.server:
        cluster["tls-server-name"] = overrides.tls_server_name
    return cast(Cluster, cluster)


def _over(entry: Mapping[str, object], flags: Mapping[str, object]) -> dict[str, object]:
    """What the flags say wins; what they leave empty stays (merge.go)."""
    return {**entry, **{name: value for name, value in flags.items() if value}}


def _context(config: Kubeconfig, overrides: Overrides) -> Context:
    name = overrides.context or config.current_context
    _require(config, "context", name, config.contexts)
    return config.contexts.get(name, {})


def _require(config: Kubeconfig, kind: str, name: str, known: Mapping[str, object]) -> None:
    """Refuse a name that is chosen and stands in none of the files."""
    if not name or name in known:
        return
    files = ", ".join(config.files) or "any kubeconfig"
    if kind == "context" and name == config.current_context:
        why = f'current-context names the context "{name}", which is not in {files}'
    else:
        why = f'there is no {kind} "{name}" in {files}'
    raise PullSecretError(why, remedy=f"kubectl config get-{kind}s shows what there is")


def _serverless(context: Context, name: str, config: Kubeconfig) -> str:
    """Why there is no server, where kubectl would try localhost:8080."""
    if not name:
        return f"the context in {context['origin']} names no cluster"
    if name in config.clusters:
        return f'cluster "{name}" of {config.clusters[name]["origin"]} has no server'
    files = ", ".join(config.files)
    return f'the context in {context["origin"]} names the cluster "{name}", which is not in {files}'


def _remedy(config: Kubeconfig) -> str:
    if config.contexts:
        return "no context is chosen: kubectl config use-context NAME, or --context NAME"
    return "there is no kubeconfig with a context in it: set KUBECONFIG, or --kubeconfig FILE"


def _place(kind: str, name: str, origin: str) -> str:
    return f'{kind} "{name}" of {origin}' if origin else f"the {kind} that the flags give"
