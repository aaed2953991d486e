"""A real API server for tests, and what each test has in it for itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from tests.api.access import grant
from tests.api.admin_api import AdminApi, Json, path
from tests.api.control_plane import ControlPlane
from tests.api.control_plane import control_plane as a_control_plane
from tests.api.identities import ADMIN, ADMINS
from tests.api.seeding import Seeded, seed
from tests.programs.missing import MissingError
from tests.programs.real import Programs
from tests.waiting import eventually

CAPTURES = Path(__file__).parents[1] / "data" / "captures"

_numbers = count(1)

# as_user("dev", [may("get", "pods")], cluster=[may("list", "namespaces")])
AsUser = Callable[..., Path]


@pytest.fixture(scope="session")
def control_plane(programs: Programs) -> Iterator[ControlPlane]:
    """One for the whole run, started for the first test that asks for it."""
    try:
        with a_control_plane(programs) as plane:
            yield plane
    except MissingError as missing:
        pytest.skip(f"the API server's tests need {missing}")


@pytest.fixture
def api(control_plane: ControlPlane) -> AdminApi:
    """The test's own way to the server; what it asks is not audited."""
    return control_plane.api


@pytest.fixture(scope="module")
def controllers(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """The same server with kube-controller-manager, while the tests of one file run."""
    try:
        control_plane.start_controllers()
    except MissingError as missing:
        pytest.skip(f"the tests of owners need {missing}")
    yield control_plane
    control_plane.stop_controllers()


@pytest.fixture
def namespace(control_plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[str]:
    """Fresh, with the account "default" that a pod needs; removed with what is in it."""
    api = control_plane.api
    test = re.sub(r"[^a-z0-9]+", "-", request.node.originalname.lower()).strip("-")
    name = f"{test[:50].strip('-')}-{next(_numbers)}"
    api.create({"kind": "Namespace", "metadata": {"name": name}})
    if control_plane.has_controllers:
        eventually(lambda: api.answers(path("ServiceAccount", name, "default")))
    else:
        api.create({"kind": "ServiceAccount", "metadata": {"name": "default"}}, name)
    yield name
    api.remove_namespace(name)


@pytest.fixture
def kubeconfig(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> Path:
    """An admin's, with the fresh namespace."""
    identity = control_plane.authority.client(ADMIN, ADMINS)
    return control_plane.kubeconfig(tmp_path / "admin.kubeconfig", identity, namespace)


@pytest.fixture
def as_user(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> Iterator[AsUser]:
    """Makes kubeconfigs of users who may do just this in the fresh namespace or the cluster."""
    api, clusterwide = control_plane.api, []

    def as_user(user: str, rules: list[Json], *, cluster: list[Json] | None = None) -> Path:
        grant(api, user, rules, namespace)
        if cluster:
            clusterwide.append(user)
            grant(api, user, cluster, "")
        identity = control_plane.authority.client(user)
        return control_plane.kubeconfig(tmp_path / f"{user}.kubeconfig", identity, namespace)

    yield as_user
    for user in clusterwide:
        for kind in ("ClusterRoleBinding", "ClusterRole"):
            api.delete(path(kind, "", f"of-{user}"))


@pytest.fixture(scope="session")
def seeded(control_plane: ControlPlane) -> Callable[[str], Seeded]:
    """Puts a capture ("containerd-2.2/secret-missing.json") into the server, once in a run."""

    @cache
    def seeded(capture: str) -> Seeded:
        recorded = json.loads((CAPTURES / capture).read_text(encoding="utf-8"))
        runtime = capture.partition("/")[0].replace(".", "-")
        return seed(control_plane.api, recorded, suffix=f"-{runtime}")

    return seeded
