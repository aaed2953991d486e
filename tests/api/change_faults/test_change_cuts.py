"""A change that a cut line, missing rights or the user stop: it tells how far it came."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_pullsecret.cli import changing
from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.sources.transport import retries
from tests.api.access import may
from tests.api.admin_api import AdminApi, Json
from tests.api.attaching import (
    Run,
    done,
    list_of,
    runner,
)
from tests.api.between import GoBetween
from tests.api.change_faults.sharing import ATTACH, Listed
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane
from tests.api.objects import failing_pod, workload
from tests.api.one_sentence import is_one_sentence
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long before the next try."""
    monkeypatch.setattr(changing, "_LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(retries, "_PAUSES", (0.01, 0.01, 0.01))


class TestTheLineIsCut:
    def test_behind_the_change_which_is_seen_then(
        self, between: GoBetween, through: Run, account: Listed
    ) -> None:
        between.lose_answer("PATCH")
        out = done(through(*ATTACH))
        assert "attached pull" in out
        assert account() == ["old", "pull"]
        assert sum("PATCH" in line for line in between.lines) == 1

    def test_before_the_change_which_is_made_then(
        self, between: GoBetween, through: Run, account: Listed
    ) -> None:
        between.cut("PATCH")
        assert "attached pull" in done(through(*ATTACH))
        assert account() == ["old", "pull"]

    def test_before_the_change_each_time_and_it_was_not_made(
        self, between: GoBetween, through: Run, account: Listed
    ) -> None:
        between.cut("PATCH", times=99)
        outcome = through(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert "looked at again, it was not done" in outcome.err
        assert account() == ["old"]

    def test_and_nobody_answers_any_more(
        self, between: GoBetween, through: Run, account: Listed
    ) -> None:
        between.lose_answer("PATCH")
        between.before("PATCH", lambda: between.cut("GET", times=99))
        outcome = through(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert "may have been done" in outcome.err
        assert account() == ["old", "pull"]

    def test_and_the_server_is_gone(
        self,
        control_plane: ControlPlane,
        between: GoBetween,
        through: Run,
        account: Listed,
    ) -> None:
        between.lose_answer("PATCH")
        between.before("PATCH", control_plane.stop_api_server)
        try:
            outcome = through(*ATTACH)
        finally:
            control_plane.start_api_server()
        assert is_one_sentence(outcome), outcome.err
        assert "may have been done" in outcome.err
        assert account() == ["old"]

    def test_and_another_writer_was_there_too(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str, account: Listed
    ) -> None:
        between.before("PATCH", lambda: list_of(api, namespace, "old", "theirs"))
        between.cut("PATCH")
        done(through(*ATTACH))
        assert account() == ["old", "theirs", "pull"]


class TestRights:
    READ = (may("get", "serviceaccounts"), may("list", "pods"))

    def test_to_read_but_not_to_patch(self, as_user: AsUser, account: Listed) -> None:
        rights = [*self.READ, may("get", "secrets")]
        outcome = runner(as_user("reader", rights))(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert 'User "reader" cannot patch resource "serviceaccounts"' in outcome.err
        assert 'ask for the right to patch serviceaccounts "default"' in outcome.err
        assert account() == ["old"]

    def test_to_patch_but_not_to_read_secrets(self, as_user: AsUser, account: Listed) -> None:
        rights = [*self.READ, may("patch", "serviceaccounts")]
        outcome = runner(as_user("writer", rights))(*ATTACH)
        assert outcome.code is ExitCode.FINE, outcome.err
        (warning,) = outcome.err.splitlines()
        assert warning.startswith("warning: secret/pull could not be read, so it is not checked")
        assert account() == ["old", "pull"]

    def test_to_patch_but_not_to_read_the_account(self, as_user: AsUser, account: Listed) -> None:
        rights = [may("patch", "serviceaccounts"), may("get", "secrets")]
        outcome = runner(as_user("blind", rights))(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert 'User "blind" cannot get resource "serviceaccounts"' in outcome.err
        assert account() == ["old"]

    def test_to_the_one_account_and_no_list_of_anything(
        self, as_user: AsUser, account: Listed
    ) -> None:
        rights = [may("get patch", "serviceaccounts", "default"), may("get", "secrets", "pull")]
        outcome = runner(as_user("narrow", rights))(*ATTACH)
        assert outcome.code is ExitCode.FINE, outcome.err
        assert account() == ["old", "pull"]

    def test_to_patch_but_not_to_restart(
        self, as_user: AsUser, api: AdminApi, namespace: str, account: Listed
    ) -> None:
        owner = api.create(workload("Deployment", "web"), namespace)
        failing_pod(api, namespace, "web-1", owner=owner)
        rights = [*self.READ, may("patch", "serviceaccounts"), may("get", "secrets")]
        reading = may("get", "deployments.apps")
        outcome = runner(as_user("half", [*rights, reading]))(*ATTACH, "--restart")
        assert outcome.code is ExitCode.INCOMPLETE, outcome.err
        assert "attached pull" in outcome.out
        assert 'cannot patch resource "deployments"' in outcome.out
        assert account() == ["old", "pull"]


class TestControlC:
    """A process of its own, which gets a SIGINT while the server takes its time."""

    @pytest.fixture
    def stuck(self, api: AdminApi, namespace: str) -> None:
        """Two Deployments that have to be restarted behind the account."""
        for name in ("web-a", "web-b"):
            owner = api.create(workload("Deployment", name), namespace)
            failing_pod(api, namespace, f"{name}-1", owner=owner)

    def interrupted(self, between: GoBetween, kubeconfig: Path, words: str, *args: str) -> Json:
        """The report of a process that is interrupted while such a request is under way."""
        command = (sys.executable, "-m", "kubectl_pullsecret", *ATTACH, *args, "-o", "json")
        flags = ("-s", between.url, "--kubeconfig", str(kubeconfig))
        process = subprocess.Popen(
            (*command, *flags), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

        def interrupt() -> None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)

        between.before(words, interrupt)
        try:
            out, err = between.errands.during(lambda: process.communicate(timeout=40))
        finally:
            process.kill()
        assert (process.returncode, err) == (ExitCode.INTERRUPTED, "")
        report: Json = json.loads(out)
        assert report["interrupted"]
        return report

    @pytest.mark.usefixtures("stuck")
    def test_between_steps_tells_what_was_done(
        self, between: GoBetween, kubeconfig: Path, account: Listed
    ) -> None:
        report = self.interrupted(between, kubeconfig, "deployments/web-a?field", "--restart")
        assert [(one["object"]["name"], one["outcome"]) for one in report["items"]] == [
            ("default", "done"),
            ("web-a", "unknown"),
            ("web-b", "notDone"),
        ]
        assert account() == ["old", "pull"]

    def test_before_anything_was_written_changes_nothing(
        self, between: GoBetween, kubeconfig: Path, account: Listed
    ) -> None:
        report = self.interrupted(between, kubeconfig, "PATCH")
        assert [one["outcome"] for one in report["items"]] == ["unknown"]
        eventually(lambda: account() in (["old"], ["old", "pull"]))
