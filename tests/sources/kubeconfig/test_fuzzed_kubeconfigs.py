"""Whatever a kubeconfig, a plugin or the environment says: a Connection or one clear error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net.proxies import parse_proxy_url, proxy_from_environment
from kubectl_pullsecret.sources.authentication import _document, _status
from kubectl_pullsecret.sources.connection import ExecPlugin, InteractiveMode
from kubectl_pullsecret.sources.kubeconfig import Overrides, resolve
from kubectl_pullsecret.sources.kubeconfig.server_url import InvalidServerError, parse_server
from kubectl_pullsecret.sources.kubeconfig.timeout import parse_timeout

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
CANARY = "hunter2"
SECRETS = st.sampled_from([CANARY, f"{CANARY}\n", f"{CANARY}ü", "aHVudGVyMg==", ""])
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.just([]), st.just({}), st.just(["x"]),
    st.just({"name": "x"}), st.just(1.5), st.just("x"),
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "", "ü"])
URLS = st.sampled_from([
    "https://127.0.0.1:6443", f"https://ann:{CANARY}@127.0.0.1:1/x", "http://x", "x:1",
    "https://[::1",
    f"socks5://ann:{CANARY}@x", "", "/", f"ftp://{CANARY}@x", "https://x:99999",
    f"ann:{CANARY}@x:1",
])  # fmt: skip
FILES = st.sampled_from(["ca.pem", "missing", "", "/", "a\0b"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Records with some of these fields, now and then with something odd in one."""
    named = {name.replace("_", "-"): value | ODD for name, value in fields.items()}
    return st.fixed_dictionaries({}, optional=named)


EXTENSIONS = st.lists(
    some(name=st.just("client.authentication.k8s.io/exec"), extension=ODD), max_size=2
)
CLUSTER = some(
    server=URLS, tls_server_name=NAMES, insecure_skip_tls_verify=st.booleans(), proxy_url=URLS,
    certificate_authority=FILES, certificate_authority_data=SECRETS, extensions=EXTENSIONS,
)  # fmt: skip
EXEC = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.sampled_from(
            ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", "x"]
        ),
        "command": st.sampled_from(["sh", "./x", ""]) | ODD,
        "args": st.lists(SECRETS, max_size=2) | ODD,
        "env": st.lists(some(name=NAMES, value=SECRETS), max_size=2) | ODD,
        "interactiveMode": st.sampled_from(["Never", "Always", "x"]) | ODD,
        "provideClusterInfo": st.booleans() | ODD,
    },
)
USER = some(
    token=SECRETS, username=NAMES, password=SECRETS, client_certificate=FILES, client_key=FILES,
    client_certificate_data=SECRETS, client_key_data=SECRETS, as_groups=st.lists(NAMES, max_size=2),
    as_user_extra=st.dictionaries(NAMES, st.lists(NAMES, max_size=2), max_size=2),
    auth_provider=some(name=st.sampled_from(["oidc", "gcp"]),
                       config=st.dictionaries(st.just("id-token"), SECRETS)),
) | st.builds(lambda plugin: {"exec": plugin}, EXEC)  # fmt: skip
CONTEXT = some(cluster=NAMES, user=NAMES, namespace=NAMES | st.sampled_from(["..", "a/b"]))


def entries(kind: str, entry: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.fixed_dictionaries({"name": NAMES, kind: entry}), max_size=3)


DOCUMENTS = some(
    kind=st.just("Config"),
    current_context=NAMES,
    clusters=entries("cluster", CLUSTER),
    users=entries("user", USER),
    contexts=entries("context", CONTEXT),
)
FLAGS = st.builds(
    Overrides,
    kubeconfig=st.just("config"), context=NAMES, cluster=NAMES, user=NAMES,
    server=URLS | st.just(""),
    token=st.none() | st.builds(Masked, SECRETS), client_certificate=FILES,
    insecure_skip_tls_verify=st.booleans(), as_user=NAMES, request_timeout=st.sampled_from(["",
                                                                                            "5s",
                                                                                            "x"]),
)  # fmt: skip
ENVIRONMENTS = st.dictionaries(
    st.sampled_from(["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "KUBERNETES_MASTER",
                     "REQUEST_METHOD"]),
    URLS | st.sampled_from(["*", "10.0.0.0/8", ".x", ":1", ",", "[::1]:6443"]),
)  # fmt: skip


def reader(kubeconfig: bytes) -> Callable[[str], bytes]:
    files = {"config": kubeconfig}

    def read(path: str) -> bytes:
        if "\0" in path:
            raise ValueError("embedded null byte")
        name = path.rpartition("/")[2]
        if name not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[name]

    return read


def resolved(kubeconfig: bytes, overrides: Overrides, environment: Mapping[str, str]) -> None:
    """A Connection or a PullSecretError; neither shows a secret."""
    try:
        connection = resolve(overrides, environment, now=NOW, read=reader(kubeconfig))
    except PullSecretError as error:
        shown = f"{error.message} {error.remedy}"
    else:
        shown = repr(connection)
        assert connection.server.startswith(("https://", "http://"))
    assert CANARY not in shown


@settings(max_examples=300)
@given(DOCUMENTS, FLAGS, ENVIRONMENTS)
def test_any_document(
    document: object, overrides: Overrides, environment: Mapping[str, str]
) -> None:
    resolved(json.dumps(document).encode(), overrides, environment)


@settings(max_examples=300)
@given(st.text(alphabet="{}[]:,-&*<!|>'\"#% \n\tabc01.~\0\ufeff\x85é", max_size=60))
@example("&a [*a]")
@example("? {a: b}\n: c")
@example("!!binary x")
def test_any_text(text: str) -> None:
    resolved(text.encode(), Overrides(kubeconfig="config"), {})


@settings(max_examples=100)
@given(st.binary(max_size=40))
def test_any_bytes(content: bytes) -> None:
    resolved(content, Overrides(kubeconfig="config"), {})


@settings(max_examples=200)
@given(st.text(alphabet="htps:/[]@?#%ü.x1 \0", max_size=30))
def test_any_address(written: str) -> None:
    try:
        url = parse_server(written)
    except InvalidServerError:
        return
    assert str(url) == str(parse_server(str(url)))
    with suppress(PullSecretError):
        proxy = proxy_from_environment(url, {"HTTPS_PROXY": written, "HTTP_PROXY": written})
        assert proxy is None or parse_proxy_url(proxy) == proxy


@settings(max_examples=200)
@given(st.text(alphabet="0123456789.+-smhnuµ _٣e", max_size=12))
def test_any_length_of_time(written: str) -> None:
    with suppress(PullSecretError):
        seconds = parse_timeout(written)
        assert seconds is None or 0 < seconds < 10**10


PLUGIN = ExecPlugin("p", (), (), "client.authentication.k8s.io/v1", InteractiveMode.NEVER)
PRINTED = some(
    kind=st.just("ExecCredential"), apiVersion=st.just(PLUGIN.api_version), status=some(
        token=SECRETS, clientCertificateData=SECRETS, clientKeyData=SECRETS,
        expirationTimestamp=st.sampled_from(["2026-01-01T00:00:00Z", "2026-13-01T00:00:00Z", ""]),
    ),
)  # fmt: skip


@settings(max_examples=200)
@given(st.one_of(PRINTED.map(json.dumps), st.text(alphabet="{}[]:'\"ab\n", max_size=30)))
def test_whatever_a_plugin_prints(output: str) -> None:
    try:
        status = _status(PLUGIN, _document(PLUGIN, output.encode()))
    except PullSecretError as error:
        shown = error.message
    else:
        shown = ""
        assert status.get("token") or status.get("clientKeyData")
    assert CANARY not in shown
