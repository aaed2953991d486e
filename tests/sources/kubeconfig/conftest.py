"""One set of servers and certificates for all rows."""

from __future__ import annotations

import json
import os
import ssl
from base64 import b64encode, encodebytes
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.sources.kubeconfig.beside_kubectl import World
from tests.sources.kubeconfig.recording import Recording, api_server, proxy

NAMES = ("127.0.0.1", "0.0.0.0", "::1", "localhost", "api.invalid", "*.example.invalid")  # noqa: S104 - a certificate's name


@dataclass(frozen=True)
class Certificates:
    """Two authorities, and a client's certificate that the servers trust."""

    folder: Path
    authority: trustme.CA
    other: trustme.CA

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        made = cls(folder, trustme.CA(), trustme.CA())
        made.authority.cert_pem.write_to_path(folder / "ca.pem")
        made.other.cert_pem.write_to_path(folder / "other-ca.pem")
        for name in ("jane", "joe"):
            client = made.authority.issue_cert("client@example.invalid", common_name=name)
            chain = b"".join(one.bytes() for one in client.cert_chain_pems)
            (folder / f"{name}.pem").write_bytes(chain)
            client.private_key_pem.write_to_path(folder / f"{name}.key")
        key = load_pem_private_key((folder / "jane.key").read_bytes(), None)
        locked = BestAvailableEncryption(b"x")
        (folder / "locked.key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
        )
        return made

    def context(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names).configure_cert(context)
        self.authority.configure_trust(context)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def words(self) -> dict[str, str]:
        files = {path.name: path for path in self.folder.iterdir()}
        paths = {name.replace(".", "-"): str(path) for name, path in files.items()}
        inline = {
            "ca-data": "ca.pem",
            "other-ca-data": "other-ca.pem",
            "jane-data": "jane.pem",
            "jane-key-data": "jane.key",
            "joe-data": "joe.pem",
            "joe-key-data": "joe.key",
            "locked-key-data": "locked.key",
        }
        texts = {
            "jane-text": "jane.pem",
            "jane-key-text": "jane.key",
            "ca-text": "ca.pem",
            "other-ca-text": "other-ca.pem",
        }
        return (
            paths
            | {word: _base64(files[name]) for word, name in inline.items()}
            | {word: files[name].read_text() for word, name in texts.items()}
            | {
                "jane-json": json.dumps(files["jane.pem"].read_text()),
                "jane-key-json": json.dumps(files["jane.key"].read_text()),
                "path": os.environ["PATH"],
            }
            | {"ca-lines": encodebytes(files["ca.pem"].read_bytes()).decode()}
        )


def _base64(path: Path) -> str:
    return b64encode(path.read_bytes()).decode()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The servers, without kubectl and a folder."""
    certificates = Certificates.make(tmp_path_factory.mktemp("certificates"))
    with ExitStack() as running:
        https = running.enter_context(api_server(certificates.context(*NAMES), "127.0.0.1"))
        any_address = running.enter_context(api_server(certificates.context(*NAMES), "0.0.0.0"))  # noqa: S104 - the address that is no loopback
        http = running.enter_context(api_server(None))
        six = {}
        with suppress(OSError):  # a machine without IPv6
            six["six"] = running.enter_context(api_server(certificates.context(*NAMES), "::1"))
        named = running.enter_context(api_server(certificates.context("api.invalid")))
        plain_proxy = running.enter_context(proxy(https.port))
        other_proxy = running.enter_context(proxy(https.port))
        http_proxy = running.enter_context(proxy(http.port))
        tls_proxy = running.enter_context(proxy(https.port, certificates.context("127.0.0.1")))
        ports = {
            "https": https, "http": http, "named": named, **six, "any": any_address,
            "proxy": plain_proxy, "other-proxy": other_proxy, "http-proxy": http_proxy,
            "tls-proxy": tls_proxy,
        }  # fmt: skip
        yield World(
            Path(),
            Path(),
            certificates.words() | _words(ports),
            [*ports.values()],
            os.environ["PATH"],
            str(tmp_path_factory.mktemp("cache")),
        )


def _words(servers: dict[str, Recording]) -> dict[str, str]:
    ports = {f"{name}-port": str(server.port) for name, server in servers.items()}
    return ports | {
        "https": f"https://127.0.0.1:{ports['https-port']}",
        "https-host": f"127.0.0.1:{ports['https-port']}",
        "http": f"http://127.0.0.1:{ports['http-port']}",
        "http-host": f"127.0.0.1:{ports['http-port']}",
        "named": f"https://127.0.0.1:{ports['named-port']}",
        "any": f"https://0.0.0.0:{ports['any-port']}",
        "any-host": f"0.0.0.0:{ports['any-port']}",
        "proxy": f"http://127.0.0.1:{ports['proxy-port']}",
        "proxy-host": f"127.0.0.1:{ports['proxy-port']}",
        "other-proxy": f"http://127.0.0.1:{ports['other-proxy-port']}",
        "http-proxy": f"http://127.0.0.1:{ports['http-proxy-port']}",
        "tls-proxy": f"https://127.0.0.1:{ports['tls-proxy-port']}",
    }


@pytest.fixture
def world(servers: World, kubectl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The servers, kubectl, and a folder for one row, in which both run."""
    monkeypatch.chdir(tmp_path)
    folder = {"folder": str(tmp_path), "folder-name": tmp_path.name}
    return replace(servers, kubectl=kubectl, folder=tmp_path, words={**servers.words, **folder})
