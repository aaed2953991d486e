"""Base64 by the rules of Go's encoding/base64, with the place where Go finds it corrupt.

Standard alphabet; CR and LF are ignored anywhere, nothing else is; surplus low bits are accepted.
"""

from __future__ import annotations

from binascii import a2b_base64

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_LINE_ENDS = str.maketrans("", "", "\r\n")


class CorruptInputError(ValueError):
    """Not base64; `offset` counts bytes of the UTF-8 text, as in Go."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"illegal base64 data at input byte {offset}")
        self.offset = offset


def decode(text: str, *, padded: bool = True) -> bytes:
    """Decode as StdEncoding (`padded`) or RawStdEncoding would. Raises CorruptInputError."""
    plain = text.translate(_NO_LINE_ENDS) if "\n" in text or "\r" in text else text
    body = plain.rstrip("=") if padded else plain
    padding = -len(body) % 4
    expected = padding if padded else 0
    if padding == 3 or len(plain) - len(body) != expected or body.strip(_ALPHABET):
        raise CorruptInputError(_first_corrupt(text, padded))
    return a2b_base64(body + "=" * padding)


def _first_corrupt(text: str, padded: bool) -> int:
    """Find where base64.go, decodeQuantum, gives up; `text` is known to be corrupt."""
    octets = text.encode("utf-8", "surrogatepass").decode("latin-1")
    in_quantum = 0
    for at, one in enumerate(octets):
        if one in _ALPHABET:
            in_quantum = (in_quantum + 1) % 4
        elif one == "=" and padded and in_quantum >= 2:
            return _after_padding(octets, at, in_quantum)
        elif one not in "\r\n":
            return at
    return len(octets) - in_quantum


def _after_padding(octets: str, at: int, in_quantum: int) -> int:
    """Find where the padding that starts at `at` goes wrong: too short, or something follows."""
    behind = _skip_line_ends(octets, at + 1)
    if in_quantum == 3:
        return behind
    if behind == len(octets):
        return behind
    if octets[behind] != "=":
        return behind - 1
    return _skip_line_ends(octets, behind + 1)


def _skip_line_ends(octets: str, at: int) -> int:
    while octets[at : at + 1] in ("\r", "\n"):
        at += 1
    return at
