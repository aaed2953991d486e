"""TYPE/NAME and TYPE NAME, as kubectl reads them."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.cli.targets import parse_targets
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.objects import ObjectRef


def pairs(*words: str) -> list[tuple[str, str]]:
    return [(target.kind, target.name) for target in parse_targets(words, "prod")]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("pod/x", "Pod"),
        ("pods/x", "Pod"),
        ("po/x", "Pod"),
        ("Pod/x", "Pod"),
        ("sa/x", "ServiceAccount"),
        ("serviceaccounts/x", "ServiceAccount"),
        ("deploy/x", "Deployment"),
        ("deployment.apps/x", "Deployment"),
        ("deployments.v1.apps/x", "Deployment"),
        ("sts/x", "StatefulSet"),
        ("ds/x", "DaemonSet"),
        ("rs/x", "ReplicaSet"),
        ("rc/x", "ReplicationController"),
        ("job.batch/x", "Job"),
        ("cj/x", "CronJob"),
        ("ns/x", "Namespace"),
    ],
)
def test_a_type_has_all_the_names_that_kubectl_gives_it(word: str, kind: str) -> None:
    assert pairs(word) == [(kind, "x")]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param((), [], id="nothing"),
        pytest.param(("pod", "a", "b"), [("Pod", "a"), ("Pod", "b")], id="type and names"),
        pytest.param(("po/a", "sa/b"), [("Pod", "a"), ("ServiceAccount", "b")], id="mixed types"),
        pytest.param(("po/a", "pod/a"), [("Pod", "a")], id="the same twice"),
    ],
)
def test_one_form_names_many(words: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    assert pairs(*words) == found


def test_a_target_is_in_the_given_namespace_and_a_namespace_in_none() -> None:
    assert parse_targets(("pod/a", "ns/b"), "prod") == (
        ObjectRef("Pod", "prod", "a"),
        ObjectRef("Namespace", "", "b"),
    )


@pytest.mark.parametrize(
    ("words", "message", "remedy"),
    [
        pytest.param(("pod/a", "b"), "b: TYPE/NAME and TYPE NAME", "TYPE/b", id="mixed forms"),
        pytest.param(("pod", "sa/b"), "pod: TYPE/NAME and", "TYPE/pod", id="type before a slash"),
        pytest.param(("web",), "web: which type is it?", "write TYPE/web", id="a name alone"),
        pytest.param(("pods",), "pods: which one?", "write pods/NAME", id="a type alone"),
        pytest.param(("pod/",), "pod/: a target is", "pod/web-0", id="no name"),
        pytest.param(("/a",), "/a: a target is", "pod/web-0", id="no type"),
        pytest.param(("pod/a/b",), "pod/a/b: a target is", "pod/web-0", id="two slashes"),
        pytest.param(("node/a",), "node: not a type", "pods (po)?, ", id="unknown type"),
        pytest.param(("secret/a",), "secret: not a type", "deploy", id="a type without pods"),
        pytest.param(("deploy.batch/a",), "deploy.batch: not a", "sts", id="wrong group"),
    ],
)
def test_what_kubectl_would_refuse_is_refused(
    words: tuple[str, ...], message: str, remedy: str
) -> None:
    with pytest.raises(PullSecretError, match=message) as refused:
        parse_targets(words)
    assert refused.value.exit_code is ExitCode.USAGE
    assert remedy.partition(" (po)?")[0] in refused.value.remedy


def test_a_command_may_take_fewer_types() -> None:
    with pytest.raises(PullSecretError) as refused:
        parse_targets(("pod/a",), kinds=("ServiceAccount",))
    assert refused.value.remedy == "types: serviceaccounts (sa)"
