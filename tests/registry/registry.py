"""A registry as a script: what it asks for, and what it has."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Login, Question
from tests.net.scripted import Received, Reply, Script, ScriptedServer

USER, PASSWORD, TOKEN = "puller", "c4nary-pass", "c4nary-token"
PATH, TAG = "team/app", "v1"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
BASE = Reply({}, headers=(("Docker-Distribution-Api-Version", "registry/2.0"),))
FOUND = Reply({"schemaVersion": 2}, content_type=MANIFEST)

Answers = Mapping[str, Reply | Callable[[Received], Reply]]


def error(status: int, code: str, message: str, **more: str) -> Reply:
    """A refusal as the distribution specification words it."""
    body = {"errors": [{"code": code, "message": message}]}
    return Reply(body, status=status, headers=tuple(more.items()))


def unauthorized(challenge: str) -> Reply:
    return error(401, "UNAUTHORIZED", "authentication required", **{"WWW-Authenticate": challenge})


GONE = error(404, "MANIFEST_UNKNOWN", "manifest unknown")
NO_REPOSITORY = error(404, "NAME_UNKNOWN", "repository name not known to registry")
IMAGE = {f"/v2/{PATH}/manifests/{TAG}": FOUND}


def pair(user: str = USER, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def plainly(answers: Answers) -> Script:
    """A registry that asks for nothing."""

    def script(at: Received) -> Reply:
        path = urlsplit(at.path).path
        found = answers.get(at.path) or answers.get(path)
        if found is None:
            return BASE if path == "/v2/" else GONE
        return found if isinstance(found, Reply) else found(at)

    return script


def with_basic(answers: Answers = IMAGE, challenge: str = 'Basic realm="test"') -> Script:
    """A registry that asks for user and password."""
    inner = plainly(answers)

    def script(at: Received) -> Reply:
        return inner(at) if at.header("Authorization") == pair() else unauthorized(challenge)

    return script


def with_tokens(
    answers: Answers = IMAGE,
    *,
    realm: str = "",
    give: Callable[[Received], Reply] | None = None,
) -> Script:
    """A registry that asks for a token, and its token service at /token, or at `realm`."""
    inner = plainly(answers)

    def script(at: Received) -> Reply:
        if urlsplit(at.path).path == "/token":
            return (give or gives_token)(at)
        if at.header("Authorization") == f"Bearer {TOKEN}":
            return inner(at)
        where = realm or f"http://{at.header('Host')}/token"
        return unauthorized(f'Bearer realm="{where}",service="registry.test",scope="x"')

    return script


def gives_token(at: Received) -> Reply:
    """A token for the right user."""
    if at.header("Authorization") == pair():
        return Reply({"token": TOKEN})
    return Reply({"details": "incorrect username or password"}, status=401)


def gives_anybody(_: Received) -> Reply:
    return Reply({"token": TOKEN})


def query(received: Received) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(received.path).query))


def login(server: ScriptedServer | str, password: str = PASSWORD, **more: str) -> Login:
    key = server if isinstance(server, str) else server.address
    token = Masked(more.get("identity_token", ""))
    return Login(more.get("key", key), more.get("user", USER), Masked(password), token)


def image(
    server: ScriptedServer | str, who: Login | None = None, tag: str = TAG, path: str = PATH
) -> Question:
    host = server if isinstance(server, str) else server.address
    return Question(host, who, path, tag)


def asked_as(server: ScriptedServer) -> list[tuple[str, str, str | None]]:
    """What arrived: method, path and who."""
    return [(at.method, at.path, at.header("Authorization")) for at in server.received]
