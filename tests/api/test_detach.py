"""`detach` against the real API server: what is missing, and what is needed still."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import may
from tests.api.admin_api import AdminApi, path
from tests.api.attaching import Run, done, list_of, listed, runner
from tests.api.conftest import AsUser
from tests.api.objects import REGISTRY, pod, pull_secret, workload
from tests.api.one_sentence import is_one_sentence


@pytest.fixture
def run(kubeconfig: Path) -> Run:
    """Runs a command as an admin."""
    return runner(kubeconfig)


@pytest.fixture(autouse=True)
def secrets(api: AdminApi, namespace: str) -> None:
    """One that serves the image of everything here."""
    api.create(pull_secret("pull", REGISTRY), namespace)


class TestAllThatIsMissing:
    def test_is_detached_at_once(self, run: Run, api: AdminApi, namespace: str) -> None:
        list_of(api, namespace, "gone", "pull", "", "away", "gone")
        out = done(run("detach", "sa/default", "--all-missing"))
        assert listed(api, "ServiceAccount", namespace, "default") == ["pull"]
        assert 'detached gone, "", away' in out

    def test_also_of_a_template(self, run: Run, api: AdminApi, namespace: str) -> None:
        api.create(workload("Deployment", "web", "gone", "pull"), namespace)
        done(run("detach", "deploy/web", "--all-missing"))
        assert listed(api, "Deployment", namespace, "web") == ["pull"]

    def test_is_nothing_where_all_are_there(self, run: Run, api: AdminApi, namespace: str) -> None:
        list_of(api, namespace, "pull")
        assert done(run("detach", "sa/default", "--all-missing")).endswith(": unchanged\n")

    def test_and_what_images_need_is_warned_of(
        self, run: Run, api: AdminApi, namespace: str
    ) -> None:
        list_of(api, namespace, "pull", "other")
        api.create(pod("demo"), namespace)
        outcome = run("detach", "sa/default", "pull")
        assert outcome.code is ExitCode.FINE
        assert outcome.err == (
            f"warning: {REGISTRY}/team/app is still needed, and only secret/pull serves it\n"
        )

    def test_is_not_guessed_where_secrets_cannot_be_read(
        self, as_user: AsUser, api: AdminApi, namespace: str
    ) -> None:
        list_of(api, namespace, "gone")
        rights = [may("get patch", "serviceaccounts"), may("list", "pods")]
        outcome = runner(as_user("blind", rights))("detach", "sa/default", "--all-missing")
        assert is_one_sentence(outcome), outcome.err
        assert "whether secret/gone is missing is not known" in outcome.err
        assert listed(api, "ServiceAccount", namespace, "default") == ["gone"]


def test_what_is_not_listed_is_unchanged(run: Run, api: AdminApi, namespace: str) -> None:
    list_of(api, namespace, "pull")
    where = path("ServiceAccount", namespace, "default")
    before = api.get(where)
    assert done(run("detach", "sa/default", "other")).endswith(": unchanged\n")
    assert api.get(where) == before


def test_which_one_has_to_be_said(run: Run) -> None:
    outcome = run("detach", "sa/default")
    assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
    assert outcome.err.splitlines()[0] == "error: sa/default: which secret?"
