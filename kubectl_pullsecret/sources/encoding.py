"""From a file's bytes to text: byte order marks, PowerShell's UTF-16, no binary files."""

from __future__ import annotations

import codecs

from kubectl_pullsecret.errors import PullSecretError

# The UTF-32 marks begin with the UTF-16 ones, so they come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GZIP = b"\x1f\x8b"
_HEAD = 1024  # bytes looked at to tell text from binary


def decode(raw: bytes, name: str) -> str:
    """Return the text of a file; bytes that are not valid become U+FFFD, as in Go's JSON decoder.

    Raises PullSecretError for compressed and other binary files.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    head = raw[:_HEAD]
    if head.startswith(_GZIP):
        raise PullSecretError(f"{name} is compressed", remedy="unpack it first: gunzip")
    if b"\0" in head:
        return _decode_utf16(raw, name)
    return raw.decode("utf-8", "replace")


def _decode_utf16(raw: bytes, name: str) -> str:
    """Decode UTF-16 without a mark: text begins with ASCII, so every other byte is 0."""
    for encoding, zeros, letters in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if not any(raw[zeros:8:2]) and all(raw[letters:8:2]):
            return raw.decode(encoding, "replace")
    raise PullSecretError(f"{name} is a binary file, not JSON or YAML")
