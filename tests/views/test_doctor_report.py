"""The DoctorReport document: a public contract, pinned key by key."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import (
    Advice,
    Confidence,
    Create,
    Evidence,
    Finding,
    Incomplete,
    Note,
    PodGroup,
    Reason,
    Report,
    Severity,
)
from kubectl_pullsecret.views.commands import Setting
from kubectl_pullsecret.views.data import as_json, as_yaml, timestamp
from kubectl_pullsecret.views.doctor_report import report_data, report_names, resource_name

FINDING = Finding(
    reason=Reason.CREDENTIAL_REJECTED,
    severity=Severity.ERROR,
    confidence=Confidence.SETTLED,
    subject=ObjectRef("Deployment", "prod", "web"),
    message="deploy/web in prod cannot pull registry.test/web:v2 (app): 12 pods",
    image="registry.test/web:v2",
    containers=("app", "init"),
    pods=PodGroup(12, tuple(f"web-{n}" for n in range(12)), ("node-1",)),
    also=(Reason.SECRET_NOT_FOUND,),
    cause="CredentialRejected",
    evidence=(Evidence("listed", ("secret/pull", "registry.test", "matches, user puller")),),
    fixes=(Create("prod", "pull", "registry.test", "puller", replace=True), Advice("or wait")),
    settled_by=("may the user read web?",),
    last_attempt=datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=1))),
)
REPORT = Report(
    (FINDING,),
    pods=20,
    failing=12,
    incomplete=(Incomplete("get", "secrets/two", "prod", "forbidden"),),
    outages=("registry.test: hits 3 owners",),
    notes=(Note(ObjectRef("Pod", "prod", "job"), "fine", (Evidence("gets", ("a", "b")),)),),
)

CONTRACT: dict[str, Any] = {
    "apiVersion": "pullsecret/v1alpha1",
    "kind": "DoctorReport",
    "summary": {"pods": 20, "failing": 12, "errors": 1, "warnings": 0},
    "items": [
        {
            "reason": "CredentialRejected",
            "also": ["SecretNotFound"],
            "severity": "error",
            "confidence": "settled",
            "subject": {"kind": "Deployment", "namespace": "prod", "name": "web"},
            "image": "registry.test/web:v2",
            "containers": ["app", "init"],
            "pods": {"count": 12, "names": [f"web-{n}" for n in range(10)], "nodes": ["node-1"]},
            "message": "deploy/web in prod cannot pull registry.test/web:v2 (app): 12 pods",
            "cause": "CredentialRejected",
            "evidence": [
                {"about": "listed", "text": "secret/pull  registry.test  matches, user puller"}
            ],
            "fixes": [
                {
                    "kind": "Create",
                    "argv": [
                        *("kubectl", "pullsecret", "create", "pull", "-n", "prod", "--replace"),
                        *("--docker-server", "registry.test", "--docker-username", "puller"),
                        *("--context", "eu"),
                    ],
                    "text": "replace secret/pull for registry.test",
                    "needs": ["password"],
                },
                {"kind": "Advice", "argv": None, "text": "or wait", "needs": []},
            ],
            "settledBy": ["may the user read web?"],
            "lastAttempt": "2026-11-21T08:30:00Z",
        }
    ],
    "incomplete": [
        {"verb": "get", "resource": "secrets/two", "namespace": "prod", "why": "forbidden"}
    ],
    "notes": [
        {
            "subject": {"kind": "Pod", "namespace": "prod", "name": "job"},
            "text": "fine",
            "evidence": [{"about": "gets", "text": "a  b"}],
        }
    ],
    "outages": ["registry.test: hits 3 owners"],
}


def test_the_document_is_the_contract_in_keys_and_in_order() -> None:
    written = as_json(report_data(REPORT, setting=Setting(("--context", "eu"))))
    assert written == json.dumps(CONTRACT, indent=4) + "\n"


def test_yaml_says_the_same_in_the_same_order() -> None:
    read = yaml.safe_load(as_yaml(report_data(REPORT, setting=Setting(("--context", "eu")))))
    assert json.dumps(read) == json.dumps(CONTRACT)


def test_from_files_a_command_needs_its_context_checked() -> None:
    items = json.loads(as_json(report_data(REPORT, setting=Setting(from_files=True))))["items"]
    assert [fix["needs"] for fix in items[0]["fixes"]] == [["password", "context"], []]


@pytest.mark.parametrize("write", [as_json, as_yaml])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\x1b[2J\x9b\x7f\x00", id="controls"),
        pytest.param("\u202e\u2066\u200b\ufeff\u2028", id="bidi, zero width, separators"),
        pytest.param("\U000e0041\u00ad\u061c", id="tags and marks"),
        pytest.param("\udc80", id="lone surrogate"),
    ],
)
def test_documents_are_harmless_in_a_terminal(write: Any, text: str) -> None:
    assert write({"text": f"a{text}b"}).replace("\n", "").isprintable()


@pytest.mark.parametrize("read_back", [(as_json, json.loads), (as_yaml, yaml.safe_load)])
def test_documents_keep_what_they_escape(read_back: Any) -> None:
    write, read = read_back
    data = {"text": "\x1b\u202e\u200b\u061c\U000e0041 日本 \x7f"}
    assert read(write(data)) == data


def test_no_time_is_null() -> None:
    assert timestamp(None) is None


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        pytest.param(ObjectRef("Pod", "a", "web"), "pod/web", id="core"),
        pytest.param(ObjectRef("Deployment", "a", "web"), "deployment.apps/web", id="apps"),
        pytest.param(ObjectRef("Job", "a", "x"), "job.batch/x", id="batch"),
        pytest.param(ObjectRef("Rollout", "a", "x"), "rollout/x", id="unknown group"),
    ],
)
def test_names_are_printed_as_kubectl_prints_them(ref: ObjectRef, name: str) -> None:
    assert resource_name(ref) == name


def test_each_subject_is_named_once() -> None:
    assert report_names(Report((FINDING, FINDING), 1, 1)) == "deployment.apps/web\n"
