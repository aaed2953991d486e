"""Which Secrets the kubelet reads, and what it says of the others: nothing. So we do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.payload import (
    Content,
    Malformed,
    NotAPullSecret,
    Payload,
    read_secret,
)

JSON_TYPE = "kubernetes.io/dockerconfigjson"
LEGACY_TYPE = "kubernetes.io/dockercfg"
CONFIG = b'{"auths":{"reg.test":{"auth":"dTpw"}}}'
LEGACY = b'{"reg.test":{"auth":"dTpw"}}'


def keys(content: Content | None) -> list[str]:
    assert isinstance(content, Payload)
    return [entry.key for entry in content.entries]


def skipped(secret_type: str, data: dict[str, bytes]) -> NotAPullSecret:
    content = read_secret(secret_type, data)
    assert isinstance(content, NotAPullSecret)
    return content


@pytest.mark.parametrize(
    ("secret_type", "data"),
    [
        (JSON_TYPE, {".dockerconfigjson": CONFIG}),
        (LEGACY_TYPE, {".dockercfg": LEGACY}),
        (JSON_TYPE, {".dockercfg": b"broken", ".dockerconfigjson": CONFIG}),
    ],
)
def test_type_and_data_key_must_agree(secret_type: str, data: dict[str, bytes]) -> None:
    assert keys(read_secret(secret_type, data)) == ["reg.test"]


def test_a_broken_payload_is_malformed() -> None:
    assert isinstance(read_secret(JSON_TYPE, {".dockerconfigjson": b"{"}), Malformed)


@pytest.mark.parametrize(
    ("secret_type", "data", "why"),
    [
        (
            "Opaque",
            {".dockerconfigjson": CONFIG},
            "type Opaque; the kubelet reads only kubernetes.io/dockerconfigjson"
            " and kubernetes.io/dockercfg",
        ),
        (
            "",
            {},
            "type Opaque; the kubelet reads only kubernetes.io/dockerconfigjson"
            " and kubernetes.io/dockercfg",
        ),
        (
            JSON_TYPE,
            {".dockercfg": LEGACY},
            "type kubernetes.io/dockerconfigjson without the data key .dockerconfigjson",
        ),
        (
            LEGACY_TYPE,
            {".dockercfg": b""},
            "type kubernetes.io/dockercfg with an empty data key .dockercfg",
        ),
    ],
)
def test_every_other_secret_is_skipped(secret_type: str, data: dict[str, bytes], why: str) -> None:
    assert skipped(secret_type, data).why == why


@pytest.mark.parametrize(
    "data",
    [
        {".dockerconfigjson": CONFIG},
        {".dockercfg": LEGACY},
        {"config.json": CONFIG},
        {"docker": CONFIG},
        {"tls.key": b"-----BEGIN", "docker": CONFIG},
    ],
    ids=lambda data: " and ".join(data),
)
def test_a_docker_config_in_a_skipped_secret_is_found(data: dict[str, bytes]) -> None:
    assert keys(skipped("Opaque", data).holds) == ["reg.test"]


def test_a_broken_docker_config_in_a_skipped_secret_is_found_by_its_key() -> None:
    assert isinstance(skipped("Opaque", {".dockerconfigjson": b"{"}).holds, Malformed)


@pytest.mark.parametrize(
    "data",
    [{}, {"a": b"text"}, {"a": b'{"auths":'}, {"a": b'{"auths":{}}'}, {".dockerconfigjson": b""}],
    ids=repr,
)
def test_other_data_holds_no_docker_config(data: dict[str, bytes]) -> None:
    assert skipped("Opaque", data).holds is None


@given(
    st.sampled_from([JSON_TYPE, LEGACY_TYPE, "Opaque", ""]),
    st.dictionaries(
        st.sampled_from([".dockerconfigjson", ".dockercfg", "config.json", "x"]),
        st.binary(max_size=40) | st.sampled_from([CONFIG, LEGACY, CONFIG[:-1], b"\xff\xfe{\0"]),
    ),
)
def test_any_secret_has_a_content(secret_type: str, data: dict[str, bytes]) -> None:
    assert isinstance(read_secret(secret_type, data), (Payload, Malformed, NotAPullSecret))
