"""A registry's answers for a test: what a diagnosis says once its questions are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubectl_pullsecret.credentials import AuthEntry
from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.diagnosis import Selection, diagnose
from kubectl_pullsecret.facts.answers import Answer, Login, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.images import Reference
from kubectl_pullsecret.report import Finding, Report
from tests.diagnosis.cluster import DENIED, IMAGE, NOW, Cluster, entry

HOST = "registry.test:5000"
OURS = {HOST: entry()}

YES = Answer(None, "gives it out", accepted=True)
REFUSED = Answer(Cause.CREDENTIAL_REJECTED, "401 Unauthorized", accepted=False)
WANTS_ONE = Answer(Cause.NO_CREDENTIAL_SENT, "401 Unauthorized")
FORBIDS = Answer(Cause.ACCESS_FORBIDDEN, "403 Forbidden", accepted=True)
BLOCKED = Answer(Cause.REGISTRY_POLICY_BLOCKED, "403 Forbidden: a web page")
DENIES = Answer(Cause.DENIED_OR_NOT_FOUND, "denied", accepted=True)
NO_TAG = Answer(Cause.MANIFEST_NOT_FOUND, "manifest unknown", accepted=True, tags=("v2", "v10"))
NO_REPOSITORY = Answer(Cause.REPOSITORY_NOT_FOUND, "name unknown", accepted=True)
NO_HOST = Answer(Cause.NAME_RESOLUTION, "the name registry.test is not known")

Says = Mapping[str, Answer]  # by user; "" for anybody


def question(user: str = "", password: str = "s3cret", image: str = IMAGE) -> Question:
    login = Login.of(AuthEntry(HOST, user, Masked(password))) if user else None
    return Question.about(Reference.parse(image), login)


def probed(cluster: Cluster, says: Says) -> Report:
    snapshot, selection = cluster.snapshot(), Selection()
    asked = diagnose(snapshot, selection, now=NOW).questions
    answers = {
        one: says[one.login.username if one.login else ""]
        for one in asked
        if (one.login.username if one.login else "") in says
    }
    assert len(answers) == len(says), asked
    return diagnose(snapshot.with_answers(answers), selection, now=NOW)


def finding(cluster: Cluster, says: Says) -> Finding:
    (found,) = probed(cluster, says).findings
    return found


def lines(found: Finding, about: str) -> list[str]:
    return [line.text for line in found.evidence if line.about == about]


def failing(error: str = DENIED, **pod: Any) -> Cluster:
    return Cluster().account().secret("pull", OURS).pod(error=error, secrets=("pull",), **pod)
