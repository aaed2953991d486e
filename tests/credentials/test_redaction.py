"""What foreign text may not carry to a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.redaction import redact

DATA = Path(__file__).parent.parent / "data"
CANARY = "CANARY0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        f"Get https://user:{CANARY}@registry.test/v2/: 401",
        f"https://{CANARY}@registry.test/v2/",
        f'couldn\'t parse image name "https://u:{CANARY}@reg.io/a:v1"',
        f"u:{CANARY}@reg.io/a:v1",
        f"//u:{CANARY}@reg.io",
        f"https://u:a{CANARY}/b@reg.io",
        f"X-Registry-Auth: {CANARY}",
        f"Cookie: session={CANARY}",
        f"Head https://reg.io/v2/x?access_token={CANARY}&n=1: 403",
        f"https://s3.test/blob?X-Amz-Signature={CANARY}&X-Amz-Date=1",
        f"https://acr.test/x?sig={CANARY}",
        f"login failed: password={CANARY}",
        f'{{"errors": [{{"password": "{CANARY}"}}]}}',
        f"Authorization: Basic {CANARY}==",
        f"Authorization: Bearer {'CANARY' * 3}",
        f"docker login --password {CANARY}",
        f"user: u, password: {CANARY}, retry",
        f"Authorization: Bearer {CANARY}",
        f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.sig",
        f"denied: ghp_{CANARY}",
        f"denied: dckr_pat_{CANARY}",
    ],
)
def test_a_credential_in_foreign_text_is_masked(text: str) -> None:
    assert CANARY not in redact(text)
    assert "•••" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "authorization failed: no basic auth credentials",
        "failed to fetch oauth token: unexpected status from GET request to https://t.test/token",
        "unauthorized: basic authentication required",
        "registry.test:5000/team/app@sha256:" + "0" * 64,
        "registry.test:5000/team/app:v1@sha256:" + "0" * 64 + ": not found",
        "https://index.docker.io/v1/",
        "unable to parse auth field, must be formatted as base64(username:password)",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_real_messages_stay_as_they_are() -> None:
    lines = (DATA / "pull-errors.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line)["message"] for line in lines]

    changed = [message for message in messages if redact(message) != message]

    assert len(messages) > 100
    assert changed == []


@given(st.text())
def test_any_text_is_taken_and_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)
