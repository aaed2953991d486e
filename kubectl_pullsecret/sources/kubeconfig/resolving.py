"""From kubeconfigs, flags and environment to one Connection, as kubectl resolves them.

Source, unless said otherwise: client-go 0.34, tools/clientcmd/client_config.go (DirectClientConfig)
and merged_client_builder.go (DeferredLoadingClientConfig).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net.proxies import (
    InvalidProxyError,
    parse_proxy_url,
    proxy_from_environment,
)
from kubectl_pullsecret.net.urls import ServerUrl
from kubectl_pullsecret.sources.connection import Connection
from kubectl_pullsecret.sources.kubeconfig import pod
from kubectl_pullsecret.sources.kubeconfig.choosing import Choice, choose
from kubectl_pullsecret.sources.kubeconfig.identity import (
    check_user,
    impersonation_of,
    read_credentials,
)
from kubectl_pullsecret.sources.kubeconfig.loading import ReadFile, load, read_file
from kubectl_pullsecret.sources.kubeconfig.overrides import Overrides
from kubectl_pullsecret.sources.kubeconfig.plugin import check_plugin, cluster_info, exec_plugin
from kubectl_pullsecret.sources.kubeconfig.server_url import InvalidServerError, parse_server
from kubectl_pullsecret.sources.kubeconfig.timeout import parse_timeout
from kubectl_pullsecret.sources.kubeconfig.trust import Trust, read_trust


def resolve(
    overrides: Overrides,
    environment: Mapping[str, str],
    *,
    now: datetime,
    read: ReadFile = read_file,
    pod_folder: str = pod.FOLDER,
) -> Connection:
    """Find the server and the identity that kubectl would use. Raises PullSecretError.

    `now` tells whether an id-token has expired. An exec plugin is left to `authentication`.
    """
    config = load(overrides.kubeconfig, environment, read)
    choice = choose(config, overrides, environment)
    check_user(choice.user, choice.user_place)
    check_plugin(choice.user.get("exec"), choice.user_place)
    trust = read_trust(choice.cluster, choice.cluster_place, read)
    proxy = _cluster_proxy(choice)
    timeout = parse_timeout(overrides.request_timeout)
    server = _server(choice.server, choice.cluster_place)
    in_pod = pod.is_pod(environment, pod_folder)
    if in_pod and _is_default(choice, server, proxy, timeout):
        address, connection = pod.service_account(overrides, environment, pod_folder, read)
        server = _server(address, "KUBERNETES_SERVICE_HOST")
        choice = choice._replace(unreachable_remedy="")  # it is about kubeconfigs
    else:
        if choice.serverless:
            remedy = "mend the context, or choose another one: --context NAME"
            raise PullSecretError(choice.serverless, remedy=remedy)
        connection = _connection(choice, server, trust, read, now)
    return connection._replace(
        server=str(server),
        namespace=_namespace(overrides, choice, environment, pod_folder if in_pod else "", read),
        proxy=proxy or proxy_from_environment(server, environment),
        request_timeout=timeout,
        unreachable_remedy=choice.unreachable_remedy,
    )


def _connection(
    choice: Choice, server: ServerUrl, trust: Trust, read: ReadFile, now: datetime
) -> Connection:
    """All but address, proxy and namespace. Credentials are for https only, as for kubectl."""
    open_part = Connection(
        server="",
        impersonation=impersonation_of(choice.user),
        compression=not choice.cluster.get("disable-compression", False),
    )
    if server.scheme == "https":
        open_part = _identified(open_part, choice, trust, read, now)
    if server.password is None:
        return open_part
    return open_part._replace(  # net/http, send: what the URL says comes before all else
        username=server.username,
        password=server.password,
        token=None,
    )


def _identified(
    connection: Connection, choice: Choice, trust: Trust, read: ReadFile, now: datetime
) -> Connection:
    credentials = read_credentials(choice.user, choice.user_place, read, now)
    entry = choice.user.get("exec")
    plugin = None
    if entry:
        told = None
        if entry.get("provideClusterInfo"):
            told = cluster_info(choice.cluster, choice.server, trust.content, choice.cluster_place)
        plugin = exec_plugin(entry, choice.user_place, told)
    if not credentials.suffice and plugin is None:
        raise _nobody(choice)
    tls = trust.tls(choice.cluster, choice.cluster_place)
    return connection._replace(
        tls=tls._replace(certificate=credentials.certificate, key=credentials.key),
        token=credentials.token,
        username=credentials.username,
        password=credentials.password,
        exec_plugin=None if credentials.suffice else plugin,
    )


def _nobody(choice: Choice) -> PullSecretError:
    """Where kubectl would ask for a user name and a password, which no API server takes."""
    if choice.user.get("origin") or not choice.context.get("user"):
        why = f"{choice.user_place} has no credentials"
    else:
        user, file = choice.context["user"], choice.context["origin"]
        why = f'the context in {file} names the user "{user}", which is in no kubeconfig'
    return PullSecretError(why, remedy="give the user a token, a client certificate or exec")


def _server(address: str, where: str) -> ServerUrl:
    try:
        return parse_server(address)
    except InvalidServerError as error:
        raise PullSecretError(f"{where}: the server's address cannot be used: {error}") from None


def _cluster_proxy(choice: Choice) -> Masked | None:
    written = choice.cluster.get("proxy-url")
    if not written:
        return None
    try:
        return parse_proxy_url(written)
    except InvalidProxyError as error:
        raise PullSecretError(
            f"{choice.cluster_place}: the proxy-url cannot be used: {error}"
        ) from None


def _is_default(
    choice: Choice, server: ServerUrl, proxy: Masked | None, timeout: float | None
) -> bool:
    """Whether nothing was configured, so that a pod's service account counts.

    One flag too many, and kubectl no longer uses it: IsDefaultConfig compares everything. What is
    for https only, such as --token, does not count: the default is http.
    """
    told = choice.user.get("as") or choice.cluster.get("disable-compression") or proxy or timeout
    return choice.server == choice.default_server and server.scheme == "http" and not told


def _namespace(
    overrides: Overrides,
    choice: Choice,
    environment: Mapping[str, str],
    pod_folder: str,
    read: ReadFile,
) -> str:
    """The namespace of commands without -n; in a pod its own, unless the context has one."""
    name = overrides.namespace or choice.context.get("namespace", "")
    if not name:
        name = pod.namespace(environment, pod_folder, read) if pod_folder else "default"
    if name in (".", "..") or "/" in name or "%" in name:
        raise PullSecretError(f'the namespace "{name}" cannot be one: it is not a name')
    return name
