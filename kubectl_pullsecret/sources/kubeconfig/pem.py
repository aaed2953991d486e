"""Certificates and keys in PEM files, as Go's crypto/tls finds them. Pure."""

from __future__ import annotations

import re

_BLOCK = r"-----BEGIN ([A-Z0-9 ]+)-----\s*?\n(.*?)-----END \1-----"


class InvalidPemError(ValueError):
    """What is missing. Quotes nothing of the text."""


def certificates(text: str) -> str:
    """The certificates without what stands between them. Raises InvalidPemError without any.

    Source: Go, crypto/x509/cert_pool.go, AppendCertsFromPEM: blocks with headers do not count.
    """
    found = [block for kind, block in _blocks(text) if kind == "CERTIFICATE" and ": " not in block]
    if not found:
        raise InvalidPemError("it holds no PEM certificate")
    return "\n".join(found) + "\n"


def private_key(text: str) -> str:
    """The first private key. Raises InvalidPemError without one that is not encrypted.

    Source: Go, crypto/tls/tls.go, X509KeyPair, which knows no encrypted keys.
    """
    for kind, block in _blocks(text):
        if kind == "PRIVATE KEY" or kind.endswith(" PRIVATE KEY"):
            if "ENCRYPTED" in block:
                raise InvalidPemError("the private key is encrypted, which kubectl does not read")
            return block + "\n"
    raise InvalidPemError("it holds no PEM private key")


def _blocks(text: str) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    if not text.isascii():
        text = text.encode("ascii", "replace").decode("ascii")
    return [
        (found[1], found[0].strip())
        for found in re.finditer(_BLOCK, text.replace("\r\n", "\n"), re.DOTALL)
    ]
