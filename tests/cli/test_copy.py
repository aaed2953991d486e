"""`copy` from the command line: what is refused before anything is asked, and what people read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from kubectl_pullsecret.changes.copies import CopyRequest, copies
from kubectl_pullsecret.changes.execution import Writer
from kubectl_pullsecret.changes.plan import Changes, Deed, DryRun, Outcome
from kubectl_pullsecret.cli import copy as copying
from kubectl_pullsecret.cli.connection import FLAGS, ConnectionFlags
from kubectl_pullsecret.cli.copy import flags_for
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.reading import COPIED_FROM
from kubectl_pullsecret.report import Copy
from kubectl_pullsecret.sources.transport import Client
from kubectl_pullsecret.views.changes import changes_text
from kubectl_pullsecret.views.commands import command
from kubectl_pullsecret.views.copies import copies_data, copies_names, copies_text
from kubectl_pullsecret.views.terminal import Terminal
from tests.changes.copying import (
    SOURCE,
    cluster,
    config,
    copied,
    namespace,
    plan,
    request,
    secret,
)
from tests.cli.outside import invoke
from tests.diagnosis.cluster import NAMESPACE, Cluster, entry
from tests.golden import assert_golden
from tests.sources.recorded_server import RecordedServer

GOLDEN = Path(__file__).parent / "golden"

USAGE = [
    pytest.param(("pull",), "copy where?", id="no destination"),
    pytest.param(
        ("pull", "--to-namespace", "a,,b"), "'' is no namespace's name", id="an empty name"
    ),
    pytest.param(("pull", "--to-namespace", ""), "'' is no namespace's name", id="an unset name"),
    pytest.param(
        ("pull", "--to-namespace", "a/b"), "'a/b' is no namespace's name", id="a path as a name"
    ),
    pytest.param(("Pull", "--check"), "Pull: no Secret can have this name", id="no secret's name"),
    pytest.param(
        ("sa/pull", "--check"), "a secret is written NAME or secret/NAME", id="another type"
    ),
    pytest.param(("pull", "--to-selector", " "), "--to-selector is empty", id="empty selector"),
    pytest.param(("pull", "--to-context", ""), "--to-context is empty", id="empty context"),
    pytest.param(("pull", "--check", "--update"), "--check writes nothing", id="check and update"),
]


@pytest.mark.parametrize(("args", "message"), USAGE)
def test_wrong_usage_is_told_before_a_server_is_asked(args: tuple[str, ...], message: str) -> None:
    outcome = invoke("copy", *args)
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    "args",
    [
        ("pull", "--to-namespace", "a", "--to-namespace", "b, c"),
        ("secret/pull", "--to-selector", "x=y"),
        ("secrets/pull", "--to-selector", "x=y"),
        ("pull", "--check"),
        tuple((command(Copy("pull", "team", "web")) or ())[3:]),
    ],
    ids=["namespaces", "selector", "secrets/", "check", "the doctor's fix"],
)
def test_right_usage_gets_as_far_as_the_server(args: tuple[str, ...]) -> None:
    outcome = invoke("copy", *args)
    assert outcome.code is ExitCode.FAILED
    assert 'cannot get secrets "pull"' in outcome.err
    assert "127.0.0.1:1 was refused" in outcome.err


def test_only_what_could_not_be_seen_makes_it_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another warning does not."""
    marks = {COPIED_FROM: f"{NAMESPACE}/pull", "meta.helm.sh/release-name": "x"}
    seen = Cluster().secret("pull", {"r.test": entry()})
    seen.secret("pull", {"r.test": entry("old")}, namespace="web", annotations=marks)
    client = cast("Client", RecordedServer(seen.objects))

    @contextmanager
    def writing(*_: object) -> Iterator[tuple[Writer, str]]:
        yield Writer(client, DryRun.CLIENT), NAMESPACE

    monkeypatch.setattr(copying, "writing", writing)
    outcome = invoke("copy", "pull", "--to-namespace", "web", "--update", "--dry-run=client")
    assert "warning: Helm manages secret/pull in web" in outcome.err
    assert "secret/pull in web: configured (dry run)" in outcome.out
    assert outcome.code is ExitCode.FINE


def test_help_says_which_flags_another_context_keeps() -> None:
    given = {flag.field: "x" for flag in FLAGS}
    kept = flags_for("far", ConnectionFlags(given)).given
    names = {flag.name for flag in FLAGS if flag.field in kept and flag.name != "--context"}
    said = " ".join(invoke("copy", "--help").out.replace("-\n", "-").split()).replace("- ", "-")
    keeps = said.partition("it keeps ")[2].partition(";")[0]
    assert set(keeps.replace(" and ", ", ").split(", ")) == names
    assert kept["context"] == "far"


# One destination of each kind; `force` is not given.
CROWD = cluster(
    secret(),
    copied("a"),
    copied("b", config("y")),
    secret("team-c"),
    copied("team-d", config("y"), immutable=True),
    namespace("team-e", terminating=True),
    there=("a", "b", "team-c", "team-d"),
    unread=("team-f",),
)
PLACES = ("a", "b", "team-c", "team-d", "team-e", "team-f", "gone")


@pytest.mark.parametrize("width", [None, 80])
def test_a_check_is_a_line_for_each_destination(width: int | None) -> None:
    text = copies_text(copies(request(*PLACES), CROWD, CROWD), Terminal(width))
    assert_golden(GOLDEN / f"copy-check{f'.{width}' if width else ''}.txt", text)


def test_a_dry_run_shows_what_would_be_in_the_copies() -> None:
    made = plan(request("b", "x", update=True), CROWD)
    outcomes = tuple(Outcome(step.target, Deed.PLANNED, step) for step in made.steps)
    text = changes_text(Changes(made, DryRun.CLIENT, outcomes))
    assert_golden(GOLDEN / "copy-dry-run.txt", text)


def test_the_report_of_a_check_is_a_contract() -> None:
    found = copies(CopyRequest(SOURCE, ("b",)), CROWD, CROWD)
    assert copies_data("team/pull", found, ["c"]) == {
        "apiVersion": "pullsecret/v1alpha1",
        "kind": "CopyReport",
        "origin": "team/pull",
        "items": [
            {
                "namespace": "b",
                "name": "pull",
                "state": "drifted",
                "why": "",
                "remedy": "--update mends it",
            }
        ],
        "unseen": ["c"],
    }
    assert copies_names(found) == "secret/pull\n"
