"""A server that is not to be trusted, and kubeconfigs that lead nowhere: one sentence, exit 3."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest
import trustme

from tests.api.control_plane import ControlPlane
from tests.api.one_sentence import is_one_sentence
from tests.cli.outside import invoke

Kubeconfig = dict[str, Any]


@contextmanager
def impostor(*names: str, not_after: datetime | None = None) -> Iterator[tuple[str, trustme.CA]]:
    """A server with a certificate for these names; its URL and its authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)

    class Handshake(BaseRequestHandler):
        def handle(self) -> None:
            try:
                context.wrap_socket(self.request, server_side=True).close()
            except OSError:  # the other side does not trust it
                self.request.close()

    with ThreadingTCPServer(("127.0.0.1", 0), Handshake) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}", authority
        finally:
            server.shutdown()
            thread.join()


def trust(kubeconfig: Path, authority: trustme.CA, folder: Path) -> None:
    """Makes this the cluster's authority."""
    pem = folder / "other-ca.crt"
    authority.cert_pem.write_to_path(pem)
    content = json.loads(kubeconfig.read_text())
    content["clusters"][0]["cluster"]["certificate-authority"] = str(pem)
    kubeconfig.write_text(json.dumps(content))


class TestTls:
    def test_a_wrong_name(self, kubeconfig: Path) -> None:
        flags = ("--tls-server-name", "other.test", "--kubeconfig", str(kubeconfig))
        outcome = invoke("doctor", *flags)
        assert is_one_sentence(outcome), outcome.err
        assert "is not for the name other.test" in outcome.err

    def test_a_certificate_for_another_host(self, kubeconfig: Path, tmp_path: Path) -> None:
        with impostor("other.test") as (url, authority):
            trust(kubeconfig, authority, tmp_path)
            outcome = invoke("list", "-s", url, "--kubeconfig", str(kubeconfig))
        assert is_one_sentence(outcome), outcome.err
        assert "is not for the name 127.0.0.1" in outcome.err

    def test_an_unknown_authority(self, kubeconfig: Path, tmp_path: Path) -> None:
        trust(kubeconfig, trustme.CA(), tmp_path)
        outcome = invoke("doctor", "--kubeconfig", str(kubeconfig))
        assert is_one_sentence(outcome), outcome.err
        assert "is not trusted" in outcome.err
        assert "certificate-authority" in outcome.err

    def test_an_expired_certificate(self, kubeconfig: Path, tmp_path: Path) -> None:
        past = datetime(2020, 1, 1, tzinfo=timezone.utc)
        with impostor("127.0.0.1", not_after=past) as (url, authority):
            trust(kubeconfig, authority, tmp_path)
            outcome = invoke("doctor", "-s", url, "--kubeconfig", str(kubeconfig))
        assert is_one_sentence(outcome), outcome.err
        assert "has expired" in outcome.err

    def test_another_authority_s_client_certificate(self, kubeconfig: Path, tmp_path: Path) -> None:
        leaf = trustme.CA().issue_cert("dev@test.invalid", common_name="dev")
        pem = tmp_path / "client.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(pem)
        client = ("--client-certificate", str(pem), "--client-key", str(pem))
        outcome = invoke("doctor", *client, "--kubeconfig", str(kubeconfig))
        assert is_one_sentence(outcome), outcome.err
        assert "(401 Unauthorized)" in outcome.err

    def test_plain_http(self, control_plane: ControlPlane, kubeconfig: Path) -> None:
        plain = control_plane.server.replace("https", "http")
        outcome = invoke("doctor", "-s", plain, "--kubeconfig", str(kubeconfig))
        assert is_one_sentence(outcome), outcome.err
        assert "write https://" in outcome.err


def without(section: str) -> Callable[[Kubeconfig], None]:
    return lambda content: content.update({section: []})


def naming(entry: str, name: str) -> Callable[[Kubeconfig], None]:
    return lambda content: content["contexts"][0]["context"].update({entry: name})


def user(**fields: Any) -> Callable[[Kubeconfig], None]:
    return lambda content: content["users"][0].update(user=fields)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            lambda content: content.update({"current-context": "gone"}), "gone", id="no context"
        ),
        pytest.param(without("contexts"), "test", id="no contexts"),
        pytest.param(naming("cluster", "gone"), "gone", id="no cluster"),
        pytest.param(naming("user", "gone"), "gone", id="no user"),
        pytest.param(user(tokenFile="/nowhere/token"), "/nowhere/token", id="no token file"),
        pytest.param(
            user(**{"client-certificate": "/nowhere/crt", "client-key": "/nowhere/key"}),
            "/nowhere/crt",
            id="no client certificate",
        ),
        pytest.param(
            lambda content: content["clusters"][0]["cluster"].update(
                {"certificate-authority": "/nowhere/ca"}
            ),
            "/nowhere/ca",
            id="no authority",
        ),
        pytest.param(
            user(
                exec={
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": "no-such-one",
                    "interactiveMode": "Never",
                }
            ),
            "no-such-one",
            id="no plugin",
        ),
    ],
)
def test_what_a_kubeconfig_names_and_does_not_exist(
    kubeconfig: Path, change: Callable[[Kubeconfig], None], words: str
) -> None:
    content = json.loads(kubeconfig.read_text())
    change(content)
    kubeconfig.write_text(json.dumps(content))
    outcome = invoke("doctor", "--kubeconfig", str(kubeconfig))
    assert is_one_sentence(outcome), outcome.err
    assert words in outcome.err


CYCLE = "&config\nkind: Config\napiVersion: v1\nclusters: [{name: test, cluster: *config}]\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("\n---\n", id="an empty document"),
        pytest.param("- a\n- b\n", id="a list"),
        pytest.param("some words", id="a text"),
        pytest.param("{", id="half of it"),
        pytest.param("\x00\x01", id="binary"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata: {name: demo}\n", id="another kind"),
        pytest.param(CYCLE, id="cyclic"),
        pytest.param("clusters: 1\ncontexts: x\nusers: {}\n", id="of the wrong shape"),
    ],
)
@pytest.mark.parametrize("given", ["flag", "environment"])
def test_a_file_that_is_no_kubeconfig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, content: str
) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(content)
    flags: tuple[str, ...] = ("--kubeconfig", str(file))
    if given == "environment":
        monkeypatch.setenv("KUBECONFIG", str(file))
        flags = ()
    outcome = invoke("doctor", "--request-timeout=2s", *flags)
    assert is_one_sentence(outcome), outcome.err


def test_a_folder(tmp_path: Path) -> None:
    outcome = invoke("doctor", "--kubeconfig", str(tmp_path))
    assert is_one_sentence(outcome), outcome.err
    assert str(tmp_path) in outcome.err


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    outcome = invoke("doctor", "--kubeconfig", str(tmp_path / "nowhere"))
    assert is_one_sentence(outcome), outcome.err
    assert "nowhere" in outcome.err


def test_a_link_to_itself(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    outcome = invoke("doctor", "--kubeconfig", str(loop))
    assert is_one_sentence(outcome), outcome.err
