"""Redirects and second tries: what a credential does not outlive, and what is worth it."""

from __future__ import annotations

from time import sleep

from kubectl_pullsecret.net.failures import FailureKind
from kubectl_pullsecret.registry.messages import NoAnswerError, Request, Response
from kubectl_pullsecret.registry.origins import InvalidAddressError, Place, place_of
from kubectl_pullsecret.registry.wire import Course, Wire

MOST_REDIRECTS = 5
LONGEST_PAUSE = 10.0  # seconds that a registry may ask for; beyond that its refusal is the answer
_PAUSE = 0.5  # seconds, where it asks for none
_REDIRECTS = (301, 302, 303, 307, 308)
_BROKEN = (500, 502, 503, 504)


class EndlessRedirectError(Exception):
    """A host redirects on and on."""


def fetch(wire: Wire, request: Request, course: Course) -> Response:
    """Get an answer that is no redirect, after a second try where that is worth it.

    Raises what `Wire.exchange` raises, and EndlessRedirectError.
    """
    try:
        response = _follow(wire, request, course)
    except NoAnswerError as error:
        # With a login in it, a request may have been counted although nobody answered.
        if error.failure.kind is not FailureKind.CUT or _holds_login(request):
            raise
        return _follow(wire, request, course)
    pause = _pause_after(response)
    if request.method == "HEAD" and response.status != 429:
        return response  # GET, which is asked with next, is the second try
    if pause is None or pause >= course.left:
        return response
    sleep(pause)
    return _follow(wire, request, course)


def _holds_login(request: Request) -> bool:
    return request.authorization is not None or request.body is not None


def _pause_after(response: Response) -> float | None:
    """Seconds to wait before the second try; None: the answer stands."""
    wanted = response.retry_after
    if response.status == 429 or wanted is not None:
        worth_it = response.status == 429 or response.status in _BROKEN
        return wanted if worth_it and wanted is not None and wanted <= LONGEST_PAUSE else None
    return _PAUSE if response.status in _BROKEN else None


def _follow(wire: Wire, request: Request, course: Course) -> Response:
    """Follow redirects. A credential stays with its origin and does not come back to it."""
    for _ in range(MOST_REDIRECTS + 1):
        response = wire.exchange(request, course)
        there = _target(request, response)
        if there is None:
            return response
        request = request._replace(origin=there.origin, target=there.target)
        if there.origin != response.origin:
            request = request._replace(authorization=None)
    raise EndlessRedirectError(f"redirects more than {MOST_REDIRECTS} times")


def _target(request: Request, response: Response) -> Place | None:
    """Where an answer leads; a body, which may hold a credential, is not carried there."""
    location = response.headers.get("Location", "")
    if response.status not in _REDIRECTS or not location or request.body is not None:
        return None
    try:
        return place_of(location, f"{request.origin.url}{request.target}")
    except InvalidAddressError:
        return None
