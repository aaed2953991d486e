"""What is wrong in a Secret whatever the image."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.hosts import HUB_KEY
from kubectl_pullsecret.credentials.keyring import lookup_key
from kubectl_pullsecret.credentials.lint import Remark, RemarkSeverity, lint, tidy_key
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.credentials.payload import (
    AuthEntry,
    Content,
    Malformed,
    NotAPullSecret,
    Payload,
    read_secret,
)

NOW = datetime(2025, 6, 1, 12, tzinfo=timezone.utc)
PASSWORD = "pw"
NOTE, PROBLEM = RemarkSeverity.NOTE, RemarkSeverity.PROBLEM


def payload(*keys: str, password: str = PASSWORD, ignored: tuple[str, ...] = ()) -> Payload:
    return Payload(tuple(AuthEntry(key, "me", Masked(password)) for key in keys), ignored)


def remarks(content: Content) -> list[tuple[str | None, str]]:
    return [(remark.key, remark.text) for remark in lint(content, NOW)]


NEVER = "it serves only images that are written so"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("https://index.docker.io/v1", f"may follow index.docker.io; write {HUB_KEY}"),
        ("index.docker.io/library", f"may follow index.docker.io; write {HUB_KEY}"),
        ("registry-1.docker.io", f"not a Hub key to the kubelet; write {HUB_KEY}"),
        ("https://hub.docker.com/", f"not a Hub key to the kubelet; write {HUB_KEY}"),
        ("DOCKER.IO", f"not a Hub key to the kubelet; write {HUB_KEY}"),
        ("Reg.test:5000", f"upper-case letters in the host: {NEVER}; write reg.test:5000"),
        ("reg.test/Team", "upper-case letters in the path; write reg.test/team"),
        ("HTTPS://reg.test", "in lower case, or none; write reg.test"),
        ("//reg.test/team", "in lower case, or none; write reg.test/team"),
        ("reg.test:*", "no globs in ports: the kubelet ignores the entry; write reg.test"),
        ("reg.test/team/*", "no globs in paths: a path is a plain beginning; write reg.test/team"),
        ("reg.test/app:v1", "a tag or digest in the key; write reg.test/app"),
        (" reg.test", "a blank in the key; write reg.test"),
        ("reg.test:x", "its port is no number: the kubelet ignores the entry; write reg.test"),
        ("reg.test.", "the final dot is part of the host; write reg.test"),
        ("me<x>@reg.test", "user info in the key: the kubelet ignores the entry; write reg.test"),
        ("reg test", "a blank in the key"),
        ("my_reg.test", "a character in the host that no image name has"),
        ("[::1]", "an IPv6 host without port matches no image"),
        ("reg.test/v1", "it serves only names that begin with v1; write reg.test"),
        ("", "the key names no host"),
    ],
)
def test_a_key_that_serves_nothing_is_a_problem_with_the_right_key(key: str, text: str) -> None:
    (remark,) = lint(payload(key), NOW)

    assert remark.text.endswith(text)
    assert (remark.key, remark.severity) == (key, PROBLEM)


@pytest.mark.parametrize(
    "key",
    [
        HUB_KEY,
        "docker.io",
        "docker.io/library",
        "index.docker.io",
        "https://reg.test",
        "reg.test:5000/team/",
        "reg.test/v2/team",
        "*.example.com",
        "me:pw@reg.test",
        "reg.test?a b",
        "reg.test/team%2Fapp",
        "[::1]:5000",
        "localhost",
    ],
)
def test_a_key_that_serves_an_image_is_not_remarked(key: str) -> None:
    assert lint(payload(key), NOW) == ()


def test_a_default_port_is_a_note() -> None:
    text = "serves only images that name port 443 themselves"
    assert lint(payload("reg.test:443"), NOW) == (Remark("reg.test:443", text, NOTE),)


@pytest.mark.parametrize(
    ("passwords", "severity"), [(("a", "a"), NOTE), (("a", "b"), PROBLEM)], ids=["same", "differ"]
)
def test_two_spellings_of_one_key_come_in_random_order(
    passwords: tuple[str, str], severity: RemarkSeverity
) -> None:
    pairs = zip(("reg.test", "https://reg.test/"), passwords, strict=True)
    entries = tuple(AuthEntry(key, "me", Masked(password)) for key, password in pairs)
    text = "2 keys of this secret mean reg.test: tried in random order"

    assert lint(Payload(entries), NOW) == (Remark("reg.test", text, severity),)


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("docker.io", ""),
        ("*.io", ""),
        ("docker.io/team", " for images below docker.io/team"),
    ],
)
def test_a_docker_io_entry_beside_an_index_docker_io_entry_hides_it(key: str, where: str) -> None:
    text = f"hides the index.docker.io entry{where}; keep one of the two"
    assert remarks(payload(key, HUB_KEY)) == [(key, text)]


HELPERS = "credsStore: the kubelet cannot run credential helpers"


def test_credentials_in_a_helper_are_no_credentials() -> None:
    text = f"{HELPERS}, so there is no credential"

    assert lint(payload(ignored=("credsStore",)), NOW) == (Remark(None, text, PROBLEM),)
    empty = payload(HUB_KEY, password="", ignored=("credsStore",))
    assert lint(empty, NOW) == (Remark(None, text, PROBLEM),)


def test_a_helper_beside_credentials_is_a_note() -> None:
    content = payload("reg.test", ignored=("credsStore", "detachKeys"))
    assert lint(content, NOW) == (Remark(None, HELPERS, NOTE),)


def test_no_entries_is_a_problem() -> None:
    assert remarks(Payload(())) == [(None, "no entries")]


def ecr_token(expires: datetime) -> str:
    return base64.b64encode(json.dumps({"expiration": expires.timestamp()}).encode()).decode()


@pytest.mark.parametrize(
    ("left", "found"),
    [
        (timedelta(seconds=1), []),
        (timedelta(0), [("reg.test", "expired at 2025-06-01 12:00 UTC")]),
        (timedelta(hours=-13), [("reg.test", "expired at 2025-05-31 23:00 UTC")]),
    ],
    ids=["still good", "this moment", "yesterday"],
)
def test_an_expired_credential_is_a_problem(
    left: timedelta, found: list[tuple[str | None, str]]
) -> None:
    entry = AuthEntry("reg.test", "AWS", Masked(ecr_token(NOW + left)))
    assert remarks(Payload((entry,))) == found


def test_a_malformed_secret_says_why_and_what_must_be() -> None:
    content = Malformed("text", "auths", "auth is not base64 (byte 0)", "it must be so", "reg.test")
    assert remarks(content) == [("reg.test", "auth is not base64 (byte 0); it must be so")]


def test_a_secret_of_another_type_is_read_as_what_it_would_be() -> None:
    content = NotAPullSecret("type Opaque", payload("Reg.test/team"))

    assert [key for key, _ in remarks(content)] == [None, "Reg.test/team"]
    assert remarks(NotAPullSecret("type Opaque")) == [(None, "type Opaque")]


def test_no_remark_repeats_user_info_of_a_key() -> None:
    keys = ["https://u:hunter2@Reg.test", "u:hunter2@reg.test", "me<hunter2>@reg.test"]
    keys += ["u:x/hunter2@sha.test", "u:x/hunter2?y@reg.test", "u:x@y/hunter2@Reg.test"]
    keys += ["u:x/hunter2@reg.test", "https://u/hunter2@reg.test", "https://u/hunter2@reg.test/"]
    assert not any("hunter2" in text for _, text in remarks(payload(*keys)))


@settings(max_examples=300, deadline=None)
@given(st.text() | st.from_regex(r"(https?://|//)?[a-zA-Z*.]{1,9}(:[0-9x*]+)?(/[a-z/*:]*)?"))
def test_any_key_is_read_and_a_tidy_one_is_sound(key: str) -> None:
    lint(payload(key), NOW)
    if (tidy := tidy_key(key)) is not None:
        assert lookup_key(tidy)
        assert tidy_key(tidy) == tidy


@pytest.mark.parametrize(
    ("type_", "key", "text"),
    [
        ("kubernetes.io/dockerconfigjson", ".dockerconfigjson", '{"r.test": {"auth": "dTpw"}}'),
        ("kubernetes.io/dockercfg", ".dockercfg", '{"auths": {"r.test": {"auth": "dTpw"}}}'),
    ],
)
def test_entries_in_the_layout_of_the_other_type_are_told(type_: str, key: str, text: str) -> None:
    (remark,) = lint(read_secret(type_, {key: text.encode()}), NOW)

    assert "the kubelet looks" in remark.text
    assert remark.severity is RemarkSeverity.PROBLEM
