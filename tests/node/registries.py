"""The registries of the node's tests, and the names under which a node knows them.

One storage, several doors: every registry (Debian's docker-registry) serves the same images, so
that they are pushed once. What differs is how each asks for a credential, and how it is reached.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import trustme

from tests.api.server_process import ServerProcess
from tests.node import proxy
from tests.node.dns import NEVER
from tests.node.hosts import RegistryHost
from tests.node.images import Registry, finisher, for_another_platform, sleeper, unreadable
from tests.programs.missing import MissingError

STARTS_WITHIN = 30.0  # seconds
ROOT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1"

PULLER, PASSWORD = "puller", "correct horse battery staple"
DEPLOYER = "deployer"  # nobody's own account, as the tutorial has it
STRANGER, HIS_PASSWORD = "stranger", "open sesame"  # known, but may not pull team/*
# Users whose passwords tell when they end, as those of ECR and ACR do.
ECR_USER, ACR_USER = "AWS", "00000000-0000-0000-0000-000000000000"
PASSWORDS = {
    PULLER: PASSWORD,
    DEPLOYER: PASSWORD,
    ECR_USER: PASSWORD,
    ACR_USER: PASSWORD,
    STRANGER: HIS_PASSWORD,
}
IDENTITY_TOKEN = "identity-of-puller"
RIGHTS = {"": ["public/*"], PULLER: ["team/*", "library/*"], STRANGER: ["others/*"]}

SERVICE = "registries-of-the-tests"
HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
HUB_TOKENS = "auth.docker.io"
EXAMPLE = "registry.example.com"  # as in the documentation: TLS on its usual port, Basic
_HUB_TOKENS_ADDRESS, _EXAMPLE_ADDRESS = "127.0.0.2", "127.0.0.3"  # with Hub three on port 443

# All of *.test that there are; nosuch.test is none of them.
_HOSTS = (
    *("registry", "other", "third", "node-login", "token", "tls", "fake", "refused", "mirrored"),
    *("untrusted", "wrongname", "plainhttp", "expired", "silent", "cut", "proxy"),
)
NAMES: Mapping[str, str] = {
    **dict.fromkeys(HUB, LOOPBACK),
    **dict.fromkeys((f"{name}.test" for name in _HOSTS), LOOPBACK),
    HUB_TOKENS: _HUB_TOKENS_ADDRESS,
    EXAMPLE: _EXAMPLE_ADDRESS,
    "timeout.test": NEVER,
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers listen; in a network namespace of its own nothing is in the way."""

    basic: int = 5000
    token: int = 5001
    token_service: int = 5002
    awkward: int = 5004
    tls: int = 5443
    expired: int = 5445
    silent: int = 5446
    cut: int = 5447
    hub: int = 443
    proxy: int = proxy.PORT
    dns: int = 53


def images_of(push: Registry) -> None:
    """What the registries have."""
    app = sleeper()
    push.push(app, *(f"team/app:{tag}" for tag in ("v1", "v2", "latest")))
    push.push(app, "team/other:v1", "library/nginx:latest", "public/app:v1", "denied/app:v1")
    # Of its own, for a node tells at most five names of an image.
    push.push(sleeper("of its own"), "team/own:v1")
    push.push(sleeper("of a static pod"), "team/static:v1")
    push.push(sleeper("of the tutorial"), "team/web:v1")
    push.push(finisher(), "team/done:v1")
    push.push(unreadable(), "team/unreadable:v1")
    elsewhere = sleeper("for another platform")
    push.push(elsewhere, "team/platform:of-index")
    push.put("team/platform", "v1", for_another_platform(elsewhere))


class Registries:
    """All servers, inside what `enter` enters; `dns` is the address of the name server."""

    def __init__(self, folder: Path, enter: tuple[str, ...] = (), ports: Ports | None = None):
        self._folder = folder
        self._enter = enter
        self.ports = ports or Ports()
        self._processes: list[ServerProcess] = []
        self._authority = trustme.CA()
        self.ca = self._write("ca.pem", self._authority.cert_pem.bytes())
        self._docker_registry = _program("docker-registry")

    @property
    def hosts(self) -> tuple[RegistryHost, ...]:
        """How the node's runtime reaches the registries that are not what their name says."""
        p = self.ports
        plain = {
            **dict.fromkeys(_at(p.basic, "registry", "other", "node-login", "third"), p.basic),
            **dict.fromkeys(_at(p.token, "token"), p.token),
            **dict.fromkeys(_at(p.awkward, "fake"), p.awkward),
            "refused.test:5999": 5999,
            "behind-a-proxy.example:5000": p.basic,
            "nosuch.test:5000": p.basic,
            "timeout.test:5000": p.basic,
        }
        mirrored = f"mirrored.test:{p.basic}"
        return (
            *(RegistryHost(name, f"http://{name}", None) for name in plain),
            RegistryHost(mirrored, f"http://fake.test:{p.awkward}", None),
            *(
                RegistryHost(name, f"https://{name}", self.ca)
                for name in (
                    f"tls.test:{p.tls}",
                    f"wrongname.test:{p.tls}",
                    f"plainhttp.test:{p.basic}",
                    f"expired.test:{p.expired}",
                    f"silent.test:{p.silent}",
                    f"cut.test:{p.cut}",
                    EXAMPLE,
                )
            ),
            RegistryHost("docker.io", "https://registry-1.docker.io", self.ca),
        )

    def start(self) -> None:
        """Pushes the images, then opens all doors."""
        self._push()
        for start in (
            self._start_dns,
            self._start_proxy,
            self._start_token_service,
            self._start_awkward,
            self._start_registries,
        ):
            start()
        for process in self._processes:
            self._wait(process)

    def stop(self) -> None:
        """Ends all that was started, by pid."""
        for process in reversed(self._processes):
            process.kill()
        self._processes.clear()

    def _push(self) -> None:
        """Through a registry of its own, which is there for the push only and asks nobody."""
        socket = self._folder / "push.sock"
        config = self._registry_config("push", {"net": "unix", "addr": str(socket)}, {})
        pusher = self._start("push", self._docker_registry, "serve", str(config), enter=())
        try:
            self._wait(pusher)
            registry = Registry(socket)
            images_of(registry)
            registry.close()
        finally:
            pusher.kill()
            self._processes.remove(pusher)

    def _start_registries(self) -> None:
        p = self.ports
        basic = {"htpasswd": {"realm": "registries of the tests", "path": str(self._htpasswd())}}
        here = "token.test" if self._enter else LOOPBACK  # a name that only our own DNS knows
        local = _token_auth(f"http://{here}:{p.token_service}/token", self._signing[0])
        hub = _token_auth(f"https://{HUB_TOKENS}/token", self._signing[0])
        hub_tls = _tls(self._certificate("hub", *HUB))
        own_tls = _tls(self._certificate("tls", "tls.test", "untrusted.test"))
        example_tls = _tls(self._certificate("example", EXAMPLE))
        for name, address, tls, auth in (
            ("basic", f"{LOOPBACK}:{p.basic}", {}, basic),
            ("tls", f"{LOOPBACK}:{p.tls}", own_tls, basic),
            ("token", f"{LOOPBACK}:{p.token}", {}, local),
            ("hub", f"{LOOPBACK}:{p.hub}", hub_tls, hub),
            ("example", f"{_EXAMPLE_ADDRESS}:{p.hub}", example_tls, basic),
        ):
            config = self._registry_config(name, {"addr": address, **tls}, auth)
            self._start(name, self._docker_registry, "serve", str(config))

    def _registry_config(
        self, name: str, http: Mapping[str, object], auth: Mapping[str, object]
    ) -> Path:
        """A configuration file; JSON is YAML."""
        content = {
            "version": "0.1",
            "log": {"level": "info", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self._folder / "storage")}},
            "http": {"secret": "shared by all doors", **http},
            **({"auth": auth} if auth else {}),
        }
        return self._write(f"{name}.yml", json.dumps(content).encode())

    def _start_token_service(self) -> None:
        p = self.ports
        tls = self._certificate("hub-tokens", HUB_TOKENS)
        self._signing = self._certificate("signing", "tokens.test", of_type=trustme.KeyType.RSA)
        plain = {"address": LOOPBACK, "port": p.token_service}
        hub = {"address": _HUB_TOKENS_ADDRESS, "port": p.hub}
        settings = {
            "issuer": "tokens.test",
            "signing_certificate": str(self._signing[0]),
            "signing_key": str(self._signing[1]),
            "passwords": PASSWORDS,
            "identity_tokens": {IDENTITY_TOKEN: PULLER},
            "rights": RIGHTS,
            "listeners": [plain, {**hub, "certificate": str(tls[0]), "key": str(tls[1])}],
        }
        config = self._write("token-service.json", json.dumps(settings).encode())
        self._start_module("token_service", str(config))

    def _start_awkward(self) -> None:
        p = self.ports
        over = datetime(2020, 1, 1, tzinfo=timezone.utc)
        certificate, key = self._certificate("expired", "expired.test", until=over)
        settings = {
            "address": LOOPBACK,
            "http": p.awkward,
            "expired": p.expired,
            "silent": p.silent,
            "cut": p.cut,
            "certificate": str(certificate),
            "key": str(key),
        }
        self._start_module("awkward_registry", json.dumps(settings))

    def _start_dns(self) -> None:
        self._start_module("dns", LOOPBACK, str(self.ports.dns), json.dumps(NAMES))

    def _start_proxy(self) -> None:
        self._start_module("proxy", LOOPBACK, str(self.ports.proxy))

    def _start_module(self, name: str, *arguments: str) -> None:
        path = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        run = f"import runpy; runpy.run_module('tests.node.{name}', run_name='__main__')"
        self._start(name, sys.executable, "-c", path + run, *arguments)

    def _start(
        self, name: str, *command: str, enter: tuple[str, ...] | None = None
    ) -> ServerProcess:
        folder = self._folder / name
        folder.mkdir()
        process = ServerProcess(command, folder, self._enter if enter is None else enter)
        self._processes.append(process)
        process.start()
        return process

    def _wait(self, process: ServerProcess) -> None:
        """Until it says that it listens: nobody outside can knock at a door inside."""
        process.wait_until(lambda: _says_ready(process.log), STARTS_WITHIN)

    def _htpasswd(self) -> Path:
        lines = (_htpasswd_line(user, password) for user, password in PASSWORDS.items())
        return self._write("htpasswd", "".join(lines).encode())

    def _certificate(
        self,
        name: str,
        *hosts: str,
        until: datetime | None = None,
        of_type: trustme.KeyType = trustme.KeyType.ECDSA,
    ) -> tuple[Path, Path]:
        """Files with a certificate of the tests' own authority, and its key."""
        since = datetime(2019, 1, 1, tzinfo=timezone.utc) if until else None
        issued = self._authority.issue_cert(
            *hosts, not_before=since, not_after=until, key_type=of_type
        )
        chain = b"".join(one.bytes() for one in issued.cert_chain_pems)
        certificate = self._write(f"{name}.pem", chain)
        return certificate, self._write(f"{name}.key", issued.private_key_pem.bytes())

    def _write(self, name: str, content: bytes) -> Path:
        target = self._folder / name
        target.write_bytes(content)
        return target


def _at(port: int, *names: str) -> tuple[str, ...]:
    return tuple(f"{name}.test:{port}" for name in names)


def _tls(certificate: tuple[Path, Path]) -> dict[str, object]:
    return {"tls": {"certificate": str(certificate[0]), "key": str(certificate[1])}}


def _token_auth(realm: str, certificate: Path) -> dict[str, object]:
    return {
        "token": {
            "realm": realm,
            "service": SERVICE,
            "issuer": "tokens.test",
            "rootcertbundle": str(certificate),
        }
    }


def _says_ready(log: Path) -> bool:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "listening on" in text or text.endswith("ready\n")


def _program(name: str) -> str:
    """Its path; raises `MissingError` where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise MissingError(f"Debian's {name}")
    return found


def _htpasswd_line(user: str, password: str) -> str:
    """With bcrypt, the one hash that docker-registry takes, as cheap as it can be."""
    command = [_program("htpasswd"), "-niB", "-C", "4", user]
    return (
        subprocess.run(
            command, input=password, capture_output=True, text=True, timeout=30, check=True
        ).stdout.rstrip("\n")
        + "\n"
    )


@contextmanager
def registries(
    folder: Path, enter: tuple[str, ...] = (), ports: Ports | None = None
) -> Iterator[Registries]:
    """All of them, until the block ends. Raises `MissingError` where a program is not here."""
    servers = Registries(folder, enter, ports)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
