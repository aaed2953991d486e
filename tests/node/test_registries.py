"""The registries of the node's tests, asked over loopback: they are what the scenarios suppose."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from tests.node import dns
from tests.node.images import MANIFEST as MANIFEST_TYPE
from tests.node.registries import (
    HIS_PASSWORD,
    IDENTITY_TOKEN,
    LOOPBACK,
    NAMES,
    PASSWORD,
    PULLER,
    SERVICE,
    STRANGER,
    Ports,
    Registries,
    registries,
)
from tests.programs.missing import MissingError

MANIFEST = "/v2/team/app/manifests/v1"


def free_ports() -> Ports:
    """Chosen by the kernel, all at once, so that no two are the same."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in fields(Ports)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return Ports(*(one.getsockname()[1] for one in sockets))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registries]:
    try:
        with registries(tmp_path_factory.mktemp("registries"), ports=free_ports()) as running:
            yield running
    except MissingError as missing:
        pytest.skip(f"the registries need {missing}")


class Said(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(
    port: int,
    path: str,
    authorization: str = "",
    *,
    form: dict[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Said:
    connection = (
        http.client.HTTPSConnection(LOOPBACK, port, timeout=20, context=tls)
        if tls
        else http.client.HTTPConnection(LOOPBACK, port, timeout=20)
    )
    headers = {"Accept": MANIFEST_TYPE} | (
        {"Authorization": authorization} if authorization else {}
    )
    try:
        body = urlencode(form) if form else None
        connection.request("POST" if form else "GET", path, body, headers)
        answer = connection.getresponse()
        return Said(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def token(servers: Registries, repository: str, authorization: str = "") -> str:
    """A token for pulls, as a client gets it."""
    query = urlencode({"service": SERVICE, "scope": f"repository:{repository}:pull"})
    said = ask(servers.ports.token_service, f"/token?{query}", authorization)
    assert said.status == 200
    return f"Bearer {json.loads(said.body)['token']}"


def test_basic_authentication(servers: Registries) -> None:
    port = servers.ports.basic
    assert ask(port, MANIFEST).headers["WWW-Authenticate"].startswith("Basic realm=")
    assert ask(port, MANIFEST, basic(PULLER, "wrong")).status == 401
    assert ask(port, MANIFEST, basic(PULLER, PASSWORD)).status == 200


def test_basic_authentication_over_tls_with_the_tests_own_authority(servers: Registries) -> None:
    ours = ssl.create_default_context(cafile=str(servers.ca))
    ours.check_hostname = False
    said = ask(servers.ports.tls, MANIFEST, basic(PULLER, PASSWORD), tls=ours)
    assert said.status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(servers.ports.tls, MANIFEST, tls=ssl.create_default_context())


@pytest.mark.parametrize(
    ("repository", "authorization", "status"),
    [
        pytest.param("team/app", basic(PULLER, PASSWORD), 200, id="a-user-s-right"),
        pytest.param("team/app", basic(STRANGER, HIS_PASSWORD), 401, id="a-user-without-right"),
        pytest.param("team/app", "", 401, id="nobody"),
        pytest.param("public/app", "", 200, id="nobody-in-public"),
        pytest.param("denied/app", basic(PULLER, PASSWORD), 401, id="what-nobody-may"),
    ],
)
def test_token_authentication(
    servers: Registries, repository: str, authorization: str, status: int
) -> None:
    manifest = f"/v2/{repository}/manifests/v1"
    challenge = ask(servers.ports.token, manifest).headers["WWW-Authenticate"]
    assert challenge.startswith(f'Bearer realm="http://{LOOPBACK}:{servers.ports.token_service}')
    said = ask(servers.ports.token, manifest, token(servers, repository, authorization))
    assert said.status == status


def test_the_token_service_refuses_a_wrong_password(servers: Registries) -> None:
    wrong = basic(PULLER, "wrong")
    assert ask(servers.ports.token_service, "/token?service=s", wrong).status == 401


@pytest.mark.parametrize(
    ("refresh", "status"), [(IDENTITY_TOKEN, 200), ("of nobody", 401)], ids=["known", "unknown"]
)
def test_an_identity_token_is_posted(servers: Registries, refresh: str, status: int) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "service": SERVICE,
        "scope": "repository:team/app:pull",
    }
    said = ask(servers.ports.token_service, "/token", form=form)
    assert said.status == status
    if status == 200:
        bearer = f"Bearer {json.loads(said.body)['access_token']}"
        assert ask(servers.ports.token, MANIFEST, bearer).status == 200


def test_docker_hub_sends_its_clients_to_its_own_token_service(servers: Registries) -> None:
    ours = ssl.create_default_context(cafile=str(servers.ca))
    ours.check_hostname = False
    challenge = ask(servers.ports.hub, MANIFEST, tls=ours).headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="https://auth.docker.io/token"')


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/ratelimit/app/manifests/v1", 429),
        ("/v2/unavailable/app/manifests/v1", 503),
        ("/v2/forbidden/app/manifests/v1", 403),
        ("/v2/blocked/app/manifests/v1", 451),
        ("/v2/teapot/app/manifests/v1", 418),
        ("/v2/html/app/manifests/v1", 200),
        ("/v2/noblobs/app/manifests/v1", 200),
        ("/v2/noblobs/app/blobs/sha256:0", 404),
        ("/v2/nosuch/app/manifests/v1", 404),
    ],
)
def test_the_awkward_registry_s_answers(servers: Registries, path: str, status: int) -> None:
    assert ask(servers.ports.awkward, path).status == status


def test_a_registry_that_cuts_the_connection(servers: Registries) -> None:
    with pytest.raises(ConnectionResetError):
        ask(servers.ports.cut, "/v2/")


def test_a_registry_whose_certificate_is_over(servers: Registries) -> None:
    ours = ssl.create_default_context(cafile=str(servers.ca))
    ours.check_hostname = False
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        ask(servers.ports.expired, "/v2/", tls=ours)


def look_up(port: int, name: str, seconds: float = 10) -> bytes:
    """The answer of the name server: its header, question and record."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    query = struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + b"\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(seconds)
        asker.sendto(query, (LOOPBACK, port))
        return asker.recv(512)


def test_names_that_are_known(servers: Registries) -> None:
    said = look_up(servers.ports.dns, "registry.test")
    assert (said[:2], said[3] & 15, said[-4:]) == (b"\0\7", 0, bytes([127, 0, 0, 1]))
    assert look_up(servers.ports.dns, "auth.docker.io")[-4:] == bytes([127, 0, 0, 2])


@pytest.mark.parametrize("name", ["example.org", "nosuch.test"])
def test_names_that_do_not_exist(servers: Registries, name: str) -> None:
    assert look_up(servers.ports.dns, name)[3] & 15 == 3


def test_a_name_that_is_never_answered(servers: Registries) -> None:
    assert NAMES["timeout.test"] == dns.NEVER
    with pytest.raises(TimeoutError):
        look_up(servers.ports.dns, "timeout.test", 0.2)
