"""What stops the kubelet: Go's words as they are, and words for people that hold no value."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.credentials.docker_config import (
    read_docker_config,
    read_legacy_docker_config,
)
from kubectl_pullsecret.credentials.malformed import Malformed

STRUCT = "Go struct field DockerConfigJSON"
TYPES = "credentialprovider"
ENTRY_TYPE = f"{TYPES}.dockerConfigEntryWithAuth"
CONFIG_TYPE = f"{TYPES}.DockerConfig"


def malformed(text: str | bytes, *, legacy: bool = False) -> Malformed:
    raw = text.encode() if isinstance(text, str) else text
    found = read_legacy_docker_config(raw) if legacy else read_docker_config(raw)
    assert isinstance(found, Malformed), found
    return found


def auth(value: str) -> str:
    return f'{{"auths":{{"reg.test":{{"auth":"{value}"}}}}}}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", f"cannot unmarshal array into Go value of type {TYPES}.DockerConfigJSON"),
        (
            '{"auths":[]}',
            f"cannot unmarshal array into {STRUCT}.auths of type {CONFIG_TYPE}",
        ),
        (
            '{"auths":{"a":"x"}}',
            f"cannot unmarshal string into {STRUCT}.auths of type {ENTRY_TYPE}",
        ),
        (
            '{"auths":{"a":{"Password":5}}}',
            f"cannot unmarshal number into {STRUCT}.auths.password of type string",
        ),
        (
            '{"HttpHeaders":true}',
            f"cannot unmarshal bool into {STRUCT}.HttpHeaders of type map[string]string",
        ),
        (
            '{"HttpHeaders":{"X":{}}}',
            f"cannot unmarshal object into {STRUCT}.HttpHeaders of type string",
        ),
    ],
)
def test_a_type_error_is_worded_as_by_go(text: str, words: str) -> None:
    assert malformed(text).kubelet_text == f"json: {words}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1", f"cannot unmarshal number into Go value of type {TYPES}.DockerConfig"),
        (
            '{"a":[]}',
            f"cannot unmarshal array into Go value of type {ENTRY_TYPE}",
        ),
        (
            '{"a":{"auth":true}}',
            "cannot unmarshal bool into Go struct field dockerConfigEntryWithAuth.auth"
            " of type string",
        ),
    ],
)
def test_a_type_error_of_a_legacy_config_is_worded_as_by_go(text: str, words: str) -> None:
    assert malformed(text, legacy=True).kubelet_text == f"json: {words}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("!!!", "illegal base64 data at input byte 0"),
        ("dTpw dw==", "illegal base64 data at input byte 4"),
        ("dTpwdw==\u00a0", "illegal base64 data at input byte 8"),
        ("dTpwdw===", "illegal base64 data at input byte 8"),
        ("dTpwd", "illegal base64 data at input byte 4"),
        ("\ufffd", "illegal base64 data at input byte 0"),
        (
            "bm9jb2xvbg==",
            "unable to parse auth field, must be formatted as base64(username:password)",
        ),
    ],
    ids=ascii,
)
def test_a_bad_auth_is_worded_as_by_go(value: str, words: str) -> None:
    assert malformed(auth(value)).kubelet_text == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"HttpHeaders":1,"auths":{"a":{"auth":"!"}}}', "illegal base64 data at input byte 0"),
        ('{"auths":{"a":{"auth":"!"},"b":5}}', "illegal base64 data at input byte 0"),
        ('{"auths":{"a":{"auth":"!"},"a":{}}}', "illegal base64 data at input byte 0"),
        ('{"auths":{"a":{"auth":"!"}},"auths":null}', "illegal base64 data at input byte 0"),
        ('{"auths":{"a":{"auth":"!","email":5}}}', f"{STRUCT}.auths.email of type string"),
        ('{"auths":{"a":{"email":5,"username":[]}}}', f"{STRUCT}.auths.email of type string"),
        ('{"HttpHeaders":1,"auths":5}', f"{STRUCT}.HttpHeaders of type map[string]string"),
        ('{"auths":{"a":{"auth":"!"}}', "unexpected end of JSON input"),
    ],
)
def test_of_several_faults_go_tells_this_one(text: str, words: str) -> None:
    assert malformed(text).kubelet_text.endswith(words)


@pytest.mark.parametrize(
    ("text", "where", "why", "remedy"),
    [
        (
            '{"auths":{"registry.test:5000":{"auth":"!!!"}}}',
            'auths["registry.test:5000"].auth',
            "auth is not base64 (byte 0)",
            "it must be base64 of user:password",
        ),
        (
            auth("user:password"),
            'auths["reg.test"].auth',
            "auth is not base64 (byte 4)",
            "it must be base64 of user:password, not user:password itself",
        ),
        (
            auth("bm9jb2xvbg=="),
            'auths["reg.test"].auth',
            "auth is base64 of a text without a colon",
            "it must be base64 of user:password",
        ),
        (
            auth("ZFhObGNqcHdkdz09"),
            'auths["reg.test"].auth',
            "auth is base64 of a text without a colon",
            "it must be base64 of user:password, encoded once: this was encoded twice",
        ),
        (
            '{"auths":{"a\\"b":{"password":5}}}',
            'auths["a\\"b"].password',
            "password is a number",
            "it must be a string, in quotes",
        ),
        (
            '{"auths":{"a":"x"}}',
            'auths["a"]',
            "the entry is a string",
            'it must be an object such as {"auth": "base64 of user:password"}',
        ),
        (
            '{"auths":[]}',
            "auths",
            "auths is a list",
            "it must be an object of entries, each under its registry",
        ),
        (
            "[]",
            "the whole text",
            "the document is a list",
            'it must be an object with the field "auths"',
        ),
        (
            '{"HttpHeaders":{"X":false}}',
            'HttpHeaders["X"]',
            "a header is a boolean",
            "the kubelet does not use HttpHeaders: leave it out",
        ),
    ],
)
def test_people_are_told_where_why_and_what_to_do(
    text: str, where: str, why: str, remedy: str
) -> None:
    found = malformed(text)

    assert (found.where, found.why, found.remedy) == (where, why, remedy)


@pytest.mark.parametrize(
    ("raw", "where", "why"),
    [
        (b" \n", "line 2, column 1", "the value is blank"),
        (b"\xef\xbb\xbf{}", "line 1, column 1", "the text begins with a byte order mark"),
        ("{}".encode("utf-16"), "line 1, column 1", "the text is UTF-16"),
        ("{}".encode("utf-16-le"), "line 1, column 2", "the text is UTF-16"),
        (base64.b64encode(b'{"auths":{}}'), "line 1, column 1", "the value is base64 twice over"),
        (b"{'auths':{}}", "line 1, column 2", "not JSON: a single quote"),
        (b'{"auths":{},}', "line 1, column 13", "not JSON: a comma before a closing bracket"),
        (
            b'{"auths":\n  {{ .x }}}',
            "line 2, column 4",
            "not JSON: a template that was not rendered",
        ),
        (b'{"auths":{}', "line 1, column 12", "not JSON: the text breaks off"),
        (b"{}\n{}", "line 2, column 1", "not JSON: there is more behind the document"),
        (
            b'{"auths":{\n"\xc3\xa9":{"auth" "x"}}}',
            "line 2, column 13",
            "not JSON: a colon is missing behind a field name",
        ),
        (b'{"a":1 "b":2}', "line 1, column 8", "not JSON: a comma or } is missing"),
        (b'{"a":[1 2]}', "line 1, column 9", "not JSON: a comma or ] is missing"),
        (b"{auths:{}}", "line 1, column 2", "not JSON: a field name is missing or has no quotes"),
        (b'{"a":x}', "line 1, column 6", "not JSON: a value is missing or has no quotes"),
        (b'{"a":tru}', "line 1, column 9", "not JSON: a number, word or escape is broken"),
        (
            b'{"a":"b\nc"}',
            "line 1, column 8",
            "not JSON: a line break or control character in a string",
        ),
        (
            b"[" * 10_001,
            "line 1, column 10001",
            "not JSON that Go reads: nested more than 10000 deep",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_people_are_told_where_the_text_stops_being_json(raw: bytes, where: str, why: str) -> None:
    found = malformed(raw)

    assert (found.where, found.why) == (where, why)
    assert found.remedy


def test_the_key_of_a_bad_entry_is_known() -> None:
    assert malformed(auth("!")).key == "reg.test"
    assert malformed("[]").key is None


def test_a_password_in_a_key_is_not_shown() -> None:
    found = malformed('{"auths":{"https://user:hunter2@reg.test":5}}')

    assert found.where == 'auths["https://•••@reg.test"]'


SECRET = "hunter2"
broken = st.sampled_from(
    [
        f'{{"auths":{{"reg.test":{{"auth":"{SECRET}!"}}}}}}',
        f'{{"auths":{{"reg.test":{{"auth":"{base64.b64encode(SECRET.encode()).decode()}"}}}}}}',
        f'{{"auths":{{"reg.test":{{"username":5,"password":"{SECRET}"}}}}}}',
        f'{{"auths":{{"reg.test":"{SECRET}"}}}}',
        f'{{"auths":{{"reg.test":{{"password":"{SECRET}"}}}}}}',
    ]
)


@given(broken, st.integers(0, 60), st.sampled_from(["", '"', "\n", "{", "}", ",", "\\", "x"]))
def test_no_value_of_the_payload_is_told(text: str, at: int, inserted: str) -> None:
    found = read_docker_config((text[:at] + inserted + text[at:]).encode())

    if isinstance(found, Malformed):
        told = f"{found.where} {found.why} {found.remedy} {found.kubelet_text}"
        assert SECRET not in told
        assert base64.b64encode(SECRET.encode()).decode() not in told
