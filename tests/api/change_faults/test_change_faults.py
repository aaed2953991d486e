"""The API server, or the way there, fails in the middle of a change: nothing is lost or untold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubectl_pullsecret.cli import changing
from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, RefusedError, path
from tests.api.attaching import Run, done, list_of, listed, runner
from tests.api.between import GoBetween, status
from tests.api.change_faults.sharing import ATTACH, Listed
from tests.api.control_plane import ControlPlane
from tests.api.objects import workload
from tests.api.one_sentence import is_one_sentence
from tests.waiting import eventually

POLICY = "ValidatingAdmissionPolicy"
MOST_TRIES = 10


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was beaten tries again at once."""
    monkeypatch.setattr(changing, "_LONGEST_PAUSE", 0.01)


class Others:
    """Somebody else, who adds one secret after the other to the account."""

    def __init__(self, api: AdminApi, namespace: str) -> None:
        self._api, self._namespace = api, namespace
        self.added: list[str] = []

    def add(self) -> None:
        self.added.append(f"theirs-{len(self.added)}")
        now = listed(self._api, "ServiceAccount", self._namespace, "default")
        list_of(self._api, self._namespace, *now, self.added[-1])


@pytest.fixture
def others(api: AdminApi, namespace: str) -> Others:
    return Others(api, namespace)


class TestAnotherWriterIsQuicker:
    @pytest.mark.parametrize("times", [1, 2, 5])
    def test_and_both_are_there(
        self, between: GoBetween, through: Run, account: Listed, others: Others, times: int
    ) -> None:
        between.before("PATCH", others.add, times=times)
        done(through(*ATTACH))
        assert account() == ["old", *others.added, "pull"]
        assert len(others.added) == times

    def test_also_at_an_empty_list(
        self,
        between: GoBetween,
        through: Run,
        api: AdminApi,
        namespace: str,
        account: Listed,
        others: Others,
    ) -> None:
        list_of(api, namespace)
        between.before("PATCH", others.add)
        done(through(*ATTACH, "--first"))
        assert account() == ["pull", "theirs-0"]

    def test_and_what_he_took_away_stays_away(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str, account: Listed
    ) -> None:
        between.before("PATCH", lambda: list_of(api, namespace))
        done(through(*ATTACH))
        assert account() == ["pull"]

    def test_and_did_the_same(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str, account: Listed
    ) -> None:
        between.before("PATCH", lambda: list_of(api, namespace, "old", "pull"))
        done(through(*ATTACH))
        assert account() == ["old", "pull"]

    def test_at_a_template_s_other_fields_which_is_no_conflict(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        api.create(workload("Deployment", "web"), namespace)
        where = path("Deployment", namespace, "web")
        between.before("PATCH", lambda: api.patch(where, {"spec": {"replicas": 5}}))
        done(through("attach", "deploy/web", "pull"))
        assert listed(api, "Deployment", namespace, "web") == ["pull"]
        assert api.get(where)["spec"]["replicas"] == 5
        assert sum("PATCH" in line for line in between.lines) == 1

    def test_ten_times_is_one_sentence_and_nothing_is_lost(
        self, between: GoBetween, through: Run, account: Listed, others: Others
    ) -> None:
        between.before("PATCH", others.add, times=99)
        outcome = through(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert outcome.err == (
            f"error: sa/default was changed by others {MOST_TRIES} times meanwhile\ntry again\n"
        )
        assert account() == ["old", *others.added]
        assert len(others.added) == MOST_TRIES

    def test_and_deleted_the_account(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str
    ) -> None:
        where = path("ServiceAccount", namespace, "default")
        between.before("PATCH", lambda: api.delete(where))
        outcome = through(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert f'serviceaccounts "default" not found in namespace "{namespace}"' in outcome.err

    def test_and_replaced_the_account_by_another(
        self, between: GoBetween, through: Run, api: AdminApi, namespace: str, account: Listed
    ) -> None:
        def replace() -> None:
            api.delete(path("ServiceAccount", namespace, "default"))
            metadata = {"name": "default"}
            references = [{"name": "new"}]
            made = {"kind": "ServiceAccount", "metadata": metadata, "imagePullSecrets": references}
            api.create(made, namespace)

        between.before("PATCH", replace)
        done(through(*ATTACH))
        assert account() == ["new", "pull"]


@contextmanager
def policy(api: AdminApi, namespace: str, message: str) -> Iterator[None]:
    """A ValidatingAdmissionPolicy that lets nobody update accounts of the namespace."""
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["UPDATE"],
        "resources": ["serviceaccounts"],
    }
    here = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [rule], "namespaceSelector": here},
        "validations": [{"expression": "false", "message": message}],
    }
    binding = {"policyName": namespace, "validationActions": ["Deny"]}
    metadata = {"name": namespace}
    for kind, content in ((POLICY, spec), (f"{POLICY}Binding", binding)):
        api.create({"kind": kind, "metadata": metadata, "spec": content})
    try:
        eventually(lambda: refuses(api, path("ServiceAccount", namespace, "default")))
        yield
    finally:
        for kind in (f"{POLICY}Binding", POLICY):
            api.delete(path(kind, "", namespace))


def refuses(api: AdminApi, where: str) -> bool:
    try:
        api.patch(f"{where}?dryRun=All", {"metadata": {"labels": {"x": "y"}}})
    except RefusedError:
        return True
    return False


class TestTheServerRefuses:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (400, "BadRequest"),
            (403, "Forbidden"),
            (422, "Invalid"),
            (429, "TooManyRequests"),
            (500, "InternalError"),
            (503, "ServiceUnavailable"),
            (504, "Timeout"),
        ],
    )
    def test_in_its_own_words(
        self, between: GoBetween, through: Run, account: Listed, code: int, reason: str
    ) -> None:
        between.instead("PATCH", status(code, reason, "because I say so"), times=99)
        outcome = through(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert "because I say so" in outcome.err
        assert account() == ["old"]

    @pytest.mark.parametrize("code", [429, 500, 503])
    def test_and_is_asked_again_when_it_says_so(
        self, between: GoBetween, through: Run, account: Listed, code: int
    ) -> None:
        busy = status(code, "", "later, please", retry_after="0")
        between.instead("PATCH", busy, times=3)
        done(through(*ATTACH))
        assert account() == ["old", "pull"]
        assert sum("PATCH" in line for line in between.lines) == 4

    def test_a_conflict_about_a_field_that_nobody_reads_is_tried_again(
        self, between: GoBetween, through: Run, account: Listed
    ) -> None:
        """It merges a JSON Patch five times itself; then others were quicker, wherever."""
        conflict = status(409, "Conflict", "the object has been modified")
        between.instead("PATCH", conflict, times=3)
        done(through(*ATTACH))
        assert account() == ["old", "pull"]

    def test_such_a_conflict_ten_times_is_one_sentence(
        self, between: GoBetween, through: Run, account: Listed
    ) -> None:
        conflict = status(409, "Conflict", "the object has been modified")
        between.instead("PATCH", conflict, times=99)
        outcome = through(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert "was changed by others 10 times meanwhile" in outcome.err
        assert account() == ["old"]

    def test_by_a_policy(
        self, control_plane: ControlPlane, kubeconfig: Path, namespace: str, account: Listed
    ) -> None:
        with policy(control_plane.api, namespace, "ask the platform team first"):
            outcome = runner(kubeconfig)(*ATTACH)
        assert is_one_sentence(outcome), outcome.err
        assert "ask the platform team first" in outcome.err
        assert account() == ["old"]

    def test_by_a_policy_in_a_dry_run_of_its_own_too(
        self, control_plane: ControlPlane, kubeconfig: Path, namespace: str
    ) -> None:
        with policy(control_plane.api, namespace, "ask the platform team first"):
            checked = runner(kubeconfig)(*ATTACH, "--dry-run=server")
            shown = runner(kubeconfig)(*ATTACH, "--dry-run=client")
        assert "ask the platform team first" in checked.err
        assert (checked.code, shown.code) == (ExitCode.FAILED, ExitCode.FINE)
