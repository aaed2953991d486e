"""How a change's outcome reaches its user: in one format, with an error that says why."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from kubectl_pullsecret.changes.plan import Changes, Deed, DryRun, Edit, ListChange, Outcome, Plan
from kubectl_pullsecret.changes.refusal import RefusedPlanError
from kubectl_pullsecret.cli.changing import Changing, explained, show
from kubectl_pullsecret.cli.connection import ConnectionFlags
from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.cli.main import commands
from kubectl_pullsecret.cli.options import Output
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.kinds import kind_info
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.report import Report
from kubectl_pullsecret.views.terminal import PIPE
from tests.cli.outside import NOW
from tests.cli.process import imported

METADATA: Json = {"name": "web", "annotations": {"a": "1e3"}}
POD: Json = {"apiVersion": "v1", "kind": "Pod", "metadata": METADATA}
DOCUMENTS = [Output.JSON, Output.YAML]


def step(name: str) -> ListChange:
    info = kind_info("Deployment")
    assert info is not None
    ref = ObjectRef("Deployment", "team", name)
    return ListChange(ref, info, "1", "spec.template.spec", (), Edit(("new",)))


FAILED = Outcome(step("a").target, Deed.FAILED, step("a"), "it is forbidden", "ask for the right")
LOST = Outcome(step("a").target, Deed.FAILED, step("a"), "it is lost", "it is printed", POD)
NOT_DONE = Outcome(step("b").target, Deed.NOT_DONE, step("b"))
DONE = Outcome(step("c").target, Deed.DONE, step("c"))


class Shown:
    """What came of showing: stdout, and the error that was raised."""

    def __init__(self, output: Output, *outcomes: Outcome) -> None:
        self.console = Console(io.BytesIO(), io.StringIO(), io.StringIO(), NOW, PIPE)
        self.changing = Changing(None, ConnectionFlags({}), DryRun.NONE, None, output)
        self.error: PullSecretError | None = None
        if outcomes:
            try:
                show(self.console, self.changing, Changes(Plan(()), DryRun.NONE, outcomes))
            except PullSecretError as error:
                self.error = error

    @property
    def out(self) -> str:
        assert isinstance(self.console.stdout, io.StringIO)
        return self.console.stdout.getvalue()

    @property
    def document(self) -> dict[str, Any]:
        """The one document of stdout."""
        if self.changing.output is Output.JSON:
            found: dict[str, Any] = json.loads(self.out)
            return found
        (found,) = yaml_documents(self.out)
        return found


def yaml_documents(text: str) -> list[dict[str, Any]]:
    import yaml

    return list(yaml.safe_load_all(text))


class TestOneStepFailed:
    @pytest.mark.parametrize("output", DOCUMENTS)
    def test_a_document_tells_of_all_steps_and_the_error_follows(self, output: Output) -> None:
        shown = Shown(output, FAILED, NOT_DONE)
        assert shown.document["kind"] == "ChangeReport"
        assert [one["outcome"] for one in shown.document["items"]] == ["failed", "notDone"]
        assert shown.error is not None
        assert (shown.error.message, shown.error.remedy) == ("it is forbidden", "ask for the right")
        assert shown.error.exit_code is ExitCode.FAILED

    def test_text_names_those_that_were_not_done_and_the_error_follows(self) -> None:
        shown = Shown(Output.TEXT, FAILED, NOT_DONE)
        assert shown.out == "deployment.apps/b in team: not done\n"
        assert str(shown.error) == "it is forbidden"

    @pytest.mark.parametrize("output", [Output.TEXT, Output.NAME])
    def test_alone_it_is_the_error_and_nothing_else(self, output: Output) -> None:
        shown = Shown(output, FAILED)
        assert (shown.out, str(shown.error)) == ("", "it is forbidden")

    @pytest.mark.parametrize("output", [Output.TEXT, *DOCUMENTS])
    def test_beside_one_that_was_done_is_no_error(self, output: Output) -> None:
        shown = Shown(output, DONE, FAILED)
        assert shown.error is None
        assert "it is forbidden" in shown.out


class TestALostPod:
    @pytest.mark.parametrize("output", DOCUMENTS)
    def test_is_in_the_one_document(self, output: Output) -> None:
        shown = Shown(output, LOST, NOT_DONE)
        assert [one["manifest"] for one in shown.document["items"]] == [POD, None]
        assert str(shown.error) == "it is lost"

    def test_keeps_its_strings_for_every_parser(self) -> None:
        assert "a: '1e3'" in Shown(Output.YAML, LOST).out

    @pytest.mark.parametrize("output", [Output.TEXT, Output.NAME])
    def test_is_printed_as_it_can_be_created(self, output: Output) -> None:
        assert yaml_documents(Shown(output, LOST).out) == [POD]


REPORT = Report((), pods=2, failing=0)


class TestARefusedPlan:
    @pytest.mark.parametrize("output", DOCUMENTS)
    def test_with_a_report_is_the_doctor_s_document(self, output: Output) -> None:
        shown = Shown(output)
        explained(shown.console, shown.changing, RefusedPlanError("no", report=REPORT))
        assert shown.document["kind"] == "DoctorReport"
        assert shown.document["summary"]["pods"] == 2

    @pytest.mark.parametrize("output", DOCUMENTS)
    def test_with_a_manifest_is_the_manifest(self, output: Output) -> None:
        shown = Shown(output)
        explained(shown.console, shown.changing, RefusedPlanError("no", manifest=POD))
        assert shown.document == POD

    def test_in_text_is_the_manifest_as_yaml(self) -> None:
        shown = Shown(Output.TEXT)
        explained(shown.console, shown.changing, RefusedPlanError("no", manifest=POD))
        assert yaml_documents(shown.out) == [POD]

    @pytest.mark.parametrize("output", [Output.TEXT, *DOCUMENTS])
    def test_without_either_writes_nothing(self, output: Output) -> None:
        shown = Shown(output)
        error = explained(shown.console, shown.changing, RefusedPlanError("no", remedy="do so"))
        assert (shown.out, error.message, error.remedy) == ("", "no", "do so")


@pytest.mark.parametrize("name", ["attach", "detach", "create", "copy"])
def test_the_dry_runs_that_are_offered_are_those_that_there_are(name: str) -> None:
    command = commands.get_command(None, name)  # type: ignore[arg-type]  # it looks at the name only
    assert command is not None
    (flag,) = [one for one in command.params if one.name == "dry_run"]
    choices: Any = flag.type
    assert list(choices.choices) == [one.value for one in DryRun]
    assert flag.default == DryRun.NONE.value


@pytest.mark.parametrize("name", ["attach", "detach", "create", "copy"])
def test_help_of_a_change_imports_nothing_that_plans_or_writes(name: str) -> None:
    modules = imported(name, "--help")
    assert not modules & {"random", "kubectl_pullsecret.changes", "kubectl_pullsecret.sources"}
