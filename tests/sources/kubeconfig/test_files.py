"""Which kubeconfigs count, and what several say together, row by row beside kubectl."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sources.kubeconfig.beside_kubectl import CANARY, TOKEN, Row, World, compare, kubeconfig

BEARER = f"Bearer {TOKEN}"
NOWHERE = "there is no kubeconfig with a context in it"
REFUSED_8080 = "The connection to the server localhost:8080 was refused"
SPACE_A: dict[str, Any] = {"namespace": "a"}
IN_A: dict[str, Any] = {"path": "/api/v1/namespaces/a/secrets"}
IN_B: dict[str, Any] = {"path": "/api/v1/namespaces/b/secrets"}


def listed(*names: str) -> dict[str, str]:
    """KUBECONFIG with files of the row's folder."""
    return {"KUBECONFIG": ":".join(f"@folder@/{name}" if name else "" for name in names)}


def config(namespace: str, *, name: str = "c", token: str = TOKEN, **top: Any) -> dict[str, Any]:
    """A kubeconfig all of whose entries have one name."""
    whole = kubeconfig(current_context=name, **top)
    (cluster,), (user,) = whole["clusters"], whole["users"]
    return whole | {
        "clusters": [{**cluster, "name": name}],
        "users": [{"name": name, "user": user["user"] | {"token": token}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": name, "namespace": namespace}}
        ],
    }


def without(whole: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name not in fields}


A, B = config("a", name="a"), config("b", name="b")

PLACES = [
    Row("KUBECONFIG", {"x": A}, environment=listed("x"), arrives=IN_A),
    Row("~/.kube/config", {"home/.kube/config": A}, arrives=IN_A),
    Row("KUBECONFIG alone where there is one too", {"home/.kube/config": A, "x": B},
        environment=listed("x"), arrives=IN_B),
    Row("an empty KUBECONFIG is none", {"home/.kube/config": A}, environment={"KUBECONFIG": ""},
        arrives=IN_A),
    Row("KUBECONFIG of separators names no file", {"home/.kube/config": A},
        environment={"KUBECONFIG": "::"}, refused=NOWHERE, kubectl_says=REFUSED_8080),
    Row("no HOME: relative to the folder", {".kube/config": A}, environment={"HOME": ""},
        arrives=IN_A),
    Row("a relative KUBECONFIG", {"x": A}, environment={"KUBECONFIG": "x"}, arrives=IN_A),
    Row("~ stands for nothing", {"home/x": A}, environment={"KUBECONFIG": "~/x"},
        refused=NOWHERE, kubectl_says=REFUSED_8080),
    Row("--kubeconfig", {"x": A}, {"kubeconfig": "@folder@/x"}, arrives=IN_A),
    Row("--kubeconfig stands alone", {"x": without(A, "users"), "y": A, "home/.kube/config": A},
        {"kubeconfig": "x"}, listed("y"),
        refused='names the user "a", which is in no kubeconfig', kubectl_says="EOF"),
    Row("--kubeconfig must exist", {"y": A}, {"kubeconfig": "x"}, listed("y"),
        refused="cannot read the kubeconfig x: no such file", kubectl_says="stat x: no such file"),
    Row("no file at all", refused=NOWHERE, kubectl_says=REFUSED_8080),
    Row("only missing files", environment=listed("x", "y"), refused=NOWHERE,
        kubectl_says=REFUSED_8080),
]  # fmt: skip

MERGING = [
    Row("the first current-context counts", {"x": A, "y": B}, environment=listed("x", "y"),
        arrives=IN_A),
    Row("an empty current-context is none", {"x": A | {"current-context": ""}, "y": B},
        environment=listed("x", "y"), arrives=IN_B),
    Row("a later empty one takes nothing away", {"x": A, "y": B | {"current-context": ""}},
        environment=listed("x", "y"), arrives=IN_A),
    Row("missing files and empty names are passed over", {"x": A},
        environment=listed("", "no", "x", "", "x"), arrives=IN_A),
    Row("an empty file is passed over", {"x": "", "y": A}, environment=listed("x", "y"),
        arrives=IN_A),
    Row("a file of comments is passed over", {"x": "# nothing\n---\n", "y": A},
        environment=listed("x", "y"), arrives=IN_A),
    Row("of entries of one name the first counts, whole",
        {"x": config("a"), "y": config("b", token=f"{CANARY}-y")}, environment=listed("x", "y"),
        arrives=IN_A | {"authorization": BEARER}),
    Row("entries are not mixed",
        {"x": config("a") | {"users": [{"name": "c", "user": {}}]}, "y": config("b")},
        environment=listed("x", "y"), refused='user "c" of @folder@/x has no credentials',
        kubectl_says="EOF"),
    Row("cluster, user and context from three files",
        {"x": without(A, "clusters", "users"), "y": without(A, "contexts", "users"),
         "z": without(A, "contexts", "clusters")},
        environment=listed("x", "y", "z"), arrives=IN_A | {"authorization": BEARER}),
    Row("paths are relative to the file that has them",
        {"x": without(A, "users"), "deep/er/y": {"users": [{"name": "a",
                                                            "user": {"tokenFile": "../t"}}]},
         "deep/t": f"{TOKEN}-t"},
        environment=listed("x", "deep/er/y"), arrives={"authorization": f"{BEARER}-t"}),
    Row("a relative kubeconfig has relative paths",
        {"deep/x": A | {"users": [{"name": "a", "user": {"tokenFile": "t"}}]}, "deep/t": TOKEN},
        {"kubeconfig": "deep/../deep/x"}, arrives={"authorization": BEARER}),
]  # fmt: skip
NAMES = [
    Row("current-context does not exist", {"config": kubeconfig(current_context="no")},
        refused='current-context names the context "no", which is not in @folder@/config',
        kubectl_says="context was not found for specified context: no"),
    Row("--context does not exist", {"config": kubeconfig()}, {"context": "no"},
        refused='there is no context "no" in @folder@/config',
        kubectl_says="context was not found for specified context: no"),
    Row("--user does not exist", {"config": kubeconfig()}, {"user": "no"},
        refused='there is no user "no"', kubectl_says='auth info "no" does not exist'),
    Row("--cluster does not exist", {"config": kubeconfig()}, {"cluster": "no"},
        refused='there is no cluster "no"', kubectl_says='no server found for cluster "no"'),
    Row("the context's user does not exist", {"config": kubeconfig(context={"user": "no"})},
        refused='the context in @folder@/config names the user "no"', kubectl_says="EOF"),
    Row("the context has no user", {"config": kubeconfig(context={"user": None})},
        refused="has no credentials", kubectl_says="EOF"),
    Row("the context's cluster does not exist", {"config": kubeconfig(context={"cluster": "no"})},
        refused='names the cluster "no", which is not in @folder@/config',
        kubectl_says=REFUSED_8080),
    Row("the context has no cluster", {"config": kubeconfig(context={"cluster": None})},
        refused="names no cluster", kubectl_says=REFUSED_8080),
    Row("the cluster has no server", {"config": kubeconfig({"server": None})},
        refused='cluster "k" of @folder@/config has no server', kubectl_says=REFUSED_8080),
    Row("a missing cluster, but a server", {"config": kubeconfig(context={"cluster": "no"})},
        {"server": "@https@", "certificate_authority": "@ca-pem@"},
        arrives={"authorization": BEARER}),
    Row("no current-context", {"config": kubeconfig(current_context=None)},
        refused="no context is chosen", kubectl_says=REFUSED_8080),
    Row("no current-context, and a name", {"config": kubeconfig(current_context=None)},
        {"context": "c"}, arrives={"authorization": BEARER}),
    Row("no current-context, but cluster and user", {"config": kubeconfig(current_context=None)},
        {"cluster": "k", "user": "u"}, arrives={"authorization": BEARER}),
    Row("KUBERNETES_MASTER where nothing names a server",
        environment={"KUBERNETES_MASTER": "@http@"}, arrives={"host": "@http-host@"}),
    Row("KUBERNETES_MASTER for a cluster without server",
        {"config": kubeconfig({"server": None})}, environment={"KUBERNETES_MASTER": "@https@"},
        arrives={"authorization": BEARER}),
    Row("a server in the kubeconfig beats it", {"config": kubeconfig()},
        environment={"KUBERNETES_MASTER": "@http@"}, arrives={"host": "@https-host@"}),
]  # fmt: skip

NAMESPACES = [
    Row("the context's namespace", {"config": kubeconfig(context=SPACE_A)}, arrives=IN_A),
    Row("default", {"config": kubeconfig()},
        arrives={"path": "/api/v1/namespaces/default/secrets"}),
    Row("--namespace", {"config": kubeconfig(context=SPACE_A)}, {"namespace": "b"}, arrives=IN_B),
    Row("of the context that is chosen",
        {"x": without(A, "current-context"), "y": B}, {"context": "a"}, listed("y", "x"),
        arrives=IN_A),
    Row("a namespace that is a path", {"config": kubeconfig(context={"namespace": "a/b"})},
        refused='the namespace "a/b" cannot be one', kubectl_says="invalid namespace"),
    Row("a namespace that climbs", {"config": kubeconfig(context={"namespace": ".."})},
        refused='the namespace ".." cannot be one', kubectl_says="invalid namespace"),
]  # fmt: skip


@pytest.mark.parametrize("row", [*PLACES, *MERGING, *NAMES, *NAMESPACES], ids=lambda row: row.name)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)
