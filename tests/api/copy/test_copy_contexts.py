"""`copy --to-context`: the origin is read as one user, the copies are written as another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.api.access import grant, may
from tests.api.admin_api import AdminApi, Json, path
from tests.api.conftest import AsUser
from tests.api.control_plane import ControlPlane
from tests.api.copy.copies import (
    Copy,
    Places,
    error_of,
    secret,
    there,
)
from tests.cli.outside import invoke


class TestAnotherContext:
    """Of the same server: its user may write and read in two namespaces, but not in the first."""

    @pytest.fixture
    def contexts(
        self, kubeconfig: Path, as_user: AsUser, api: AdminApi, places: Places
    ) -> tuple[Path, str]:
        """A kubeconfig whose other context is a user's who may write in one place; and that."""
        (place,) = places("far")
        other = json.loads(as_user("far", [may("create", "configmaps")]).read_text())
        grant(api, "far", [may("get create patch", "secrets")], place)
        content = json.loads(kubeconfig.read_text())
        content["users"].append({"name": "far", "user": other["users"][0]["user"]})
        content["contexts"].append({"name": "far", "context": {"cluster": "test", "user": "far"}})
        kubeconfig.write_text(json.dumps(content))
        return kubeconfig, place

    def test_is_who_writes(
        self,
        contexts: tuple[Path, str],
        api: AdminApi,
        namespace: str,
        origin: Json,
        control_plane: ControlPlane,
    ) -> None:
        kubeconfig, place = contexts
        mark = control_plane.mark()
        args = ("--to-context", "far", "--to-namespace", place, "--kubeconfig", str(kubeconfig))
        outcome = invoke("copy", "pull", *args)
        assert (outcome.code, outcome.err) == (ExitCode.FINE, "")
        assert secret(api, place)["data"] == origin["data"]
        asked = [(one.user, one.verb) for one in control_plane.requests_since(mark)]
        assert sorted(set(asked)) == [("admin", "get"), ("far", "create"), ("far", "get")]
        origins = [one for one in control_plane.requests_since(mark) if one.user == "admin"]
        assert [one.uri for one in origins] == [path("Secret", namespace, "pull")]

    def test_keeps_no_flag_of_the_source_s(
        self, contexts: tuple[Path, str], api: AdminApi, origin: Json, control_plane: ControlPlane
    ) -> None:
        assert origin
        kubeconfig, place = contexts
        flags = (
            "--user",
            "test",
            "--server",
            control_plane.server.replace("127.0.0.1", "localhost"),
        )
        args = ("--to-context", "far", "--to-namespace", place, "--kubeconfig", str(kubeconfig))
        mark = control_plane.mark()
        outcome = invoke("copy", "pull", *args, *flags)
        assert outcome.code is ExitCode.FINE, outcome.err
        users = {one.user for one in control_plane.requests_since(mark) if one.verb == "create"}
        assert users == {"far"}
        assert there(api, place)

    def test_gets_it_into_a_namespace_of_the_same_name(
        self, contexts: tuple[Path, str], namespace: str, origin: Json
    ) -> None:
        """Here it is the same server, so that the name is taken: by the origin itself."""
        assert origin
        kubeconfig, _ = contexts
        args = ("--to-context", "test", "--kubeconfig", str(kubeconfig))
        outcome = invoke("copy", "pull", *args)
        assert outcome.code is ExitCode.FAILED
        assert f"secret/pull in {namespace} is what is to be copied" in outcome.err

    def test_that_is_not_there_changes_nothing(self, copy: Copy, origin: Json) -> None:
        assert origin
        outcome = copy("--to-context", "nowhere")
        assert outcome.code is ExitCode.FAILED
        assert 'there is no context "nowhere"' in error_of(outcome)
