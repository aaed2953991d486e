"""`list` from the command line. What people read is held in golden files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke
from tests.golden import assert_golden

HERE = Path(__file__).parent
CAPTURES = HERE.parent / "data" / "captures" / "containerd-2.2"
ALL = ("-f", str(CAPTURES))
ONE = ("-f", str(CAPTURES / "pod-shadows-sa.json"))


def list_secrets(*args: str, stdin: bytes = b"") -> tuple[ExitCode, str, str]:
    """Exit code, stdout and stderr of one run."""
    done = invoke("list", *args, stdin=stdin)
    return done.code, done.out, done.err


@pytest.mark.parametrize(
    ("name", "args"), [("list-all", ALL), ("list-wide", (*ALL, "-o", "wide")), ("list-one", ONE)]
)
def test_the_table_is_kubectls(name: str, args: tuple[str, ...]) -> None:
    code, out, err = list_secrets(*args)
    path = HERE / "golden" / f"{name}.txt"
    assert (code, err) == (ExitCode.FINE, "")
    assert_golden(path, out)


def test_the_namespace_column_is_there_for_several_namespaces_or_all() -> None:
    assert list_secrets(*ONE)[1].startswith("NAME ")
    assert list_secrets(*ONE, "-A")[1].startswith("NAMESPACE ")
    assert list_secrets(*ALL)[1].startswith("NAMESPACE ")
    assert list_secrets(*ALL, "-n", "s-secret-opaque")[1].startswith("NAME ")


def test_names_are_kubectls() -> None:
    assert list_secrets(*ONE, "-o", "name")[1] == "secret/mine\nsecret/sasecret\n"


def test_the_document_is_a_pull_secret_list() -> None:
    _, out, _ = list_secrets("-f", str(CAPTURES / "secret-opaque.json"), "-o", "json")
    assert json.loads(out) == {
        "apiVersion": "pullsecret/v1alpha1",
        "kind": "PullSecretList",
        "items": [
            {
                "namespace": "s-secret-opaque",
                "name": "pull",
                "type": "Opaque",
                "state": "wrongType",
                "why": "type Opaque; the kubelet reads only kubernetes.io/dockerconfigjson "
                "and kubernetes.io/dockercfg",
                "registries": ["registry.test:5000"],
                "usernames": ["puller"],
                "kinds": ["user and password"],
                "expires": None,
                "created": "2026-11-21T06:25:08Z",
                "usedBy": {
                    "serviceAccounts": [],
                    "workloads": [],
                    "pods": {"count": 1, "names": ["demo"]},
                    "unseen": [],
                },
            }
        ],
    }


def test_yaml_is_the_same_document() -> None:
    import yaml

    assert yaml.safe_load(list_secrets(*ALL, "-oyaml")[1]) == json.loads(
        list_secrets(*ALL, "-ojson")[1]
    )


def test_labels_select() -> None:
    secrets = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "labels": {"team": name}},
            "type": "kubernetes.io/dockerconfigjson",
            "stringData": {".dockerconfigjson": "{}"},
        }
        for name in ("a", "b", "c")
    ]
    stdin = json.dumps({"apiVersion": "v1", "kind": "List", "items": secrets}).encode()
    code, out, _ = list_secrets("-f", "-", "-l", "team in (a,c)", "-o", "name", stdin=stdin)
    assert (code, out) == (ExitCode.FINE, "secret/a\nsecret/c\n")


def test_it_never_exits_1_and_says_when_there_is_none() -> None:
    code, out, err = list_secrets(*ONE, "-n", "elsewhere")
    assert (code, out) == (ExitCode.FINE, "")
    assert err == "warning: no pull secret in namespace elsewhere\n"


def test_an_empty_document_is_still_a_document() -> None:
    _, out, err = list_secrets(*ONE, "-n", "elsewhere", "-o", "json")
    assert json.loads(out)["items"] == []
    assert err == ""


def test_a_selector_that_is_none_is_a_usage_error() -> None:
    code, _, err = list_secrets(*ONE, "-l", "a in b")
    assert code is ExitCode.USAGE
    assert "no label selector" in err


def test_input_that_could_not_be_read_whole_is_incomplete() -> None:
    broken = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": 5}}
    good = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    stdin = json.dumps({"apiVersion": "v1", "kind": "List", "items": [broken, good]}).encode()
    code, _, err = list_secrets("-f", "-", stdin=stdin)
    assert code is ExitCode.INCOMPLETE
    assert "metadata.name" in err


@pytest.mark.parametrize(
    "args",
    [
        ("match", "nginx", *ONE),
        ("list", *ONE),
        ("list", *ONE, "-o", "json"),
        ("inspect", "mine", *ONE),
    ],
    ids=" ".join,
)
def test_json_input_costs_no_heavy_import(args: tuple[str, ...]) -> None:
    code = (
        "import sys; from kubectl_pullsecret.__main__ import main; "
        f"sys.argv = ['kubectl-pullsecret', *{args!r}]; code = main(); "
        "heavy = {'yaml', 'kubernetes', 'urllib3', 'shtab'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
