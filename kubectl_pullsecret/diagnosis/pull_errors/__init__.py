"""What the message of a failed image pull says.

    unwrap    kubelet, runtime and log layers come off
    attempts  several attempts in one message, and which of them got furthest
    reading   the facts of one attempt: words, stage, URL, host, status
    table     the ordered table from facts to a cause; its rows are in rows_*

The rules are those of real messages of kubelet, containerd, CRI-O, dockerd and the registries; a
text that fits none is Unknown, never a guess. The causes' words for people are `reasons`.
"""

from __future__ import annotations

from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.diagnosis.pull_errors import attempts
from kubectl_pullsecret.diagnosis.pull_errors.pull_error import PullError
from kubectl_pullsecret.diagnosis.pull_errors.reading import Reading, read
from kubectl_pullsecret.diagnosis.pull_errors.table import decide
from kubectl_pullsecret.diagnosis.pull_errors.unwrap import one_line, plain, unwrap
from kubectl_pullsecret.facts.causes import Cause

__all__ = ["Cause", "PullError", "parse"]

_DEEPEST = 3  # lists in lists; no runtime nests further

# Waiting and event reasons that say more than their message may.
_BY_REASON = {
    "InvalidImageName": Cause.INVALID_IMAGE_NAME,
    "ErrImageNeverPull": Cause.NEVER_PULL,
    "SignatureValidationFailed": Cause.SIGNATURE_REJECTED,
    "FailedToRetrieveImagePullSecret": Cause.SECRET_NOT_FOUND,
}


def parse(message: str, image: str | None = None, where: str = "") -> PullError:
    """Read one message of a pod's status, an event or a runtime's log.

    `image` is the name as the pod wrote it; it tells a mirror from the image's own registry.
    `where` may name the waiting reason or event reason beside the message. Any text is taken:
    nothing is raised, and what is not understood is Unknown. Of very long messages the ends count.
    What looks like a credential in the message is masked in the answer.
    """
    text = attempts.without_artifact(plain(message))
    error = _parse(text, image, _DEEPEST)
    if error.cause in {Cause.UNKNOWN, Cause.UNINFORMATIVE}:
        error = error._replace(cause=_BY_REASON.get(where, error.cause))
    raw, others = redact(error.raw or one_line(text)), tuple(map(redact, error.others))
    return error._replace(raw=raw, others=others)


def _parse(text: str, image: str | None, depth: int) -> PullError:
    unwrapped = unwrap(text)
    if depth and (mirrored := attempts.upstream(unwrapped.core)):
        own, mirrors = (_parse(part, image, depth - 1) for part in mirrored)
        return own if own.cause is not Cause.UNKNOWN else mirrors
    several = attempts.split(unwrapped.core) if depth else ()
    if several:
        return _furthest([_parse(one, image, depth - 1) for one in several])
    return _error(read(unwrapped, image))


def _furthest(errors: list[PullError]) -> PullError:
    """Choose the attempt that got furthest: it is the truth; of equals the first."""
    best = max(errors, key=lambda error: attempts.progress(error.cause))
    others = dict.fromkeys(error.raw for error in errors if error.raw != best.raw)
    return best._replace(others=tuple(others))


def _error(reading: Reading) -> PullError:
    cause = decide(reading)
    return PullError(
        cause=cause,
        raw=reading.core,
        host=reading.host,
        status=reading.status,
        mirror=reading.mirror,
        credential_sent=_credential_sent(reading, cause),
    )


def _credential_sent(reading: Reading, cause: Cause) -> bool | None:
    """Tell what the text proves: containerd fetches an oauth token only with a credential."""
    if reading.says(
        "no basic auth credential",
        "anonymous token",
        "unauthenticated request",
        "unauthenticated pull",
    ):
        return False
    if reading.says("unable to retrieve auth token"):
        return None  # containers/image says so of any 401 of a token service
    return True if cause is Cause.CREDENTIAL_REJECTED or reading.says("oauth token") else None
