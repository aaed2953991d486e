"""A Verification as it is printed and as a document: held in golden files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_pullsecret.diagnosis.verification import Verification, Wish, inquire
from kubectl_pullsecret.facts.answers import Answer, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.views.commands import Setting
from kubectl_pullsecret.views.data import as_json
from kubectl_pullsecret.views.terminal import PIPE, Terminal
from kubectl_pullsecret.views.verification import verification_document, verification_text
from tests.diagnosis.cluster import HUB, NAMESPACE, NOW, Cluster, entry, expired_ecr
from tests.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
PRODUCTION = Setting(("--context", "production"))
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

CLUSTER = (
    Cluster()
    .secret("good", {"registry.test": entry()})
    .secret(
        "mixed",
        {
            HUB: entry("huber"),
            "down.test": entry(),
            "open.test": entry(),
            "*.glob.test": entry(),
            "token.test": {"identitytoken": "abc"},
            "plain.test": entry(),
            ECR: expired_ecr(),
            "forbidden.test": entry(),
        },
    )
    .secret("bad", {"registry.test": {"auth": "%"}})
    .pod("a", secrets=("good", "mixed"), image="registry.test/team/app:v1")
    .pod("b", secrets=("good",), image="registry.test/team/app:v3")
    .pod("c", secrets=("good", "mixed"), image="forbidden.test/private:v1")
)

LOGINS = {
    "registry.test": Answer(None, "accepted", accepted=True),
    "docker.io": Answer(
        Cause.CREDENTIAL_REJECTED,
        "401 Unauthorized: incorrect username or password",
        accepted=False,
    ),
    "down.test": Answer(Cause.NAME_RESOLUTION, "down.test: no such host"),
    "open.test": Answer(None, "given out to anybody"),
    "token.test": Answer(None, "accepted", accepted=True),
    "plain.test": Answer(
        Cause.SCHEME_MISMATCH,
        "the registry speaks plain HTTP",
        withheld="the registry speaks plain HTTP: anybody on the way could read it",
    ),
    "forbidden.test": Answer(
        None, "accepted", accepted=True, notes=("its token service is auth.example.com",)
    ),
}
IMAGES = {
    "v3": Answer(Cause.MANIFEST_NOT_FOUND, "no such tag", accepted=True, tags=("v2", "v1")),
    "forbidden": Answer(Cause.ACCESS_FORBIDDEN, "403 Forbidden", accepted=True),
}


def answer(question: Question) -> Answer:
    if question.path and question.registry == "forbidden.test":
        return IMAGES["forbidden"]
    return IMAGES.get(question.manifest, LOGINS[question.registry])


def verified(*images: str) -> Verification:
    references = tuple(map(Reference.parse, images))
    wish = Wish(("good",) if images else (), references)
    inquiry = inquire(CLUSTER.snapshot(), NAMESPACE, wish, now=NOW)
    return inquiry.verified({question: answer(question) for question in inquiry.questions})


@pytest.mark.parametrize(
    ("name", "terminal", "wide"),
    [
        ("verify", PIPE, False),
        ("verify.wide", PIPE, True),
        ("verify.60", Terminal(60), False),
    ],
)
def test_the_text_is_a_table_and_what_is_wrong(name: str, terminal: Terminal, wide: bool) -> None:
    text = verification_text(verified(), terminal, PRODUCTION, wide=wide)
    assert_golden(GOLDEN / f"{name}.txt", text)


def test_the_document_is_a_verify_report() -> None:
    document = verification_document(verified(), PRODUCTION)
    assert_golden(GOLDEN / "verify-report.json", as_json(document))


def test_images_of_the_user_are_told_even_if_all_is_well() -> None:
    text = verification_text(
        verified("registry.test/team/app:v1", "else.test/app:v1"), PIPE, PRODUCTION
    )
    assert "image   registry.test/team/app:v1  may be pulled\n" in text
    assert "else.test/app:v1: no entry of these secrets serves it" in text


def test_what_comes_from_outside_is_neutralised() -> None:
    cluster = Cluster().secret("pull", {"registry.test": entry("pul\x1b[31mler")})
    inquiry = inquire(cluster.snapshot(), NAMESPACE, Wish(), now=NOW)
    said = Answer(Cause.CREDENTIAL_REJECTED, "no\x1b[2J\u202e", accepted=False)
    verification = inquiry.verified(dict.fromkeys(inquiry.questions, said))
    text = verification_text(verification, PIPE, Setting())
    assert not {"\x1b", "\u202e"} & set(text)
    document = as_json(verification_document(verification, Setting()))
    assert json.loads(document)["items"][0]["why"] == "no\x1b[2J\u202e"


def test_commands_from_files_ask_to_check_the_context() -> None:
    text = verification_text(verified(), PIPE, Setting(from_files=True))
    assert "check your context before you run a command" in text


def test_nothing_is_said_of_this_machine_where_nothing_was_asked() -> None:
    cluster = Cluster().secret("pull", {"registry.test": {"auth": "%"}})
    inquiry = inquire(cluster.snapshot(), NAMESPACE, Wish(), now=NOW)
    assert "seen from this machine" not in verification_text(inquiry.verified({}), PIPE, Setting())
