"""`match` from the command line. What people read is held in golden files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.views.terminal import PIPE, Terminal
from tests.cli.outside import invoke
from tests.golden import assert_golden

HERE = Path(__file__).parent
CAPTURES = HERE.parent / "data" / "captures" / "containerd-2.2"


def match(*args: str, stdin: bytes = b"", terminal: Terminal = PIPE) -> tuple[ExitCode, str, str]:
    """Exit code, stdout and stderr of one run."""
    done = invoke("match", *args, stdin=stdin, terminal=terminal)
    return done.code, done.out, done.err


def capture(name: str) -> tuple[str, str]:
    return "-f", str(CAPTURES / f"{name}.json")


GOLDEN = {
    "match-names": (
        "nginx",
        "docker.io/nginx",
        "user/app",
        "gcr.io/google-samples/hello-app:1.0",
        "quay.io/prometheus/node-exporter:latest",
        "private-registry.io/apps/internal-app",
        "k8s.gcr.io/pause:3.9",
        "index.docker.io/team/app:v1",
        "Team/app",
        "reg.io:5000",
        "Nginx",
    ),
    "match-hub-alias": ("team/app:v1", *capture("hub-registry-1")),
    "match-shadowed": (
        "registry.test:5000/team/app:v1",
        *capture("pod-shadows-sa"),
        "--for=pod/demo",
    ),
    "match-served": (
        "registry.test:5000/team/app:v1",
        *capture("pod-shadows-sa"),
        "--for=sa/default",
    ),
    "match-malformed": (
        "registry.test:5000/team/app:v1",
        *capture("auth-not-base64"),
        "--for=pod/demo",
    ),
    "match-missing": (
        "registry.test:5000/team/app:v1",
        *capture("secret-missing"),
        "--for=pod/demo",
    ),
    "match-wrong-type": (
        "registry.test:5000/team/app:v1",
        *capture("secret-opaque"),
        "--for=pod/demo",
    ),
    "match-identity-token": (
        "registry.test:5000/team/app:v1",
        *capture("identitytoken-only"),
        "--for=pod/demo",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_what_people_read(name: str) -> None:
    code, out, err = match(*GOLDEN[name])
    path = HERE / "golden" / f"{name}.txt"
    shown = f"{out}{err}[exit code {int(code)}]\n"
    assert_golden(path, shown)


def bare_deployment() -> bytes:
    spec = {"containers": [{"name": "app", "image": "nginx"}]}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": spec}},
    }
    return json.dumps(manifest).encode()


def test_an_account_that_was_not_seen_leaves_the_answer_open() -> None:
    args = ("nginx", "-f", "-", "--for", "deploy/web")
    code, out, _ = match(*args, stdin=bare_deployment())
    assert code is ExitCode.INCOMPLETE
    assert "from    sa/default was not seen" in out
    _, out, _ = match(*args, "-o", "json", stdin=bare_deployment())
    assert json.loads(out)["incomplete"] == [
        {
            "verb": "get",
            "resource": "serviceaccounts",
            "namespace": "default",
            "why": "sa/default was not seen",
        }
    ]


def test_a_secret_that_was_not_seen_is_incomplete() -> None:
    _, out, _ = match("nginx", *capture("secret-missing"), "--for=pod/demo", "-ojson")
    assert json.loads(out)["incomplete"][0]["why"] == "secret/pull was not seen"


def test_names_alone_ask_nothing_about_credentials() -> None:
    code, out, _ = match("nginx")
    assert code is ExitCode.FINE
    assert "credential" not in out


def test_the_document_is_a_match_report() -> None:
    code, out, _ = match("team/app:v1", *capture("hub-registry-1"), "-o", "json")
    assert code is ExitCode.FINDINGS
    assert json.loads(out) == {
        "apiVersion": "pullsecret/v1alpha1",
        "kind": "MatchReport",
        "summary": {"images": 1, "withCredential": 0},
        "namespace": "s-hub-registry-1",
        "target": None,
        "source": None,
        "secrets": [{"name": "pull", "presence": "read", "state": "readable", "why": ""}],
        "items": [
            {
                "image": "team/app:v1",
                "meaning": "docker.io/team/app:v1",
                "registry": "docker.io",
                "repository": "docker.io/team/app",
                "tag": "v1",
                "digest": None,
                "why": [
                    "team has neither dot nor colon, so no registry is named: "
                    "Docker Hub (docker.io)"
                ],
                "remark": "",
                "writeInstead": None,
                "kubeletText": "",
                "answer": "none",
                "credentials": [],
                "misses": [
                    {
                        "secret": "pull",
                        "key": "registry-1.docker.io",
                        "reason": "HubAlias",
                        "text": "not a Hub key to the kubelet; write https://index.docker.io/v1/",
                        "writeInstead": "https://index.docker.io/v1/",
                        "near": True,
                    }
                ],
                "unlisted": [],
                "notes": ["the pull is anonymous, unless the node has a credential of its own"],
                "probes": [],
            }
        ],
        "incomplete": [],
    }


def test_a_credential_in_the_document_says_what_it_is_and_not_its_password() -> None:
    _, out, _ = match(
        "registry.test:5000/team/app:v1",
        *capture("pod-shadows-sa"),
        "--for=sa/default",
        "-ojson",
    )
    document = json.loads(out)
    target = {"kind": "ServiceAccount", "namespace": "s-pod-shadows-sa", "name": "default"}
    assert (document["target"], document["source"]) == (target, target)
    assert document["items"][0]["answer"] == "credential"
    assert document["items"][0]["credentials"] == [
        {
            "secret": "sasecret",
            "key": "registry.test:5000",
            "lookupKey": "registry.test:5000",
            "username": "puller",
            "usable": True,
            "kind": "user and password",
            "expires": None,
            "expired": False,
        }
    ]


def test_yaml_is_the_same_document() -> None:
    import yaml

    args = ("nginx", *capture("hub-registry-1"))
    assert yaml.safe_load(match(*args, "-oyaml")[1]) == json.loads(match(*args, "-ojson")[1])


def test_entries_of_other_hosts_are_counted_and_wide_shows_them_all() -> None:
    auths = {f"r{number:02}.test": {"username": "u", "password": "p"} for number in range(20)}
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "many"},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": json.dumps({"auths": auths})},
    }
    stdin = json.dumps(manifest).encode()
    _, text, _ = match("nginx", "-f", "-", stdin=stdin)
    assert "15 more entries of other hosts; -o wide shows them" in text
    _, wide, _ = match("nginx", "-f", "-", "-o", "wide", stdin=stdin)
    assert wide.count("another host") == 20


def test_lines_wrap_under_their_value_at_a_terminal() -> None:
    _, out, _ = match("team/app:v1", *capture("hub-registry-1"), terminal=Terminal(width=60))
    assert max(map(len, out.splitlines()[1:])) <= 60


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param((), "missing argument", id="no image"),
        pytest.param(
            ("nginx", "--for", "demo", *capture("hub-registry-1")), "TYPE/NAME", id="no type"
        ),
        pytest.param(
            ("nginx", "--for", "ns/demo", *capture("hub-registry-1")),
            "not a type that can be a target here",
            id="a namespace is no target",
        ),
    ],
)
def test_usage_errors_say_what_to_write(args: tuple[str, ...], message: str) -> None:
    code, out, err = match(*args)
    assert (code, out) == (ExitCode.USAGE, "")
    assert message in err


def test_a_target_that_is_not_in_the_input_cannot_be_answered() -> None:
    code, _, err = match("nginx", *capture("hub-registry-1"), "--for", "pod/gone")
    assert code is ExitCode.FAILED
    assert err == "error: pod/gone is not in the input\n"


def test_escapes_in_an_image_name_reach_no_terminal() -> None:
    _, out, _ = match("ng\x1b[31minx\u202e")
    assert out.startswith("ng\\x1b[31minx\\u202e is no image name\n")


def test_a_connection_flag_asks_the_cluster() -> None:
    code, _, err = match("nginx", "--context", "nope")
    assert code is ExitCode.FAILED
    assert '"nope"' in err
