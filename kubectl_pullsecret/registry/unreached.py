"""Why a registry was not reached, as an answer in one sentence. Pure."""

from __future__ import annotations

from kubectl_pullsecret.facts.answers import Answer
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.net.failures import FailureKind
from kubectl_pullsecret.registry.messages import NoAnswerError

_WAYS = {
    FailureKind.PROXY_WANTS_PASSWORD: (
        Cause.PROXY_FAILURE,
        "the proxy {proxy} wants a user and a password (407)",
    ),
    FailureKind.PROXY_REFUSED: (
        Cause.PROXY_FAILURE,
        "the proxy {proxy} does not connect to {host} ({words})",
    ),
    FailureKind.PROXY_NAME_UNKNOWN: (
        Cause.PROXY_FAILURE,
        "the name of the proxy {proxy} is not known",
    ),
    FailureKind.PROXY_UNTRUSTED: (
        Cause.PROXY_FAILURE,
        "the certificate of the proxy {proxy} is not trusted",
    ),
    FailureKind.PROXY_WITHOUT_TLS: (
        Cause.PROXY_FAILURE,
        "the proxy {proxy} does not speak TLS",
    ),
    FailureKind.PROXY_UNREACHABLE: (Cause.PROXY_FAILURE, "the proxy {proxy} cannot be reached"),
    FailureKind.NAME_UNKNOWN: (Cause.NAME_RESOLUTION, "the name {name} is not known here"),
    FailureKind.NAME_NOT_LOOKED_UP: (
        Cause.NAME_RESOLUTION,
        "the name {name} was not looked up within {seconds}",
    ),
    FailureKind.NO_ADDRESS: (Cause.NAME_RESOLUTION, "{host} is no address"),
    FailureKind.REFUSED: (Cause.CONNECTION_REFUSED, "{host} refuses the connection"),
    FailureKind.UNREACHABLE: (Cause.NETWORK_UNREACHABLE, "{host} cannot be reached: {words}"),
    FailureKind.NO_CONNECTION_IN_TIME: (Cause.TIMEOUT, "no connection to {host} within {seconds}"),
    FailureKind.SILENCE: (Cause.TIMEOUT, "no answer from {host} within {seconds}"),
    FailureKind.CUT: (
        Cause.NETWORK_UNREACHABLE,
        "the connection to {host} was cut before the answer was complete",
    ),
    FailureKind.WRONG_NAME: (
        Cause.CERTIFICATE_NAME_MISMATCH,
        "the certificate of {host} is not for the name {name}",
    ),
    FailureKind.EXPIRED: (Cause.CERTIFICATE_EXPIRED, "the certificate of {host} has expired"),
    FailureKind.NOT_YET_VALID: (
        Cause.CERTIFICATE_EXPIRED,
        "the certificate of {host} is not valid yet; is the local clock right?",
    ),
    FailureKind.UNTRUSTED: (
        Cause.UNTRUSTED_CERTIFICATE,
        "the certificate of {host} is not trusted here ({words}); --registry-ca adds an authority",
    ),
    FailureKind.TLS_BROKEN_OFF: (
        Cause.NETWORK_UNREACHABLE,
        "{host} broke the TLS connection off",
    ),
    FailureKind.WITHOUT_TLS: (Cause.SCHEME_MISMATCH, "{host} does not speak TLS"),
    FailureKind.CLIENT_REFUSED: (
        Cause.ACCESS_FORBIDDEN,
        "{host} wants a client certificate, which no pull secret can hold",
    ),
    FailureKind.TLS_FAILED: (Cause.REGISTRY_ERROR, "no TLS connection to {host}: {words}"),
    FailureKind.NOT_COMPRESSED: (
        Cause.REGISTRY_ERROR,
        "the answer of {host} is not compressed as it says",
    ),
    FailureKind.NOT_HTTP: (Cause.SCHEME_MISMATCH, "{host} does not answer in HTTP"),
}


def unreached(error: NoAnswerError, seconds: float) -> Answer:
    """The answer where there was none, within so many seconds."""
    cause, sentence = _WAYS[error.failure.kind]
    said = sentence.format(
        host=error.origin.name,
        name=error.origin.bare_host,
        proxy=error.proxy,
        words=error.failure.words,
        seconds=f"{seconds:g} s",
    )
    return Answer(cause, said)
