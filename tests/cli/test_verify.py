"""`verify` from the command line, on secrets in files and registries at real sockets."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import Outcome, invoke
from tests.cli.process import MODULE
from tests.cli.small_registry import PASSWORD, SmallRegistry, pod, secret, small_registry
from tests.terminal import on_terminal


@pytest.fixture
def nobody() -> Iterator[str]:
    """A host where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def verify(*args: str, given: tuple[Any, ...]) -> Outcome:
    """Run it on these objects."""
    stdin = json.dumps({"apiVersion": "v1", "kind": "List", "items": given}).encode()
    return invoke("verify", *args, "-f", "-", stdin=stdin)


def states(outcome: Outcome) -> list[str]:
    return [item["state"] for item in json.loads(outcome.out)["items"]]


def test_a_valid_login_is_fine(registry: SmallRegistry) -> None:
    done = verify(given=(secret("pull", registry.host),))
    assert (done.code, done.err) == (ExitCode.FINE, "")
    assert done.out.splitlines()[1].split() == ["pull", registry.host, "puller", "valid", "<none>"]
    assert done.out.endswith(
        "seen from this machine; a node may see another network, proxy or certificate\n"
    )


def test_a_rejected_one_comes_with_the_command_that_renews_it(registry: SmallRegistry) -> None:
    wrong = secret("pull", registry.host, password="wrong")
    done = verify("--context", "prod", given=(wrong,))
    assert done.code is ExitCode.FINDINGS
    assert (
        "  fix     kubectl pullsecret create pull -n team --replace "
        f"--docker-server {registry.host} --docker-username puller --context prod "
    ) in done.out
    assert "rejected" in done.out


def test_one_wrong_credential_costs_one_refused_request(registry: SmallRegistry) -> None:
    given = [secret(name, registry.host, password="wrong") for name in ("a", "b", "c")]
    images = [f"{registry.host}/team/app:v{number}" for number in range(5)]
    pods = [pod(image, "a", "b") for image in images]
    for number, one in enumerate(pods):
        one["metadata"] = one["metadata"] | {"name": f"p{number}"}
    done = verify("-o", "json", given=(*given, *pods))
    assert states(done) == ["rejected"] * 3
    assert registry.refused == 1


class TestImages:
    def test_in_use_are_asked_about(self, registry: SmallRegistry) -> None:
        given = (secret("pull", registry.host), pod(f"{registry.host}/team/app:v1", "pull"))
        done = verify("-o", "json", given=given)
        (image,) = json.loads(done.out)["items"][0]["images"]
        assert image == {
            "image": f"{registry.host}/team/app:v1",
            "pull": True,
            "cause": None,
            "why": "",
            "tags": [],
        }

    def test_of_the_user_are_asked_about_instead(self, registry: SmallRegistry) -> None:
        given = (secret("pull", registry.host), pod(f"{registry.host}/private:v1", "pull"))
        done = verify("--image", f"{registry.host}/team/app:v2", given=given)
        assert done.code is ExitCode.FINE
        assert f"{registry.host}/team/app:v2  may be pulled" in done.out
        assert not any("private" in path for path in registry.asked)

    def test_a_missing_tag_comes_with_those_that_exist(self, registry: SmallRegistry) -> None:
        image = f"{registry.host}/team/app:v3"
        done = verify("--image", image, given=(secret("pull", registry.host),))
        assert done.code is ExitCode.FINDINGS
        assert "cannot be pulled: " in done.out
        assert "; nearest tags: v" in done.out

    def test_a_right_that_is_missing_is_forbidden(self, registry: SmallRegistry) -> None:
        given = (secret("pull", registry.host), pod(f"{registry.host}/private:v1", "pull"))
        done = verify(given=given)
        assert done.code is ExitCode.FINDINGS
        assert "forbidden" in done.out
        assert done.out.count("you may not pull this") == 1  # and not again beside its one image
        assert "private:v1  may not be pulled\n" in done.out

    def test_a_name_that_is_none_is_wrong_usage(self) -> None:
        done = verify("--image", "app/UPPER", given=())
        assert done.code is ExitCode.USAGE
        assert "must be lowercase" in done.err


class TestWhatCannotBeAsked:
    def test_nobody_listens(self, nobody: str) -> None:
        done = verify(given=(secret("pull", nobody),))
        assert done.code is ExitCode.FAILED
        assert "unreachable" in done.out

    def test_beside_one_that_is_valid(self, registry: SmallRegistry, nobody: str) -> None:
        done = verify("-o", "json", given=(secret("pull", registry.host, nobody),))
        assert (done.code, states(done)) == (ExitCode.INCOMPLETE, ["valid", "unreachable"])

    def test_nothing_is_sent_of_what_no_kubelet_can_use(self, registry: SmallRegistry) -> None:
        opaque = secret("pull", registry.host) | {"type": "Opaque"}
        done = verify("-o", "json", given=(opaque, secret("glob", "*.test")))
        assert (done.code, states(done)) == (ExitCode.FINDINGS, ["needsImage", "unusable"])
        assert registry.asked == []

    def test_a_registry_that_asks_nobody_proves_nothing(self) -> None:
        with small_registry({}, "team/app:v1") as anybodys:
            done = verify("-o", "json", given=(secret("pull", anybodys.host),))
        assert (done.code, states(done)) == (ExitCode.FINE, ["open"])


class TestFlagsOfRegistries:
    def test_authorities_that_cannot_be_read_are_told_before_anything_is_sent(
        self, registry: SmallRegistry
    ) -> None:
        done = verify("--registry-ca", "/nowhere/ca.pem", given=(secret("pull", registry.host),))
        assert (done.code, done.out) == (ExitCode.FAILED, "")
        assert "/nowhere/ca.pem" in done.err
        assert registry.asked == []

    def test_a_registry_that_is_silent_costs_the_request_timeout(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            host = f"127.0.0.1:{silent.getsockname()[1]}"
            began = time.monotonic()
            done = verify("--request-timeout", "1s", "-o", "json", given=(secret("pull", host),))
        assert (done.code, states(done)) == (ExitCode.FAILED, ["unreachable"])
        assert time.monotonic() - began < 10


class TestWhichSecrets:
    def test_named_ones(self, registry: SmallRegistry) -> None:
        given = (secret("a", registry.host), secret("b", registry.host, password="wrong"))
        assert states(verify("a", "-o", "json", given=given)) == ["valid"]
        assert states(verify("secret/b", "-o", "json", given=given)) == ["rejected"]

    def test_labelled_ones(self, registry: SmallRegistry) -> None:
        given = (secret("a", registry.host), secret("b", registry.host, password="wrong"))
        assert states(verify("-l", "name=a", "-o", "json", given=given)) == ["valid"]

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (("a", "-l", "name=a"), "a SECRET and -l both say which secrets"),
            (("pod/a",), "a secret is written NAME or secret/NAME"),
            (("-l", "a in b"), "no label selector"),
        ],
    )
    def test_contradictions_are_wrong_usage(self, args: tuple[str, ...], said: str) -> None:
        done = verify(*args, given=(secret("a", "registry.test"),))
        assert (done.code, done.out) == (ExitCode.USAGE, "")
        assert said in done.err

    def test_a_name_in_all_namespaces_of_a_cluster_is_wrong_usage(self) -> None:
        done = invoke("verify", "pull", "-A")
        assert done.code is ExitCode.USAGE
        assert "a secret has a namespace" in done.err

    @pytest.mark.parametrize("args", [("gone",), ("-n", "elsewhere"), ("-l", "name=gone")])
    def test_none_is_no_clean_bill(self, args: tuple[str, ...]) -> None:
        done = verify(*args, given=(secret("a", "registry.test"),))
        assert (done.code, done.out) == (ExitCode.FAILED, "")


class TestAllNamespaces:
    def test_need_yes_where_nobody_can_be_asked(self, registry: SmallRegistry) -> None:
        given = (secret("a", registry.host), secret("b", registry.host, namespace="other"))
        done = verify("-A", given=given)
        assert (done.code, done.out) == (ExitCode.USAGE, "")
        assert "-A would try 1 login to 1 registry" in done.err
        assert "add --yes" in done.err
        assert registry.asked == []

    def test_are_tried_with_yes(self, registry: SmallRegistry) -> None:
        given = (secret("a", registry.host), secret("b", registry.host, namespace="other"))
        done = verify("-A", "--yes", given=given)
        assert done.code is ExitCode.FINE
        assert done.out.startswith("NAMESPACE   SECRET ")
        assert "2 entries, 1 login to 1 registry: 2 valid" in done.out

    def test_need_no_yes_where_nothing_is_sent(self) -> None:
        done = verify("-A", "-o", "json", given=(secret("a", "*.test"),))
        assert (done.code, states(done)) == (ExitCode.INCOMPLETE, ["needsImage"])


class TestFormats:
    def test_yaml_is_the_same_document(self, registry: SmallRegistry) -> None:
        given = (secret("pull", registry.host),)
        in_json = json.loads(verify("-o", "json", given=given).out)
        assert yaml.safe_load(verify("-o", "yaml", given=given).out) == in_json
        assert in_json["kind"] == "VerifyReport"

    def test_no_password_is_in_any(self, registry: SmallRegistry) -> None:
        given = (secret("pull", registry.host), pod(f"{registry.host}/private:v1", "pull"))
        for args in (("-o", "json"), ("-o", "yaml"), ("-o", "wide"), ("-v", "9")):
            done = verify(*args, given=given)
            assert PASSWORD not in done.out + done.err
            assert b64encode(f"puller:{PASSWORD}".encode()).decode() not in done.out + done.err


def test_where_nothing_is_sent_nothing_is_imported_that_could() -> None:
    code = (
        "import sys; from kubectl_pullsecret.__main__ import main; "
        "sys.argv = ['kubectl-pullsecret', 'verify', '-f', '-', '-o', 'json']; code = main(); "
        "sys.exit(f'imported' if 'urllib3' in sys.modules else code)"
    )
    given = {"apiVersion": "v1", "kind": "List", "items": [secret("pull", "*.test")]}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(given).encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (ExitCode.INCOMPLETE, b"")


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("\n", 3), ("\x04", 130)])
def test_a_person_at_the_terminal_is_asked(
    registry: SmallRegistry, tmp_path: Any, typed: str, code: int
) -> None:
    path = tmp_path / "secret.json"
    path.write_text(json.dumps(secret("pull", registry.host)), encoding="utf-8")
    command = (*MODULE, "verify", "-A", "-f", str(path))
    with on_terminal(command, stdout=subprocess.DEVNULL) as terminal:
        terminal.until("try 1 login to 1 registry? [y/N] ")
        terminal.write(typed)
        assert terminal.end() == code
    assert bool(registry.asked) is (code == 0)


def test_an_interruption_ends_it(tmp_path: Any) -> None:
    path = tmp_path / "secret.json"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(15)
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        path.write_text(json.dumps(secret("pull", host)), encoding="utf-8")
        running = subprocess.Popen(
            (*MODULE, "verify", "-f", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            connection, _ = silent.accept()
            with connection:
                running.send_signal(signal.SIGINT)
                out, err = running.communicate(timeout=15)
        finally:
            running.kill()
            running.communicate()
    assert (running.returncode, out, err) == (130, b"", b"")
