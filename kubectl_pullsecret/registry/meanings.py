"""What a registry's answer means, in the words of pull errors. Pure."""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.registry.messages import Response
from kubectl_pullsecret.registry.origins import Origin
from kubectl_pullsecret.registry.words import Words, quotable, read_words, said_by

MANIFEST_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
)
_POLICY = (402, 412, 451)  # to be paid; of Harbor: to be scanned or signed first; for the law
_VERSION = "Docker-Distribution-Api-Version"  # a header that nothing else has
# What a denial says that does not tell a missing repository from one without access.
_BARE_DENIALS = (
    "",
    "denied",
    "access to the resource is denied",
    "not exist",
    "insufficient_scope",
)
# What says of the login itself that it is refused, whatever the status: ECR has 403 for old tokens.
_REJECTIONS = (
    "token has expired",
    "token is expired",
    "token expired",
    "credentials have expired",
    "incorrect username or password",
    "bad credentials",
    "cannot be authenticated",
)


class Sent(Enum):
    """Who the request said that it is."""

    NOBODY = auto()
    LOGIN = auto()  # user and password
    ANONYMOUS_TOKEN = auto()
    TOKEN = auto()  # that the token service gave for the login


class Asked(NamedTuple):
    """What was asked, and as whom."""

    question: Question
    sent: Sent
    known: bool = False  # the same host has accepted the login before
    secrets: tuple[Masked, ...] = ()  # that must not be quoted

    @property
    def registry(self) -> str:
        """The registry, as the subject of a sentence."""
        return self.question.registry

    @property
    def wanted(self) -> str:
        """The image, as it is written."""
        name, manifest = f"{self.registry}/{self.question.path}", self.question.manifest
        return f"{name}{'@' if ':' in manifest else ':'}{manifest}"

    @property
    def accepted(self) -> bool | None:
        """What is known of the login whatever the answer was."""
        return True if self.known or self.sent is Sent.TOKEN else None


def meaning(response: Response, asked: Asked) -> Answer:
    """The registry's answer to the question itself."""
    if 200 <= response.status < 300:
        return _given(response, asked)
    words = read_words(response)
    cause, accepted = _refused(response, words, asked)
    said = said_by(response, words, asked.secrets)
    return Answer(cause, _sentence(asked.registry, cause, said, response), accepted)


def meaning_of_token_service(response: Response, asked: Asked, service: Origin) -> Answer:
    """The answer of a token service that gives no token. `sent` is LOGIN or NOBODY."""
    words = read_words(response)
    cause, accepted = _no_token(response, words, asked)
    name = f"the token service {service.name}" if service.name != asked.registry else asked.registry
    said = said_by(response, words, asked.secrets)
    return Answer(cause, _sentence(name, cause, said, response), accepted)


def looks_like_manifest(response: Response) -> bool:
    """Whether a success is a manifest, by its type; or by its body, where that was read."""
    if response.content_type in MANIFEST_TYPES:
        return True
    try:
        found: object = json.loads(response.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "schemaVersion" in found


def _given(response: Response, asked: Asked) -> Answer:
    words = read_words(response)
    if words.web_page:
        return Answer(Cause.REGISTRY_ERROR, f"{asked.registry} is no registry: answers a web page")
    if not (looks_like_manifest(response) if asked.question.path else _is_base(response)):
        kind = quotable(response.content_type) or "something without a type"
        lacking = "no manifest" if asked.question.path else "no registry"
        return Answer(Cause.REGISTRY_ERROR, f"{asked.registry} answers {kind}, which is {lacking}")
    if asked.sent is Sent.NOBODY:
        return Answer(None, f"{asked.registry} answers without asking for a credential")
    accepted = True if asked.sent in (Sent.LOGIN, Sent.TOKEN) else None
    if not asked.question.path:
        return Answer(None, f"{asked.registry} accepts the login", accepted)
    whom = "" if accepted else " to anybody"
    return Answer(None, f"{asked.registry} gives out {asked.wanted}{whom}", accepted)


def _is_base(response: Response) -> bool:
    """Whether /v2/ is answered as a registry does (distribution spec, end-1)."""
    if _VERSION in response.headers or not response.body.strip():
        return True
    try:
        json.loads(response.body)
    except (ValueError, RecursionError):
        return False
    return True


def _refused(response: Response, words: Words, asked: Asked) -> tuple[Cause, bool | None]:
    if response.status == 401:
        return _unauthorized(words, asked)
    if response.status == 403 and asked.sent is Sent.LOGIN and _is_rejection(words):
        return Cause.CREDENTIAL_REJECTED, False
    if response.status == 403:
        return _forbidden(words, asked), asked.accepted
    if response.status == 404 and asked.sent is Sent.NOBODY and not _is_registrys(response, words):
        return Cause.REGISTRY_ERROR, None
    if response.status == 404:
        login = asked.sent in (Sent.LOGIN, Sent.TOKEN)
        return _missing(words, asked), True if login else None
    return _common(response), asked.accepted


def _is_registrys(response: Response, words: Words) -> bool:
    """Whether a registry speaks, and not who else may have its name here."""
    return words.structured or _VERSION in response.headers


def _unauthorized(words: Words, asked: Asked) -> tuple[Cause, bool | None]:
    if asked.sent in (Sent.NOBODY, Sent.ANONYMOUS_TOKEN):
        return Cause.NO_CREDENTIAL_SENT, None
    if not asked.question.path and asked.accepted:
        return Cause.ACCESS_FORBIDDEN, True
    if asked.accepted or (asked.question.path and words.code == "DENIED"):
        return Cause.DENIED_OR_NOT_FOUND, asked.accepted
    return Cause.CREDENTIAL_REJECTED, False


def _forbidden(words: Words, asked: Asked) -> Cause:
    if words.web_page:
        return Cause.REGISTRY_POLICY_BLOCKED
    if asked.sent in (Sent.NOBODY, Sent.ANONYMOUS_TOKEN):
        if words.code in ("DENIED", "UNAUTHORIZED"):
            return Cause.NO_CREDENTIAL_SENT
        unasked = asked.sent is Sent.NOBODY  # for a credential: whatever it is
        return Cause.REGISTRY_POLICY_BLOCKED if unasked else Cause.ACCESS_FORBIDDEN
    return Cause.DENIED_OR_NOT_FOUND if _is_bare_denial(words) else Cause.ACCESS_FORBIDDEN


def _is_rejection(words: Words) -> bool:
    message = words.message.lower()
    return any(phrase in message for phrase in _REJECTIONS)


def _is_bare_denial(words: Words) -> bool:
    message = words.message.lower()
    return words.code == "DENIED" and any(
        message == bare or (bare and message.endswith(bare)) for bare in _BARE_DENIALS
    )


def _missing(words: Words, asked: Asked) -> Cause:
    if not asked.question.path:
        return Cause.REGISTRY_ERROR
    if words.web_page or (words.message and not words.structured):
        return Cause.REPOSITORY_NOT_FOUND
    # Harbor has one code for both: "repository team/app not found"
    repository = words.code == "NOT_FOUND" and words.message.startswith(("repository", "project"))
    if words.code == "NAME_UNKNOWN" or repository:
        return Cause.REPOSITORY_NOT_FOUND
    return Cause.DENIED_OR_NOT_FOUND if words.code == "DENIED" else Cause.MANIFEST_NOT_FOUND


def _common(response: Response) -> Cause:
    """What means the same wherever it comes from."""
    if response.status == 429:
        return Cause.RATE_LIMITED
    if response.status == 407:
        return Cause.PROXY_FAILURE
    return Cause.REGISTRY_POLICY_BLOCKED if response.status in _POLICY else Cause.REGISTRY_ERROR


def _no_token(response: Response, words: Words, asked: Asked) -> tuple[Cause, bool | None]:
    if response.status not in (400, 401, 403):
        return _common(response), asked.accepted
    if words.web_page and response.status == 403:
        return Cause.REGISTRY_POLICY_BLOCKED, asked.accepted
    if asked.sent is Sent.NOBODY:
        return Cause.NO_CREDENTIAL_SENT, None
    about_image = bool(asked.question.path) and words.code != "UNAUTHORIZED"
    if response.status == 403 and not _is_rejection(words) and (about_image or words == Words()):
        return _forbidden(words, asked), asked.accepted
    if asked.known:
        return Cause.DENIED_OR_NOT_FOUND, True
    return Cause.CREDENTIAL_REJECTED, False


def _sentence(name: str, cause: Cause, said: str, response: Response) -> str:
    if cause is Cause.CREDENTIAL_REJECTED:
        return f"{name} rejects the login: {said}"
    if response.status == 407:
        return f"the proxy before {name} wants a user and a password: {said}"
    pause = response.retry_after if response.status in (429, 503) else None
    later = "" if pause is None else f"; it asks to wait {pause:.0f} s"
    return f"{name} answers {said}{later}"
