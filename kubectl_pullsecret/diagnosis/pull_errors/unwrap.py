"""Takes off what kubelet, runtime and log writers put around an error. No judgement here."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

LONGEST = 8 * 1024  # characters read from each end of a message; a kubelet event holds 1024
_MOST_LAYERS = 64

_PLAIN = {
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'",
    "&quot;": '"', "&#39;": "'", "&#34;": '"',
    "&lt;": "<", "&gt;": ">", "&amp;": "&",
}  # fmt: skip

# Names of layers that tell how far the pull got, or who speaks. All others are WRAPPER.
WRAPPER, REASON, BACK_OFF, DAEMON, RESOLVE, COPY, CONFIG, REQUEST = (
    "wrapper", "reason", "back-off", "daemon", "resolve", "copy", "config", "request",
)  # fmt: skip

# How a layer begins, in lower case, as kubelet, containerd, CRI-O, dockerd and their clients write
# it; "*" is an image name or another argument, and what ends it. Longer rows before their prefixes.
_OPENINGS = (
    (WRAPPER, "(combined from similar events): "),
    (WRAPPER, "failed to pull image with policy *"),
    (WRAPPER, "failed to pull image *"),
    (WRAPPER, "failed to pull image: "),
    (WRAPPER, "failed pulling image *"),
    (CONFIG, "error pulling image configuration: "),
    (WRAPPER, "error pulling image *"),
    (WRAPPER, "with policy *"),
    (WRAPPER, "output: "),
    (WRAPPER, "pulling image failed: "),
    (WRAPPER, "image pull failed: "),
    (WRAPPER, "image pull failed for *"),
    (WRAPPER, "this may be because there are no credentials on this request. details: ("),
    (WRAPPER, "pulling image: "),
    (WRAPPER, "container start failed: "),
    (WRAPPER, "pullimage from image service failed: "),
    (WRAPPER, "pullimage *"),
    (WRAPPER, "pull image *"),
    (WRAPPER, "from image service failed: "),
    (BACK_OFF, "back-off pulling image *"),
    (WRAPPER, "failed to inspect sandbox image *"),
    (WRAPPER, "failed to inspect image *"),
    (WRAPPER, "failed to get sandbox image *"),
    (WRAPPER, "failed to create pod sandbox: "),
    (WRAPPER, "failed create pod sandbox: "),
    (WRAPPER, "failed to create sandbox for pod *"),
    (WRAPPER, "unable to pull image or oci artifact: pull image err: "),
    (WRAPPER, "unable to pull image or oci artifact: "),
    (WRAPPER, "unable to pull image: "),
    (WRAPPER, "unable to pull image *"),
    (WRAPPER, "unable to pull *"),
    (WRAPPER, "unable to copy from source *"),
    (WRAPPER, "error initializing source *"),
    (WRAPPER, "initializing source *"),
    (WRAPPER, "error initializing image from source *"),
    (WRAPPER, "initializing image from source *"),
    (WRAPPER, "error determining manifest mime type for *"),
    (WRAPPER, "copying system image from manifest list: "),
    (WRAPPER, "failed to solve: "),
    (WRAPPER, "failed to resolve source metadata for *"),
    (WRAPPER, "failed to pull and unpack image *"),
    (RESOLVE, "failed to resolve reference *"),
    (RESOLVE, "failed to resolve image: "),
    (RESOLVE, "failed to resolve image *"),
    (RESOLVE, "no available registry endpoint: "),
    (COPY, "failed to copy: "),
    (COPY, "httpreadseeker: "),
    (COPY, "httpreaderseeker: "),
    (COPY, "failed open: "),
    (REQUEST, "failed to do request: "),
    (DAEMON, "error response from daemon: "),
    (DAEMON, "error from daemon in stream: "),
    (DAEMON, "error from registry: "),
    (DAEMON, "attempting next endpoint for pull after error: "),
    (DAEMON, "not continuing with pull after error: "),
    (WRAPPER, "(http code 500) server error - "),
    (WRAPPER, "server error - "),
    (WRAPPER, "api error (500): "),
    (WRAPPER, "imagepull: "),
    *((WRAPPER, f"{program}: ") for program in ("ctr", "crictl", "nerdctl", "docker", "podman")),
    *((WRAPPER, f"{level}: ") for level in ("error", "warning", "fatal", "unhandled error")),
    *(
        (REASON, f"{reason}: ")
        for reason in (
            "errimagepull", "imagepullbackoff", "registryunavailable", "signaturevalidationfailed",
            "errimageneverpull", "imageinspecterror", "inspectfailed", "invalidimagename",
            "createcontainererror", "failed", "backoff",
        )
    ),
)  # fmt: skip

# What a layer looks like where it has no fixed beginning; before it, its possible first letters.
_SHAPES = (
    ("r", r"rpc error: ?code ?= ?(?P<code>\w+) ?desc ?= ?"),
    # a line of `kubectl describe`: type, reason, age, source
    (
        "WN",
        r"(?:Warning|Normal) \w+ \S+ (?:\(x\d+ over [^)]{1,40}\) )?\S{0,60}kubelet,?"
        r"(?: \S{1,200}(?= (?i:failed|error|back-off|pull)))? ",
    ),
    ("IWEF", r"[IWEF]\d{4} [\d:.]{8,20} \d+ [\w.-]{1,80}:\d+\] "),  # klog
    ("FEWIfewi", r"(?i:fata|erro|warn|info)\[[^\]]{0,60}\]:? +"),  # logrus
    ("[", r"\[(?:ERROR|WARNING) ImagePull\]:? +"),  # kubeadm
    ("s", r"spec\.\w+\{[^}]{0,100}\}:? +"),
    ("H", r"Handler for \w+ \S{1,100} returned error: "),
    ("d", r"download failed after attempts=\d+: "),
    (" \"'`\\*>|-", r"[ \"'`\\*>|-]+(?=\S)"),
)

_ARGUMENT = (
    r"(?:\"(?P<quoted>[^\"]{0,600})\"|'(?P<single>[^']{0,600})'|`(?P<ticked>[^`]{0,600})`"
    r"|(?P<bare>[^\s\"'`]{1,600}?))(?:[\"'`,\\ ]{0,9}:(?: +|$)|[\"'`, ]+|$)"
)

# Where an error begins behind a foreign prefix ("start failed in pod x: …").
_BEGINNINGS = (
    "rpc error: code = ", "errimagepull: ", "failed to pull and unpack image ",
    "failed to pull image ", "error response from daemon: ", "failed to resolve reference ",
    "initializing source docker://", "failed to authorize: ",
)  # fmt: skip
_LONGEST_PREFIX = 300


class Unwrapped(NamedTuple):
    """The innermost message, and what stood around it."""

    core: str
    layers: frozenset[str]  # names of the layers that were taken off
    images: tuple[str, ...]  # image names that the layers gave, outermost first
    code: str  # gRPC status code of the innermost rpc error, "" if none


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def plain(message: str) -> str:
    """Bring the message into one form: bounded, an error without its log line, straight quotes.

    White space is collapsed; a line break stays before a bullet, where attempts are listed.
    """
    if len(message) > 2 * LONGEST:
        message = message[:LONGEST] + " … " + message[-LONGEST:]
    for written, meant in _PLAIN.items():
        message = message.replace(written, meant)
    message = _container_error(_log_value(message))
    return "\n* ".join(one_line(part) for part in re.split(r"\n[ \t]{0,40}\* ", message))


def one_line(text: str) -> str:
    """Collapse white space; other control characters are the view's to neutralise."""
    return " ".join(text.split())


def _log_value(text: str) -> str:
    """Take the error of a log line (`err="…"`, `error="…"`, else `msg="…"`), unescaped."""
    if '="' not in text:
        return text
    # klog and logrus quote the value; a line that was cut has no closing quote
    field = _compiled(r'\b(err|error|msg)="((?:[^"\\]|\\.)*)')
    fields = {match[1]: match[2] for match in reversed(list(field.finditer(text)))}
    value = fields.get("err") or fields.get("error") or fields.get("msg")
    if value is None or "hcsshim" in value:  # dockerd's helper logs inside its own error
        return text
    return _unescaped(value)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    text = re.sub(r"\\{1,15}n", "\n", re.sub(r"\\{1,15}([\"'])", r"\1", text))
    return re.sub(r"\\{1,15}[tr]", " ", text)


def _container_error(text: str) -> str:
    """Take what stands in `failed to "StartContainer" for "x" with ErrImagePull: "…"`."""
    if "StartContainer" not in text:
        return text
    text = _unescaped(text)
    found = _compiled(r'failed to "StartContainer" for [^:]{0,300} with (\w+: "?.*)').search(text)
    return found[1] if found else text


def unwrap(text: str) -> Unwrapped:
    """Find the innermost message of one attempt. `text` is `plain`; never raises."""
    small = text.lower()
    if len(small) != len(text):  # a few letters grow in lower case; places must agree
        small = text
    peeled = _Peeled(text, small)
    peeled.take_layers()
    if peeled.skip_to_beginning():
        peeled.take_layers()
    return peeled.result()


class _Peeled:
    """A message while its layers come off: the place that was reached, and what was found."""

    def __init__(self, text: str, small: str) -> None:
        self._text, self._small, self._at, self._code = text, small, 0, ""
        self._layers: list[str] = []
        self._images: list[str] = []

    def take_layers(self) -> None:
        for _ in range(_MOST_LAYERS):
            if not (self._take_opening() or self._take_shape()):
                return

    def skip_to_beginning(self) -> bool:
        """Step over a foreign prefix, where a known beginning follows; never into a list."""
        if self._text.startswith(("[", "(Mirrors"), self._at) or "plugin" in self._small:
            return False
        places = [
            self._small.find(start, self._at, self._at + _LONGEST_PREFIX) for start in _BEGINNINGS
        ]
        ahead = [place for place in places if place > self._at]
        if ahead:
            self._at = min(ahead)
        return bool(ahead)

    def _take_opening(self) -> bool:
        for name, opening in _OPENINGS:
            start = opening.rstrip("*")
            if not self._small.startswith(start, self._at):
                continue
            end = self._at + len(start)
            if start == opening:
                self._advance(name, end)
                return True
            argument = _compiled(_ARGUMENT).match(self._text, end)
            if argument:
                self._images += [group for group in argument.groups() if group]
                self._advance(name, argument.end())
                return True
        return False

    def _take_shape(self) -> bool:
        letter = self._text[self._at : self._at + 1]
        for first_letters, shape in _SHAPES:
            if not letter or letter not in first_letters:
                continue
            match = _compiled(shape).match(self._text, self._at)
            if match:
                self._code = match.groupdict().get("code") or self._code
                self._advance(WRAPPER, match.end())
                return True
        return False

    def _advance(self, name: str, end: int) -> None:
        self._layers.append(name)
        self._at = end

    def result(self) -> Unwrapped:
        core = _trimmed(self._text[self._at :])
        return Unwrapped(core, frozenset(self._layers), tuple(self._images), self._code)


def _trimmed(core: str) -> str:
    core = core.strip(" \n\"'`")
    if "exit status" in core[-30:]:
        core = re.sub(r",? error: exit status \d+$", "", core)
    return core.rstrip(" \n\"'`")
