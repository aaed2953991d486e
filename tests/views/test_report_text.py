"""The report as people read it; each golden file is one report in a pipe or at a terminal.

Set UPDATE_GOLDEN=1 to write the files anew, then read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import (
    Advice,
    Attach,
    Confidence,
    Copy,
    Create,
    Detach,
    Evidence,
    Finding,
    Incomplete,
    Note,
    PodGroup,
    Reason,
    Report,
    Restart,
    Rewrap,
    Severity,
)
from kubectl_pullsecret.views.commands import Setting
from kubectl_pullsecret.views.terminal import PIPE, Terminal
from kubectl_pullsecret.views.text import CHECK_CONTEXT, report_text
from tests.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"

HUB_KEY = Finding(
    reason=Reason.NO_MATCHING_CREDENTIAL,
    severity=Severity.ERROR,
    confidence=Confidence.SETTLED,
    subject=ObjectRef("Pod", "s-hub-registry-1", "demo"),
    message="pod/demo in s-hub-registry-1 cannot pull team/app:v1 (app)",
    image="team/app:v1",
    containers=("app",),
    pods=PodGroup(1, ("demo",), ("node-1",)),
    cause="DeniedOrNotFound",
    evidence=(
        Evidence(
            "why",
            ("team/app:v1 is docker.io/team/app:v1; no attached secret has a key for Docker Hub",),
        ),
        Evidence(
            "listed",
            (
                "secret/pull",
                "registry-1.docker.io",
                "not a Hub key to the kubelet; write https://index.docker.io/v1/",
            ),
        ),
        Evidence(
            "seen",
            (
                "5 times, last 2m ago: pull access denied, "
                "repository does not exist or may require authorization",
            ),
        ),
    ),
    fixes=(
        Rewrap(
            "s-hub-registry-1",
            "pull",
            "pull",
            (("registry-1.docker.io", "https://index.docker.io/v1/"),),
            note="keeps user and password",
        ),
    ),
    then="retried by itself within 5 minutes",
    settled_by=("may the user read team/app?",),
)

SHADOWED = Finding(
    reason=Reason.POD_HIDES_SERVICE_ACCOUNT,
    severity=Severity.ERROR,
    confidence=Confidence.SETTLED,
    subject=ObjectRef("Pod", "s-pod-shadows-sa", "demo"),
    message="pod/demo in s-pod-shadows-sa cannot pull registry.test:5000/team/app:v1 (app)",
    image="registry.test:5000/team/app:v1",
    containers=("app",),
    pods=PodGroup(1, ("demo",), ("node-1",)),
    evidence=(
        Evidence(
            "why", ("the pod lists pull secrets of its own, so those of sa/default were not added",)
        ),
        Evidence("listed", ("secret/mine", "other.test:5000", "another host; not tried")),
        Evidence(
            "hidden",
            ("secret/sasecret", "registry.test:5000", "matches, user puller, from sa/default"),
        ),
    ),
    fixes=(
        Attach(
            ObjectRef("Pod", "s-pod-shadows-sa", "demo"),
            ("sasecret",),
            recreate=True,
            note="no owner: the pod is deleted and created again with mine, sasecret",
        ),
    ),
)

MALFORMED = Finding(
    reason=Reason.SECRET_MALFORMED,
    severity=Severity.ERROR,
    confidence=Confidence.SETTLED,
    subject=ObjectRef("Pod", "s-auth-not-base64", "demo"),
    message="pod/demo in s-auth-not-base64 cannot start: secret/pull is unreadable to the kubelet",
    evidence=(
        Evidence("image", ("registry.test:5000/team/app:v1 (app); no pull was tried",)),
        Evidence(
            "entry",
            (
                "registry.test:5000: auth is not base64 (byte 0); "
                "it must be base64 of user:password",
            ),
        ),
        Evidence("note", ("one bad entry stops every image of the pod, public ones too",)),
    ),
    fixes=(
        Create(
            "s-auth-not-base64",
            "pull",
            "registry.test:5000",
            replace=True,
            note="asks for the password",
        ),
    ),
    then="the pod starts by itself",
)

REPLICAS = Finding(
    reason=Reason.SECRET_NOT_FOUND,
    severity=Severity.ERROR,
    confidence=Confidence.LIKELY,
    subject=ObjectRef("Deployment", "prod", "web"),
    message="deploy/web in prod cannot pull registry.test/web:v2 (app): 100 pods",
    image="registry.test/web:v2",
    containers=("app",),
    pods=PodGroup(100, tuple(f"web-{n}" for n in range(10)), ("node-1", "node-2")),
    also=(Reason.CREDENTIAL_EXPIRED,),
    evidence=(
        Evidence("why", ("secret/regcred is not in namespace prod",)),
        Evidence("elsewhere", ("secret/regcred", "in namespace dev", "would match")),
    ),
    fixes=(
        Copy("regcred", "dev", "prod"),
        Attach(ObjectRef("ServiceAccount", "prod", "default"), ("regcred",), restart=True),
        Restart(ObjectRef("Deployment", "prod", "web")),
    ),
    then="new pods get it; the restart makes them",
)

PREDICTED = Finding(
    reason=Reason.SECRET_WRONG_TYPE,
    severity=Severity.WARNING,
    confidence=Confidence.OPEN,
    subject=ObjectRef("ServiceAccount", "prod", "default"),
    message="sa/default in prod lists a secret that serves nobody",
    evidence=(Evidence("why", ("secret/old is no pull secret to the kubelet: type Opaque",)),),
    fixes=(
        Advice("write it again as kubernetes.io/dockerconfigjson"),
        Detach(ObjectRef("ServiceAccount", "prod", "default"), ("old",), note="if nobody needs it"),
    ),
)

DNS = Finding(
    reason=Reason.NAME_RESOLUTION,
    severity=Severity.ERROR,
    confidence=Confidence.SETTLED,
    subject=ObjectRef("Deployment", "prod", "api"),
    message="deploy/api in prod cannot pull registry.invalid/api:v1 (app)",
    evidence=(
        Evidence("why", ("the node cannot resolve the registry's name",)),
        Evidence("seen", ("once, last 9m ago: lookup registry.invalid: no such host",)),
    ),
    fixes=(Advice("make the name resolve on the node"),),
)

HOSTILE = HUB_KEY._replace(
    message="pod/demo cannot pull \x1b]0;owned\x07evil\u202egnp.exe (a\u200bpp)",
    evidence=(Evidence("seen", ("first line\nsecond\x1b[2Jline\x9b31m\u2066\udc80",)),),
    fixes=(Rewrap("prod", "pull", "pull", (("re\u200bg'y; rm -rf", "reg"),)),),
)

REPORTS = {
    "hub-key": Report((HUB_KEY,), pods=1, failing=1),
    "shadowed": Report((SHADOWED,), pods=1, failing=1),
    "malformed": Report((MALFORMED,), pods=1, failing=1),
    "many": Report(
        (REPLICAS, DNS, PREDICTED),
        pods=120,
        failing=101,
        incomplete=(
            Incomplete(
                "get", "secrets/two", "prod", "whether it serves web:v2; add it to the input"
            ),
        ),
        outages=("registry.invalid: NameResolution hits 3 owners, 40 pods in 2 namespaces",),
        notes=(
            Note(ObjectRef("Pod", "prod", "job-1"), "not an image pull problem: OOMKilled (app)"),
            Note(
                ObjectRef("ServiceAccount", "prod", "default"),
                "a new pod that lists none of its own gets these, in this order",
                (
                    Evidence("gets", ("secret/a", "registry.test", "user puller")),
                    Evidence("gets", ("secret/old", "not read: type Opaque")),
                ),
            ),
        ),
    ),
    "healthy": Report((), pods=12, failing=0),
    "hostile": Report((HOSTILE,), pods=1, failing=1),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_in_a_pipe_is_never_wrapped(name: str) -> None:
    assert_golden(GOLDEN / f"{name}.txt", report_text(REPORTS[name], PIPE))


@pytest.mark.parametrize("width", [80, 50])
@pytest.mark.parametrize("name", ["hub-key", "shadowed", "malformed", "many"])
def test_a_report_at_a_terminal_wraps_under_the_value(name: str, width: int) -> None:
    assert_golden(GOLDEN / f"{name}.{width}.txt", report_text(REPORTS[name], Terminal(width)))


def test_wide_adds_pods_nodes_confidence_and_cause() -> None:
    assert_golden(GOLDEN / "many.wide.txt", report_text(REPORTS["many"], PIPE, wide=True))


def test_commands_repeat_the_connection_flags() -> None:
    text = report_text(REPORTS["many"], PIPE, setting=Setting(("--context", "prod eu")))
    commands = [line for line in text.splitlines() if "kubectl " in line]
    assert len(commands) == 4
    assert all(line.split("     (")[0].endswith(" --context 'prod eu'") for line in commands)


def test_colour_changes_no_character() -> None:
    import re

    coloured = report_text(REPORTS["many"], Terminal(60, colour=True))
    plain = report_text(REPORTS["many"], Terminal(60))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_nothing_hostile_is_left_with_colour_off() -> None:
    text = report_text(REPORTS["hostile"], PIPE)
    assert text.replace("\n", "").isprintable()


def test_files_remind_of_the_context_once_at_the_end() -> None:
    text = report_text(REPORTS["many"], PIPE, setting=Setting(from_files=True))
    assert text.count(CHECK_CONTEXT) == 1
    assert text.index(CHECK_CONTEXT) > text.index("detach")


def test_without_a_command_nothing_reminds_of_the_context() -> None:
    assert CHECK_CONTEXT not in report_text(
        Report((DNS,), 1, 1), PIPE, setting=Setting(from_files=True)
    )


@pytest.mark.parametrize(
    ("report", "line"),
    [
        pytest.param(Report((), 12, 0), "12 pods, no image pull problem", id="many pods"),
        pytest.param(Report((), 1, 0), "1 pod, no image pull problem", id="one pod"),
        pytest.param(
            Report((), 2, 0, incomplete=(Incomplete("list", "pods", "x", "forbidden"),)),
            "2 pods, no image pull problem was seen",
            id="partial sight",
        ),
        pytest.param(
            Report((MALFORMED, DNS, PREDICTED), 12, 3),
            "3 of 12 pods cannot pull; 2 errors, 1 warning",
            id="several findings",
        ),
        pytest.param(
            Report((PREDICTED, PREDICTED), 3, 0),
            "3 pods, no image pull has failed; 2 warnings",
            id="warnings only",
        ),
        pytest.param(Report((PREDICTED, PREDICTED), 0, 0), "2 warnings", id="no pods yet"),
    ],
)
def test_the_last_line_adds_up(report: Report, line: str) -> None:
    assert report_text(report, PIPE).splitlines()[-1] == line


def test_one_finding_has_no_sum() -> None:
    assert "cannot pull;" not in report_text(Report((MALFORMED,), 1, 1), PIPE)


def test_a_warning_says_so_in_words() -> None:
    assert report_text(Report((PREDICTED,), 1, 0), PIPE).startswith("warning: sa/default")


def test_what_holds_too_is_named_once() -> None:
    told = REPLICAS._replace(
        evidence=(Evidence("also", ("CredentialExpired", "secret/x ended in 2024")),)
    )
    text = report_text(Report((told,), 1, 1), PIPE)
    assert text.count("CredentialExpired") == 1
