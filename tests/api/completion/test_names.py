"""Live names: those of the real server, for the namespace and the user that are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_pullsecret.completion import names
from kubectl_pullsecret.completion.program import answer
from tests.api.access import may
from tests.api.admin_api import AdminApi
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane

pytestmark = pytest.mark.usefixtures("objects")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine needs longer than a person waits; tests/completion holds the bound."""
    monkeypatch.setattr(names, "PATIENCE", 60.0)
    monkeypatch.setattr(names, "_FOR_CLUSTERS", 60.0)


def offered(typed: str, kubeconfig: Path) -> list[str]:
    """The words that may come, of a command with this kubeconfig."""
    command, _, rest = typed.partition(" ")
    answered = answer([command, "--kubeconfig", str(kubeconfig), *rest.split(" ")])
    *words, directive = answered.splitlines()
    assert directive == ":4"
    return words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("doctor pod/", ["pod/web-0"]),
        ("doctor pods web", ["web-0"]),
        ("attach sa/", ["sa/default", "sa/robot"]),
        ("attach deploy/", ["deploy/shop"]),
        ("attach sts/", ["sts/store"]),
        ("attach ds/", ["ds/agent"]),
        ("attach rs/", ["rs/copies"]),
        ("attach rc/", ["rc/elder"]),
        ("attach job/", ["job/once"]),
        ("attach cronjobs.batch/", ["cronjobs.batch/nightly"]),
        ("attach sa robot ", ["ancient", "regcred"]),
        ("inspect reg", ["regcred"]),
        ("verify ", ["ancient", "regcred"]),
        ("copy ", ["ancient", "regcred"]),
        ("create new --from-secret r", ["regcred"]),
        ("detach sa/default ", ["regcred"]),
        ("detach sa/robot ", []),
        ("detach deploy/shop ", ["gone", "regcred"]),
        ("detach cronjob/nightly ", ["regcred"]),
        ("detach pod web-0 ", ["regcred"]),
        ("detach pod/.. ", []),
        ("detach pod/nobody ", []),
        ("match --for pod/", ["pod/web-0"]),
        ("doctor -f some.yaml pod/", []),
        ("attach rollout/", []),
    ],
)
def test_names_of_objects(kubeconfig: Path, typed: str, words: list[str]) -> None:
    assert offered(typed, kubeconfig) == words


@pytest.mark.parametrize("flag", ["-n ", "--namespace ", "-n"], ids=repr)
def test_namespaces(kubeconfig: Path, namespace: str, flag: str) -> None:
    start = flag if flag[-1] != " " else ""
    assert offered(f"doctor {flag}{namespace}", kubeconfig) == [f"{start}{namespace}"]
    assert f"ns/{namespace}" in offered("doctor ns/", kubeconfig)


def test_several_namespaces_to_copy_to(kubeconfig: Path, namespace: str) -> None:
    typed = f"copy regcred --to-namespace default,{namespace}"
    assert offered(typed, kubeconfig) == [f"default,{namespace}"]


def test_the_flags_that_are_typed_choose_namespace_and_user(
    control_plane: ControlPlane, kubeconfig: Path
) -> None:
    assert offered("doctor -n default pod/", kubeconfig) == []
    mark = control_plane.mark()
    assert offered("doctor pod/web --as somebody --as-group system:masters pod/", kubeconfig)
    (asked,) = control_plane.requests_since(mark)
    assert asked.impersonated == "somebody"


def test_another_context_has_the_namespaces_that_a_copy_goes_to(
    kubeconfig: Path,
) -> None:
    """The first cluster's server is not asked: it is not even there."""
    typed = "copy regcred -s https://127.0.0.1:1 --to-context {} --to-namespace kube-s"
    assert offered(typed.format("nowhere"), kubeconfig) == []
    assert offered(typed.format("test"), kubeconfig) == ["kube-system"]


def test_of_secrets_only_metadata_is_asked_for(
    control_plane: ControlPlane, kubeconfig: Path
) -> None:
    mark = control_plane.mark()
    offered("inspect ", kubeconfig)
    asked = control_plane.requests_since(mark)
    assert [request.verb for request in asked] == ["list", "list"]
    types = {request.uri.partition("fieldSelector=")[2].partition("&")[0] for request in asked}
    kinds = ("dockerconfigjson", "dockercfg")
    assert types == {f"type%3Dkubernetes.io%2F{kind}" for kind in kinds}
    assert all("limit=500" in request.uri for request in asked)


def test_pages_are_read_to_their_end(api: AdminApi, namespace: str, kubeconfig: Path) -> None:
    for number in range(501):
        api.create({"kind": "ServiceAccount", "metadata": {"name": f"n{number:03}"}}, namespace)
    assert len(offered("attach sa/n", kubeconfig)) == 501


def test_who_may_not_list_gets_no_names(as_user: AsUser) -> None:
    kubeconfig = as_user("dev", [may("list", "pods")])
    assert offered("doctor pod/", kubeconfig) == ["pod/web-0"]
    for typed in ("attach sa/", "inspect ", "doctor -n "):
        assert offered(typed, kubeconfig) == []


def test_a_name_that_a_list_holds_and_no_secret_can_have_is_not_offered(
    api: AdminApi, namespace: str, kubeconfig: Path
) -> None:
    listed = [{"name": "$(id)"}, {"name": "Fine"}, {"name": "fine"}]
    account = {"kind": "ServiceAccount", "metadata": {"name": "odd"}, "imagePullSecrets": listed}
    api.create(account, namespace)
    assert offered("detach sa/odd ", kubeconfig) == ["fine"]


def test_a_silent_server_is_not_waited_for(
    control_plane: ControlPlane, kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_FOR_CLUSTERS", 0.5)
    with control_plane.silent_api_server():
        assert offered("doctor pod/", kubeconfig) == []
