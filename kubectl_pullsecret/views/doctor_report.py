"""The DoctorReport document: keys and order are a public contract.

Before its argv is run a fix `needs` what somebody must supply or check: "username" (the word USER
stands for it), "password" (asked for, or given as a flag before; never in the argv), "token" where
a flag gave one, and "context" where the objects came from files: nobody knows of which cluster.
"""

from __future__ import annotations

from kubectl_pullsecret.facts.kinds import KindInfo, kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Evidence, Finding, Fix, Incomplete, Note, Report, Severity
from kubectl_pullsecret.views.commands import Setting, command, in_words, needs
from kubectl_pullsecret.views.data import Data, document, timestamp


def report_data(
    report: Report,
    setting: Setting = Setting(),  # noqa: B008 - it is a constant
) -> dict[str, Data]:
    """Return the report as a document for `as_json` and `as_yaml`."""
    return document(
        "DoctorReport",
        {
            "summary": {
                "pods": report.pods,
                "failing": report.failing,
                "errors": report.count(Severity.ERROR),
                "warnings": report.count(Severity.WARNING),
            },
            "items": [_item(finding, setting) for finding in report.findings],
            "incomplete": [incomplete_data(part) for part in report.incomplete],
            "notes": [_note(note) for note in report.notes],
            "outages": list(report.outages),
        },
    )


def _item(finding: Finding, setting: Setting) -> dict[str, Data]:
    return {
        "reason": finding.reason.value,
        "also": [reason.value for reason in finding.also],
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "subject": _subject(finding.subject),
        "image": finding.image,
        "containers": list(finding.containers),
        "pods": {
            "count": finding.pods.count,
            "names": list(finding.pods.names[:10]),
            "nodes": list(finding.pods.nodes),
        },
        "message": finding.message,
        "cause": finding.cause,
        "evidence": [_evidence(line) for line in finding.evidence],
        "fixes": [fix_data(fix, setting) for fix in finding.fixes],
        "settledBy": list(finding.settled_by),
        "lastAttempt": timestamp(finding.last_attempt),
    }


def _subject(subject: ObjectRef) -> dict[str, Data]:
    return {"kind": subject.kind, "namespace": subject.namespace, "name": subject.name}


def _evidence(line: Evidence) -> dict[str, Data]:
    return {"about": line.about, "text": line.text}


def fix_data(fix: Fix, setting: Setting) -> dict[str, Data]:
    """A fix as every document has it."""
    argv = command(fix, setting.connection)
    return {
        "kind": type(fix).__name__,
        "argv": None if argv is None else list(argv),
        "text": in_words(fix),
        "needs": list(needs(fix, setting)),
    }


def incomplete_data(part: Incomplete) -> dict[str, Data]:
    """A part that was not seen, as every document has it."""
    return {
        "verb": part.verb,
        "resource": part.resource,
        "namespace": part.namespace,
        "why": part.why,
    }


def _note(note: Note) -> dict[str, Data]:
    return {
        "subject": _subject(note.subject),
        "text": note.text,
        "evidence": [_evidence(line) for line in note.evidence],
    }


def report_names(report: Report) -> str:
    """Return a line for each finding's subject as `kubectl get -o name` prints it, each once."""
    subjects = dict.fromkeys(finding.subject for finding in report.findings)
    return "".join(f"{resource_name(subject)}\n" for subject in subjects)


def resource_name(ref: ObjectRef, info: KindInfo | None = None) -> str:
    """Return kind, group and name as kubectl prints them: pod/web, deployment.apps/web."""
    info = info or kind_info(ref.kind)
    group = f".{info.group}" if info and info.group else ""
    return f"{ref.kind.lower()}{group}/{ref.name}"
