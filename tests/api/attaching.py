"""What the tests of `attach` and `detach` have in common: the command, and what it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kubectl_pullsecret.errors import ExitCode
from tests.api.admin_api import AdminApi, Json, path
from tests.api.between import GoBetween, go_between
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import pod_spec
from tests.cli.outside import Outcome, invoke

Run = Callable[..., Outcome]

# Where each kind has its list.
PLACES = {
    "ServiceAccount": (),
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
TEMPLATE = ("spec", "template", "spec")


def runner(kubeconfig: Path) -> Run:
    """Runs a command now, as whom the kubeconfig says."""

    def run(*args: str, stdin: bytes = b"") -> Outcome:
        now = datetime.now(timezone.utc)
        return invoke(*args, "--kubeconfig", str(kubeconfig), stdin=stdin, now=now)

    return run


@contextmanager
def admin_between(control_plane: ControlPlane) -> Iterator[GoBetween]:
    """What goes through it, an admin asks."""
    authority = control_plane.authority
    tls = authority.tls(authority.client(ADMIN, ADMINS))
    with go_between(control_plane.server, tls) as running:
        yield running


def runner_through(between: GoBetween, kubeconfig: Path) -> Run:
    """Runs a command whose requests go through the go-between."""

    def run(*args: str) -> Outcome:
        flags = ("-s", between.url, "--kubeconfig", str(kubeconfig))
        now = datetime.now(timezone.utc)
        return between.errands.during(lambda: invoke(*args, *flags, now=now))

    return run


def done(outcome: Outcome) -> str:
    """What a command wrote that has done what it was told."""
    assert outcome.code is ExitCode.FINE, outcome.err + outcome.out
    return outcome.out


def document(outcome: Outcome) -> dict[str, Any]:
    """The ChangeReport of a command with -o json."""
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def names_in(item: Json) -> list[str]:
    """An object's list of pull secrets, "" for a reference without a name."""
    found: Any = item
    for key in PLACES.get(item["kind"], TEMPLATE):
        found = found[key]
    return [one.get("name", "") for one in found.get("imagePullSecrets") or []]


def listed(api: AdminApi, kind: str, namespace: str, name: str) -> list[str]:
    """The same of an object of the server."""
    return names_in(api.get(path(kind, namespace, name)))


def list_of(api: AdminApi, namespace: str, *names: str, account: str = "default") -> None:
    """Gives the account this list, as it is written elsewhere."""
    references = [{"name": name} if name else {} for name in names]
    api.patch(path("ServiceAccount", namespace, account), {"imagePullSecrets": references})


def of_a_new_pod(api: AdminApi, namespace: str, account: str = "default") -> list[str]:
    """The secrets that the server would give to a pod without a list of its own."""
    spec = {**pod_spec(), "serviceAccountName": account}
    made = {"kind": "Pod", "metadata": {"generateName": "dry-"}, "spec": spec}
    return names_in(api.request("POST", f"{path('Pod', namespace)}?dryRun=All", made))


def written_by_people(item: Json) -> Json:
    """The object without what every write changes in it, and without its status."""
    counted = ("managedFields", "resourceVersion", "generation")
    metadata = {key: value for key, value in item["metadata"].items() if key not in counted}
    annotations = dict(metadata.get("annotations", {}))
    annotations.pop("deprecated.daemonset.template.generation", None)
    return {**item, "metadata": metadata | {"annotations": annotations}, "status": None}
