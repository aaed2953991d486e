"""Who is trusted, and the client's own certificate, which never touches a disk."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import trustme

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.net import trust
from kubectl_pullsecret.sources.connection import Tls
from kubectl_pullsecret.sources.transport import Action, ApiError
from kubectl_pullsecret.sources.transport import tls_context as module
from kubectl_pullsecret.sources.transport.tls_context import tls_context
from tests.net.authorities import Authority
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.conftest import Dial, Serve, certified, encrypted

GET = Action("get", "version")
FINE = in_turn(Reply({"kind": "Pod"}))


def reached(dial: Dial, url: str, tls: Tls) -> bool:
    return dial(url, tls=tls).get("/version", GET) == {"kind": "Pod"}


def test_the_authority_of_the_kubeconfig_is_trusted(
    serve: Serve, dial: Dial, authority: Authority
) -> None:
    server = serve(FINE, authority.server_context())
    assert reached(dial, server.url, Tls(authorities=authority.pem))


@pytest.mark.parametrize(
    "around",
    ["# Autorität für Tests\n{}", "{0}\n{0}", "{1}{0}", "{0}\n-----BEGIN CERTIFICATE-----\n"],
    ids=["a comment", "twice", "after a broken one", "before half a one"],
)
def test_of_a_bundle_what_can_be_read_is_trusted(
    serve: Serve, dial: Dial, authority: Authority, around: str
) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
    server = serve(FINE, authority.server_context())
    assert reached(dial, server.url, Tls(authorities=around.format(authority.pem, broken)))


@pytest.mark.parametrize("pem", ["nothing", "-----BEGIN CERTIFICATE-----"])
def test_an_authority_that_cannot_be_read_is_said_so(pem: str) -> None:
    with pytest.raises(PullSecretError, match="no certificate that can be read"):
        tls_context(Tls(authorities=pem), {})


def test_only_the_authority_of_the_kubeconfig_is_trusted(authority: Authority) -> None:
    context = tls_context(Tls(authorities=authority.pem), {})
    assert len(context.get_ca_certs()) == 1


def test_an_issuer_in_the_middle_may_be_what_is_trusted(serve: Serve, dial: Dial) -> None:
    issuer = trustme.CA().create_child_ca()
    server = serve(FINE, Authority(issuer).server_context())
    assert reached(dial, server.url, Tls(authorities=Authority(issuer).pem))


def test_an_authority_without_a_key_identifier_is_trusted(authority: Authority) -> None:
    """Many clusters have one; Python 3.13 refuses it by default, Go does not."""
    context = tls_context(Tls(authorities=authority.pem), {})
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


def test_another_name_can_be_asked_for(serve: Serve, dial: Dial, authority: Authority) -> None:
    asked: list[str | None] = []
    context = authority.server_context("kubernetes.default")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = serve(FINE, context)
    tls = Tls(authorities=authority.pem, server_name="kubernetes.default")
    assert reached(dial, server.url, tls)
    assert asked == ["kubernetes.default"]


@pytest.mark.parametrize("server_name", ["", "anything.test"])
def test_insecure_trusts_everybody_and_says_nothing(
    serve: Serve,
    dial: Dial,
    authority: Authority,
    server_name: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = serve(FINE, authority.server_context("other.test"))
    assert reached(dial, server.url, Tls(insecure=True, server_name=server_name))
    assert capfd.readouterr() == ("", "")


def test_ssl_cert_file_stands_for_the_systems_authorities(
    tmp_path: Path, authority: Authority
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(authority.pem)
    context = tls_context(Tls(), {"SSL_CERT_FILE": str(bundle)})
    assert len(context.get_ca_certs()) == 1


def test_ssl_cert_dir_is_read_whole(tmp_path: Path, authority: Authority) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "any.name").write_text(Authority(trustme.CA()).pem)
    folders = os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "no"), str(tmp_path / "b")])
    (tmp_path / "one.pem").write_text(authority.pem)
    environment = {"SSL_CERT_FILE": str(tmp_path / "one.pem"), "SSL_CERT_DIR": folders}
    assert len(tls_context(Tls(), environment).get_ca_certs()) == 3


def test_without_the_variables_the_first_known_file_counts(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "known.pem").write_text(authority.pem)
    (tmp_path / "later.pem").write_text(Authority(trustme.CA()).pem)
    names = ("missing.pem", "known.pem", "later.pem")
    monkeypatch.setattr(trust, "ROOT_FILES", tuple(str(tmp_path / name) for name in names))
    assert len(tls_context(Tls(), {}).get_ca_certs()) == 1


@pytest.mark.parametrize("memory", [True, False], ids=["in memory", "in a private file"])
def test_the_client_shows_its_certificate_and_leaves_nothing_behind(
    serve: Serve,
    dial: Dial,
    authority: Authority,
    memory: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    if not memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    server = serve(FINE, authority.server_context(clients=True))
    descriptors = set(os.listdir("/dev/fd"))
    assert reached(dial, server.url, certified(authority))
    assert list(tmp_path.iterdir()) == []
    assert not memory or len(os.listdir("/dev/fd")) <= len(descriptors) + 2  # both ends of TCP


def test_the_private_file_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with module._as_file("secret") as path:
        assert Path(path).read_text() == "secret"
        assert Path(path).stat().st_mode & 0o777 == 0o600
        assert Path(path).parent.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_without_a_certificate_the_server_refuses(
    serve: Serve, dial: Dial, authority: Authority
) -> None:
    server = serve(FINE, authority.server_context(clients=True))
    with pytest.raises(ApiError, match=server.address):
        reached(dial, server.url, Tls(authorities=authority.pem))


def test_an_encrypted_key_is_an_error_and_no_prompt(authority: Authority) -> None:
    with pytest.raises(PullSecretError, match="the client key is encrypted"):
        tls_context(encrypted(certified(authority)), {})


def test_a_key_of_another_certificate(authority: Authority) -> None:
    mixed = certified(authority)._replace(key=certified(authority).key)
    with pytest.raises(PullSecretError, match="do not belong together"):
        tls_context(mixed, {})


@pytest.mark.parametrize(
    ("tls", "message"),
    [
        (Tls(certificate="c"), "has a client certificate but no client key"),
        (Tls(key=Masked("k")), "has a client key but no client certificate"),
        (Tls(certificate="c", key=Masked("hunter2")), "cannot be read; both must be PEM"),
    ],
    ids=["no key", "no certificate", "no PEM"],
)
def test_half_a_certificate(tls: Tls, message: str) -> None:
    with pytest.raises(PullSecretError, match=message) as caught:
        tls_context(tls, {})
    assert "hunter2" not in caught.value.message
