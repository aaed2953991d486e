"""`doctor` from flags to exit code; what it finds is the matter of tests/diagnosis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.views.terminal import Terminal
from tests.cli.dumps import FAILING, account, dump, pod, running
from tests.cli.outside import invoke

FINE = dump([running("web"), account()])
WARNING = dump([running("web"), account("prod", "missing"), {
    "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
    "metadata": {"name": "other", "namespace": "prod"},
}])  # fmt: skip


def test_a_failing_pod_is_explained_and_the_exit_code_is_1() -> None:
    outcome = invoke("doctor", "-f", "-", stdin=FAILING)
    assert outcome.code is ExitCode.FINDINGS
    assert outcome.out.startswith("pod/web in prod cannot pull registry.test/app:v1 (app)    ")
    assert outcome.err == ""


def test_nothing_wrong_is_one_friendly_line_and_exit_code_0() -> None:
    outcome = invoke("doctor", "-f", "-", stdin=FINE)
    assert (outcome.code, outcome.out) == (ExitCode.FINE, "1 pod, no image pull problem\n")


@pytest.mark.parametrize(
    ("stdin", "fail_on", "code"),
    [
        pytest.param(FAILING, "error", ExitCode.FINDINGS, id="an error"),
        pytest.param(FAILING, "warning", ExitCode.FINDINGS, id="an error, asked for warnings"),
        pytest.param(FAILING, "never", ExitCode.FINE, id="never"),
        pytest.param(WARNING, "error", ExitCode.FINE, id="a warning"),
        pytest.param(WARNING, "warning", ExitCode.FINDINGS, id="a warning, asked for"),
    ],
)
def test_fail_on_decides_what_is_worth_exit_code_1(
    stdin: bytes, fail_on: str, code: ExitCode
) -> None:
    outcome = invoke(
        "doctor", "sa/default", "pod/web", "-f", "-", "--fail-on", fail_on, stdin=stdin
    )
    assert outcome.code is code


UNSEEN = dump([{
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "prod"},
    "spec": {"template": {"spec": {
        "imagePullSecrets": [{"name": "regcred"}],
        "containers": [{"name": "app", "image": "registry.test/app:v1"}],
    }}},
}])  # fmt: skip


@pytest.mark.parametrize(
    ("targets", "strict", "allowed"),
    [
        pytest.param((), ExitCode.INCOMPLETE, ExitCode.FINE, id="a secret that is not in git"),
        pytest.param(
            ("deploy/web", "deploy/gone"), ExitCode.INCOMPLETE, ExitCode.INCOMPLETE, id="a target"
        ),
        pytest.param(("deploy/gone",), ExitCode.FAILED, ExitCode.FAILED, id="the only target"),
    ],
)
def test_secrets_that_were_not_seen_may_be_allowed_and_nothing_else(
    targets: tuple[str, ...], strict: ExitCode, allowed: ExitCode
) -> None:
    asked = ("doctor", *targets, "-f", "-")
    assert invoke(*asked, stdin=UNSEEN).code is strict
    outcome = invoke(*asked, "--allow-unseen", stdin=UNSEEN)
    assert outcome.code is allowed
    if allowed is ExitCode.FINE:
        assert "not seen: secrets/regcred in prod" in outcome.out


def test_a_file_that_cannot_be_read_is_not_allowed_with_unseen_secrets() -> None:
    torn = UNSEEN + b"\n---\n{{ .Values.x }}\n"
    outcome = invoke("doctor", "-f", "-", "--allow-unseen", stdin=torn)
    assert outcome.code is ExitCode.INCOMPLETE


def test_json_and_yaml_say_the_same() -> None:
    as_json = json.loads(invoke("doctor", "-f", "-", "-o", "json", stdin=FAILING).out)
    as_yaml = yaml.safe_load(invoke("doctor", "-f", "-", "-o", "yaml", stdin=FAILING).out)
    assert as_json == as_yaml
    assert as_json["kind"] == "DoctorReport"
    assert as_json["summary"]["failing"] == 1


def test_names_are_fit_for_kubectl() -> None:
    assert invoke("doctor", "-f", "-", "-o", "name", stdin=FAILING).out == "pod/web\n"


def test_no_name_is_no_line() -> None:
    assert invoke("doctor", "-f", "-", "-o", "name", stdin=FINE).out == ""


def test_wide_says_more() -> None:
    assert "\n  sure    " in invoke("doctor", "-f", "-", "-o", "wide", stdin=FAILING).out


def test_the_terminal_decides_about_width_and_colour() -> None:
    out = invoke("doctor", "-f", "-", stdin=FAILING, terminal=Terminal(40, colour=True)).out
    assert "\x1b[1m" in out


@pytest.mark.parametrize(
    ("args", "pods"),
    [
        pytest.param((), 2, id="everything in the input"),
        pytest.param(("-n", "dev"), 1, id="one namespace"),
        pytest.param(("-A",), 2, id="all namespaces"),
        pytest.param(("-A", "-n", "dev"), 2, id="-A wins, as in kubectl"),
        pytest.param(("ns/prod",), 1, id="a namespace as target"),
        pytest.param(("pod/a",), 1, id="a pod wherever it is"),
        pytest.param(("pod", "a", "b"), 2, id="two pods"),
        pytest.param(("po/b", "-n", "dev"), 1, id="a pod of a namespace"),
    ],
)
def test_what_is_looked_at(args: tuple[str, ...], pods: int) -> None:
    both = dump([pod("a", "prod"), pod("b", "dev")])
    outcome = invoke("doctor", *args, "-f", "-", "-o", "json", stdin=both)
    assert json.loads(outcome.out)["summary"]["pods"] == pods


def test_a_bare_object_is_in_the_namespace_of_the_flag() -> None:
    bare = pod("web")
    del bare["metadata"]["namespace"]
    outcome = invoke("doctor", "-n", "dev", "-f", "-", "-o", "json", stdin=dump([bare]))
    assert json.loads(outcome.out)["items"][0]["subject"]["namespace"] == "dev"


def test_without_files_it_asks_the_cluster() -> None:
    outcome = invoke("doctor", "-n", "prod")
    assert outcome.code is ExitCode.FAILED
    assert 'cannot list pods in namespace "prod"' in outcome.err
    assert "127.0.0.1:1 was refused" in outcome.err


def test_a_target_is_not_looked_for_in_all_namespaces_of_a_cluster() -> None:
    outcome = invoke("doctor", "pod/demo", "-A")
    assert outcome.code is ExitCode.USAGE
    assert "-n NAMESPACE" in outcome.err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        pytest.param(("pod/none",), ExitCode.FAILED, id="no such pod"),
        pytest.param(("node/none",), ExitCode.USAGE, id="no such type"),
    ],
)
def test_a_target_that_is_not_there_is_an_error(args: tuple[str, ...], code: ExitCode) -> None:
    outcome = invoke("doctor", *args, "-f", "-", "-o", "json", stdin=FAILING)
    assert (outcome.code, outcome.out) == (code, "")
    assert outcome.err.startswith("error: ")


def test_a_file_that_cannot_be_read_is_exit_code_3(tmp_path: Path) -> None:
    outcome = invoke("doctor", "-f", str(tmp_path / "none.json"))
    assert outcome.code is ExitCode.FAILED
    assert "none.json" in outcome.err


@pytest.mark.parametrize(
    ("good", "code"),
    [
        pytest.param(FINE, ExitCode.INCOMPLETE, id="nothing worse"),
        pytest.param(FAILING, ExitCode.FINDINGS, id="a finding is worse"),
    ],
)
def test_what_cannot_be_read_in_part_is_said_and_no_clean_bill(
    tmp_path: Path, good: bytes, code: ExitCode
) -> None:
    (tmp_path / "good.json").write_bytes(good)
    (tmp_path / "bad.yaml").write_bytes(b"kind: [Pod\n")
    outcome = invoke("doctor", "-f", str(tmp_path))
    assert outcome.code is code
    assert outcome.err.startswith("warning: ")
    assert "bad.yaml" in outcome.err
