"""A registry's token service: `python -m tests.node.token_service CONFIG.json`.

As the distribution project specifies it: GET with Basic credentials or none, POST with a password
or a refresh token (an identity token); the answer is a JWT, signed with RS256, that holds the
rights which the user has of those that were asked for. Who may what, and where it listens, is in
the file, read by `Settings`.
"""

from __future__ import annotations

import base64
import json
import ssl
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Form = Mapping[str, Sequence[str]]

LIFE = 300  # seconds
ANYBODY = ""  # the user of those who send nothing


@dataclass(frozen=True, slots=True)
class Listener:
    """One address; with a certificate it speaks TLS."""

    address: str
    port: int
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Who may pull what, and how the tokens are signed."""

    issuer: str
    signing_certificate: str  # PEM file
    signing_key: str  # PEM file, RSA
    passwords: dict[str, str]
    identity_tokens: dict[str, str]  # user by token
    rights: dict[str, list[str]]  # globs over repositories, by user; ANYBODY's are everybody's
    listeners: list[dict[str, str | int]]


class TokenService:
    """Decides and signs; no sockets."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = load_pem_private_key(Path(settings.signing_key).read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        self._key = key
        chain = ssl.PEM_cert_to_DER_cert(Path(settings.signing_certificate).read_text())
        self._header = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(chain).decode()]}

    def get(self, query: Form, authorization: str) -> dict[str, object] | None:
        """The answer to a GET; None where the credential is refused."""
        user = self._user_of(authorization) if authorization else ANYBODY
        if user is None:
            return None
        token = self._token(user, query)
        return {"token": token, "access_token": token, "expires_in": LIFE}

    def post(self, form: Form) -> dict[str, object] | None:
        """The answer to a POST, as OAuth 2 has it; None where the credential is refused."""
        if form.get("grant_type") == ["refresh_token"]:
            user = self._settings.identity_tokens.get(form.get("refresh_token", [""])[0])
        else:
            user = self._known(form.get("username", [""])[0], form.get("password", [""])[0])
        if user is None:
            return None
        return {"access_token": self._token(user, form), "expires_in": LIFE}

    def _user_of(self, authorization: str) -> str | None:
        try:
            text = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        except ValueError:
            return None
        user, _, password = text.partition(":")
        return self._known(user, password)

    def _known(self, user: str, password: str) -> str | None:
        return user if user and self._settings.passwords.get(user) == password else None

    def _token(self, user: str, asked: Form) -> str:
        now = int(time.time())
        scopes = [scope for line in asked.get("scope", []) for scope in line.split()]
        access = [entry for scope in scopes if (entry := self._access(user, scope)) is not None]
        claims = {
            "iss": self._settings.issuer,
            "sub": user,
            "aud": asked.get("service", [""])[0],
            "iat": now,
            "nbf": now - 60,
            "exp": now + LIFE,
            "jti": str(time.monotonic_ns()),
            "access": access,
        }
        return self._signed(claims)

    def _access(self, user: str, scope: str) -> dict[str, object] | None:
        """What is granted of "repository:team/app:pull"; nobody may push here."""
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        rights = self._settings.rights
        mine = [*rights.get(ANYBODY, []), *rights.get(user, [])]
        may = kind == "repository" and any(fnmatchcase(name, right) for right in mine)
        if not may or "pull" not in actions.split(","):
            return None
        return {"type": kind, "name": name, "actions": ["pull"]}

    def _signed(self, claims: Mapping[str, object]) -> str:
        text = f"{_encoded(self._header)}.{_encoded(claims)}"
        signature = self._key.sign(text.encode(), PKCS1v15(), SHA256())
        return f"{text}.{_url64(signature)}"


def _encoded(content: Mapping[str, object]) -> str:
    return _url64(json.dumps(content).encode())


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: TokenService

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._say(self.service.get(query, self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self._say(self.service.post(parse_qs(self.rfile.read(length).decode())))

    def _say(self, answer: Mapping[str, object] | None) -> None:
        refusal = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}
        body = json.dumps(refusal if answer is None else answer).encode()
        self.send_response(401 if answer is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _server(listener: Listener, handler: type[_Handler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((listener.address, listener.port), handler)
    if listener.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(listener.certificate, listener.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def main(config: str) -> None:
    settings = Settings(**json.loads(Path(config).read_text(encoding="utf-8")))
    service = TokenService(settings)
    handler = type("Handler", (_Handler,), {"service": service})
    listeners = [Listener(**listener) for listener in settings.listeners]  # type: ignore[arg-type]  # from JSON
    *beside, last = [_server(listener, handler) for listener in listeners]
    for server in beside:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)  # noqa: T201 the tests wait for it
    last.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
