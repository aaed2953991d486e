"""Base64 as Go reads it; every offset was taken from Go 1.24.12."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.go_base64 import CorruptInputError, decode


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("", b""),
        ("dTpw", b"u:p"),
        ("dTpwdw==", b"u:pw"),
        ("dT\npw\r\ndw=\n=\n", b"u:pw"),
        ("dTpwdx==", b"u:pw"),  # surplus bits
    ],
    ids=repr,
)
def test_padded_text_is_decoded(text: str, decoded: bytes) -> None:
    assert decode(text) == decoded


def test_unpadded_text_is_decoded() -> None:
    assert decode("dTpw\ndw", padded=False) == b"u:pw"


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("!!!", 0),
        ("dTpw dw==", 4),
        ("dTpw-w==", 4),
        ("dTé=", 2),
        ("dTpwdw", 4),
        ("dTpwdw=", 7),
        ("dTpwdw=x", 6),
        ("dTpwdw=\nx", 7),
        ("dTpwdw==x", 8),
        ("dTpwdw==\n=", 9),
        ("dTpwdw=\n\n=\nx", 11),
        ("dTpwd", 4),
        ("dTpwdwx\n", 5),
        ("A=", 1),
        ("=", 0),
        ("AAA==", 4),
        ("AAAA=", 4),
    ],
    ids=repr,
)
def test_corrupt_padded_text_is_told_where_go_does(text: str, offset: int) -> None:
    with pytest.raises(CorruptInputError) as corrupt:
        decode(text)

    assert corrupt.value.offset == offset


@pytest.mark.parametrize(("text", "offset"), [("dTpwd", 4), ("dTpwdw=x", 6), ("d\n", 1)], ids=repr)
def test_corrupt_unpadded_text_is_told_where_go_does(text: str, offset: int) -> None:
    with pytest.raises(CorruptInputError) as corrupt:
        decode(text, padded=False)

    assert corrupt.value.offset == offset


@given(st.binary(max_size=60))
def test_what_was_encoded_is_decoded(octets: bytes) -> None:
    text = base64.b64encode(octets).decode()

    assert decode(text) == octets
    assert decode(text.rstrip("="), padded=False) == octets
