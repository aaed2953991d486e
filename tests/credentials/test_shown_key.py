"""A registry key on a screen never shows a password that somebody wrote into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.shown_key import shown_key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "reg.io",
        "https://index.docker.io/v1/",
        "registry.test:5000/team",
        "*.example.com",
        "[::1]:5000",
        "reg.io/app@sha256:" + "a" * 64,
    ],
)
def test_a_key_without_user_info_is_shown_as_it_is(key: str) -> None:
    assert shown_key(key) == key


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("user:hunter2@reg.io", "•••@reg.io"),
        ("https://user:hunter2@reg.io/v2/", "https://•••@reg.io/v2/"),
        ("HTTPS://user:hunter2@reg.io", "HTTPS://•••@reg.io"),
        ("https://https://user:hunter2@reg.io", "https://•••@reg.io"),
        ("https://user:hun/ter2@reg.io", "https://•••@reg.io"),
        ("https://user:hun@ter2@reg.io", "https://•••@reg.io"),
        ("hunter2@sha256:00ff", "•••@sha256:00ff"),
        ("reg.io/?token=hunter2", "reg.io/?•••"),
        ("reg.io#hunter2", "reg.io#•••"),
    ],
)
def test_user_info_query_and_fragment_are_masked(key: str, shown: str) -> None:
    assert shown_key(key) == shown


@given(
    st.sampled_from(["", "https://", "HTTP://", "//", "ftp:/"]),
    st.text(alphabet="abc:/@?#[%. ", max_size=12),
    st.text(alphabet="abc./:", max_size=12),
)
def test_nothing_before_the_host_is_ever_shown(scheme: str, around: str, host: str) -> None:
    assert "hunter2" not in shown_key(f"{scheme}{around}hunter2@{host}")
