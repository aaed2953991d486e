"""Exec plugins, row by row beside kubectl: what they are told, and what their output does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import PullSecretError
from tests.sources.kubeconfig.beside_kubectl import (
    CANARY,
    TOKEN,
    Row,
    World,
    basic,
    compare,
    kubeconfig,
)

V1 = "client.authentication.k8s.io/v1"
BETA = "client.authentication.k8s.io/v1beta1"
BEARER = f"Bearer {TOKEN}"
SEEN: dict[str, Any] = {"authorization": BEARER}
JANE: dict[str, Any] = {
    "client-certificate-data": "@jane-data@",
    "client-key-data": "@jane-key-data@",
}
PAIR: dict[str, Any] = {"clientCertificateData": "@jane-json@", "clientKeyData": "@jane-key-json@"}
PLUGIN: dict[str, Any] = {"apiVersion": V1, "command": "./plugin", "interactiveMode": "Never"}


def prints(output: str, code: int = 0) -> str:
    """A plugin that prints a text, and notes what it was told."""
    return f"""#!/bin/sh
printf '%s' "$KUBERNETES_EXEC_INFO" >> told
pwd > folder
echo "${{FIRST-unset}} ${{SECOND-unset}} $*" > given
cat > input
cat <<'END'
{output}
END
exit {code}
"""


def credential(version: str = V1, **status: Any) -> str:
    """What a plugin prints; @words@ filled."""
    text = json.dumps({"kind": "ExecCredential", "apiVersion": version, "status": status})
    return prints(
        text.replace('"@jane-json@"', "@jane-json@").replace('"@jane-key-json@"', "@jane-key-json@")
    )


def given(plugin: Mapping[str, Any] | None, user: dict[str, Any] | None = None) -> dict[str, Any]:
    entry = {key: value for key, value in {**PLUGIN, **(plugin or {})}.items() if value is not None}
    return kubeconfig(user={"token": None, "exec": entry, **(user or {})})


def fine(
    name: str,
    script: str,
    plugin: dict[str, Any] | None = None,
    user: dict[str, Any] | None = None,
    **seen: Any,
) -> Row:
    return Row(name, {"config": given(plugin, user), "plugin": script}, arrives=seen)  # fmt: skip


def refused(
    name: str,
    script: str,
    ours: str,
    kubectl: str,
    plugin: dict[str, Any] | None = None,
    differs: str = "",
) -> Row:
    files = {"config": given(plugin), "plugin": script}
    return Row(name, files, refused=ours, kubectl_says=kubectl, differs=differs)  # fmt: skip


GOOD = credential(token=TOKEN)
YAML = f"apiVersion: {V1}\nkind: ExecCredential\nstatus:\n  token: {TOKEN}\n"
ANSWERS = [
    fine("a token", GOOD, **SEEN),
    fine("a token in YAML", prints(YAML), **SEEN),
    fine("a token with an expiry", credential(token=TOKEN,
                                              expirationTimestamp="2030-01-02T03:04:05Z"),
         **SEEN),
    fine("no expiry", credential(token=TOKEN, expirationTimestamp=None), **SEEN),
    fine("a certificate with its key", credential(**PAIR), certificate="jane", authorization=""),
    fine("both", credential(token=TOKEN, **PAIR), certificate="jane", **SEEN),
    fine("v1beta1", credential(BETA, token=TOKEN), {"apiVersion": BETA}, **SEEN),
    fine("v1beta1 without interactiveMode", credential(BETA, token=TOKEN),
         {"apiVersion": BETA, "interactiveMode": None}, **SEEN),
    fine("no kind", prints(json.dumps({"apiVersion": V1, "status": {"token": TOKEN}})), **SEEN),
    fine("fields that nobody knows", credential(token=TOKEN, more=[1]), **SEEN),
    refused("another version", GOOD, f"is to print apiVersion {BETA}, and prints {V1}",
            "configured to use API version", {"apiVersion": BETA}),
    refused("no version", prints(json.dumps({"kind": "ExecCredential",
                                             "status": {"token": TOKEN}})),
            "and prints none", "plugin returned version"),
    refused("another kind", prints(json.dumps({"kind": "Secret", "apiVersion": V1})),
            "does not print an ExecCredential", 'no kind "Secret"'),
    refused("no status", prints(json.dumps({"kind": "ExecCredential", "apiVersion": V1})),
            "prints no status", "didn't return a status field"),
    refused("a status that is a string", prints(json.dumps({"apiVersion": V1, "status": CANARY})),
            "prints no status", "decoding stdout"),
    refused("neither token nor certificate", credential(), "prints neither a token nor",
            "didn't return a token or cert/key pair"),
    refused("a certificate without key", credential(token=TOKEN, clientCertificateData=CANARY),
            "only one of certificate and key", "only certificate or key, not both"),
    refused("a key without certificate", credential(clientKeyData=CANARY),
            "only one of certificate and key", "only certificate or key, not both"),
    refused("a certificate that is none",
            credential(clientCertificateData=CANARY, clientKeyData=CANARY),
            "prints a certificate or key that cannot be used",
            "failed parsing client key/certificate"),
    refused("a token that is a number", credential(token=7), "status.token that is not a string",
            "decoding stdout"),
    refused("an expiry that is no time", credential(token=TOKEN, expirationTimestamp="tomorrow"),
            "is not an RFC 3339 time", "decoding stdout"),
    refused("an expiry that no calendar has",
            credential(token=TOKEN, expirationTimestamp="2030-13-01T00:00:00Z"),
            "is not an RFC 3339 time", "decoding stdout"),
    refused("an expiry that is a number", credential(token=TOKEN, expirationTimestamp=7),
            "expirationTimestamp that is not a string", "decoding stdout"),
    refused("nothing", "#!/bin/sh\n",
            "the exec plugin @folder@/plugin does not print|and prints none",
            "decoding stdout|plugin returned version"),
    refused("text", prints(f"Welcome, {CANARY}"), "does not print an ExecCredential",
            "decoding stdout"),
    refused("two documents", prints("{}\n{}"), "does not print|and prints none",
            "decoding|version"),
    refused("a token with a line end", credential(token=f"{TOKEN}\nx"), "line break",
            "invalid header field"),
    refused("failure", prints(CANARY, 3), "the exec plugin .*plugin failed with exit code 3",
            "plugin failed with exit code 3"),
    refused("failure after a good answer", GOOD.replace("exit 0", "exit 1"),
            "failed with exit code 1",
            "failed with exit code 1"),
    refused("a signal", "#!/bin/sh\nkill -9 $$\n", "was ended by signal 9",
            "failed with exit code -1"),
    refused("no end of output", "#!/bin/sh\nexec cat /dev/zero\n", "prints more than 1 MiB", "",
            differs="kubectl reads until the memory is full"),
]  # fmt: skip

ENTRIES = [
    fine("arguments", GOOD, {"args": ["a b", ""]}, **SEEN),
    fine("a token comes first, and nothing is run", prints("", 1), user={"token": TOKEN}, **SEEN),
    fine("basic comes first", prints("", 1), user={"username": "ann", "password": CANARY},
         authorization=basic(f"ann:{CANARY}")),
    fine("a certificate comes first", prints("", 1), user=JANE, certificate="jane",
         authorization=""),
    fine("impersonation beside it", GOOD, user={"as": "joe"}, **SEEN,
         impersonation=(("impersonate-user", "joe"),)),
    refused("v1alpha1", GOOD,
            "apiVersion client.authentication.k8s.io/v1alpha1 of exec is not supp",
            'invalid apiVersion "client.authentication.k8s.io/v1alpha1"',
            {"apiVersion": "client.authentication.k8s.io/v1alpha1", "interactiveMode": None}),
    Row("v1alpha1 beside a token", {"config": given({"apiVersion": "x/v1"}, {"token": TOKEN})},
        refused="apiVersion x/v1 of exec is not supported",
        kubectl_says='invalid apiVersion "x/v1"'),
    refused("no version", GOOD, "exec has no apiVersion", "apiVersion must be specified",
            {"apiVersion": None}),
    refused("no command", GOOD, "exec has no command", "command must be specified",
            {"command": None}),
    refused("v1 without interactiveMode", GOOD, "interactiveMode of exec is missing",
            "interactiveMode must be specified", {"interactiveMode": None}),
    refused("another interactiveMode", GOOD, "interactiveMode of exec is none of them",
            'invalid interactiveMode for u: "never"', {"interactiveMode": "never"}),
    refused("Always without a terminal", GOOD,
            "must ask the user, but standard input is not a terminal",
            "standard input is not a terminal", {"interactiveMode": "Always"}),
    fine("IfAvailable without a terminal", GOOD, {"interactiveMode": "IfAvailable"}, **SEEN),
    refused("a variable without a name", GOOD, "has a variable without a name in env",
            "env variable name must be specified", {"env": [{"value": CANARY}]}),
    refused("not there", GOOD, "the exec plugin @folder@/no is not found\npip install no",
            "exec: fork/exec @folder@/no: no such file",
            {"command": "./no", "installHint": "pip install no"}),
    refused("not on PATH", GOOD, "the exec plugin kubectl-no is not found\ninstall it",
            "executable kubectl-no not found", {"command": "kubectl-no"}),
    refused("not executable", f"{CANARY}", "plugin is not found", "permission denied"),
    refused("no program", "#!/nowhere\n", "cannot be started: no such file", "no such file"),
    Row("beside an auth-provider", {"config": given({}, {"auth-provider": {"name": "oidc"}})},
        refused="both exec and auth-provider", kubectl_says="authProvider cannot be provided"),
    Row("an empty entry", {"config": kubeconfig(user={"token": None, "exec": {}})},
        refused="exec has no command", kubectl_says="command must be specified"),
    Row("a kubeconfig elsewhere", {"deep/config": given({}), "deep/plugin": GOOD},
        {"kubeconfig": "deep/config"}, arrives=SEEN),
    Row("a command on PATH", {"config": given({"command": "the-plugin"}), "bin/the-plugin": GOOD},
        environment={"PATH": "@folder@/bin:@path@"}, arrives=SEEN),
    Row("PATH of the plugin does not count",
        {"config": given({"command": "the-plugin", "env": [{"name": "PATH",
                                                            "value": "@folder@/bin"}]}),
         "bin/the-plugin": GOOD}, refused="is not found", kubectl_says="not found"),
    Row("found in the current folder does not count",
        {"config": given({"command": "the-plugin"}), "the-plugin": GOOD},
        environment={"PATH": ".:@path@"}, refused="is not found",
        kubectl_says="cannot run executable found relative to current directory|not found"),
]  # fmt: skip


@pytest.mark.parametrize("row", [*ANSWERS, *ENTRIES], ids=lambda row: row.name)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)


EXTENSION: dict[str, Any] = {
    "name": "client.authentication.k8s.io/exec",
    "extension": {"audience": "x", "n": [1, None]},
}
TOLD = [
    ("nothing", {}, {}, {}, {}),
    ("the cluster", {}, {}, {}, {"provideClusterInfo": True}),
    ("an authority's file", {"certificate-authority-data": None,
                             "certificate-authority": "@ca-pem@"},
     {}, {}, {"provideClusterInfo": True}),
    ("insecure", {"certificate-authority-data": None, "insecure-skip-tls-verify": True}, {}, {},
     {"provideClusterInfo": True}),
    ("a server's name and no compression", {"disable-compression": True},
     {"tls_server_name": "localhost"}, {}, {"provideClusterInfo": True}),
    ("its extension", {"extensions": [EXTENSION, {"name": "x", "extension": {}}]}, {}, {},
     {"provideClusterInfo": True}),
    ("its proxy", {"proxy-url": f"http://a:{CANARY}@@proxy-host@/x"}, {}, {},
     {"provideClusterInfo": True}),
    ("not the environment's proxy", {"server": "@any@"}, {}, {"HTTPS_PROXY": "@proxy@"},
     {"provideClusterInfo": True}),
    ("the address with a path", {"server": "@https@/a/?b=c#d"}, {}, {},
     {"provideClusterInfo": True}),
    ("the address without a path", {"server": "@https@?b=c"}, {}, {}, {"provideClusterInfo": True}),
    ("v1beta1", {}, {}, {}, {"provideClusterInfo": True, "apiVersion": BETA}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cluster", "flags", "environment", "plugin"),
    [told[1:] for told in TOLD],
    ids=[told[0] for told in TOLD],
)
def test_the_plugin_is_told(
    world: World,
    cluster: dict[str, Any],
    flags: dict[str, Any],
    environment: dict[str, str],
    plugin: dict[str, Any],
) -> None:
    config = given(plugin)
    config["clusters"] = kubeconfig(cluster)["clusters"]
    script = credential(plugin.get("apiVersion", V1), token=TOKEN)
    row = Row("", {"config": config, "plugin": script}, flags, environment)
    world.write(row.files)
    assert world.ask_kubectl(row).message == ""
    kubectl = _take(world.folder / "told")
    assert world.ask_us(row).message == ""
    assert _take(world.folder / "told") == kubectl
    assert ("cluster" in kubectl["spec"]) is ("provideClusterInfo" in plugin)


def _take(file: Path) -> Any:
    """What one run of the plugin was told."""
    text = file.read_text()
    file.unlink()
    return json.JSONDecoder().raw_decode(text)[0]


ENVIRONMENT = [{"name": "FIRST", "value": "1"}, {"name": "SECOND"}, {"name": "FIRST", "value": "2"}]


def test_the_plugin_runs_where_the_caller_is_with_all_variables(world: World) -> None:
    files = {"config": given({"env": ENVIRONMENT, "args": ["a b", "$c"]}), "plugin": GOOD}
    row = Row("", files, environment={"FIRST": "0"})
    world.write({f"deep/{name}": content for name, content in files.items()})
    row = Row("", {}, {"kubeconfig": "deep/config"}, {"FIRST": "0"})
    for ask in (world.ask_kubectl, world.ask_us):
        assert ask(row).message == ""
        assert (world.folder / "folder").read_text().strip() == str(world.folder.resolve())
        assert (world.folder / "given").read_text() == "2  a b $c\n"
        assert (world.folder / "input").read_text() == ""


def test_what_the_plugin_writes_to_its_error_output_is_seen(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world.write({"config": given({}), "plugin": GOOD + "", "x": ""})
    script = GOOD.replace("#!/bin/sh", "#!/bin/sh\necho log in at https://x >&2")
    world.write({"plugin": script})
    assert world.ask_us(Row("", {"config": given({})})).message == ""
    assert capfd.readouterr().err == "log in at https://x\n"


def test_a_fraction_cannot_be_told(world: World) -> None:
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"n": 1.5}}
    config = given({"provideClusterInfo": True})
    config["clusters"][0]["cluster"]["extensions"] = [extension]
    row = Row("", {"config": config, "plugin": GOOD},
              refused="a number that is not a small integer",
              differs="our YAML reader keeps no fractions")  # fmt: skip
    compare(world, row)


def test_a_connection_without_a_plugin_stays_as_it_is() -> None:
    from kubectl_pullsecret.sources.authentication import authenticate
    from kubectl_pullsecret.sources.connection import Connection

    connection = Connection(server="https://x")
    assert authenticate(connection, {}, stdin_is_terminal=False) is connection


def test_arguments_that_no_program_can_have(world: World) -> None:
    from kubectl_pullsecret.credentials.masked import Masked
    from kubectl_pullsecret.sources.authentication import authenticate
    from kubectl_pullsecret.sources.connection import Connection, ExecPlugin, InteractiveMode

    plugin = ExecPlugin("sh", (Masked(f"{CANARY}\0"),), (), V1, InteractiveMode.NEVER)
    connection = Connection(server="https://x", exec_plugin=plugin)
    with pytest.raises(PullSecretError, match="sh cannot be started: its arguments") as caught:
        authenticate(connection, {"PATH": world.path}, stdin_is_terminal=False)
    assert CANARY not in str(caught.value)
