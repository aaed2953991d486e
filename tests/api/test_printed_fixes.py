"""Every command that `doctor` prints is run as it is printed, by the real kubectl, and does it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path

import pytest

from kubectl_pullsecret.credentials import Payload, PullSecret, read_secret
from kubectl_pullsecret.credentials.keyring import Keyring
from kubectl_pullsecret.images import Reference
from tests.api.admin_api import AdminApi, Json, RefusedError, path
from tests.api.attaching import list_of, names_in, of_a_new_pod
from tests.api.conftest import CAPTURES
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS
from tests.api.objects import REGISTRY, failing_pod, pull_secret, workload
from tests.api.seeding import seed
from tests.cli.outside import invoke
from tests.programs.real import Programs

EXPECTED: dict[str, list[str]] = json.loads((CAPTURES / "expected.json").read_text())
PASSWORD = "correct horse battery staple"
PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Person:
    """Somebody with a shell, who pastes what is printed."""

    api: AdminApi
    kubeconfig: Path
    programs: str  # PATH

    def doctor(self, *args: str) -> list[Json]:
        """What is found now."""
        now = datetime.now(timezone.utc)
        flags = ("-o", "json", "--kubeconfig", str(self.kubeconfig))
        found: list[Json] = json.loads(invoke("doctor", *args, *flags, now=now).out)["items"]
        return found

    def run(self, fix: Json) -> None:
        """Run the command, with what it needs; meanwhile kubelets confirm the ends of pods."""
        argv = [word.replace("USER", "puller") for word in fix["argv"]]
        if "password" in fix["needs"]:
            argv.append("--docker-password-stdin")
        environment = {**os.environ, "PATH": self.programs, "KUBECONFIG": str(self.kubeconfig)}
        with ThreadPoolExecutor(1) as shell:
            running = shell.submit(
                subprocess.run,
                argv,
                input=PASSWORD,
                capture_output=True,
                text=True,
                env=environment,
                timeout=PATIENCE,
                check=False,
            )
            while not running.done():
                self._confirm_ends()
                time.sleep(0.05)
        ran = running.result()
        assert ran.returncode == 0, f"{shlex.join(argv)}: {ran.stderr}{ran.stdout}"
        assert PASSWORD not in ran.stdout + ran.stderr

    def _confirm_ends(self) -> None:
        for pod in self.api.get("/api/v1/pods")["items"]:
            metadata = pod["metadata"]
            if "deletionTimestamp" in metadata:
                try:
                    where = path("Pod", metadata["namespace"], metadata["name"])
                    self.api.delete(where, metadata["uid"])
                except RefusedError:
                    continue  # it is gone already; one of its name may be there


@pytest.fixture
def person(
    control_plane: ControlPlane, api: AdminApi, programs: Programs, tmp_path: Path
) -> Person:
    """An admin; `kubectl` finds the plugin where it was installed."""
    kubeconfig = control_plane.kubeconfig(
        tmp_path / "kubeconfig", control_plane.authority.client(ADMIN, ADMINS)
    )
    places = (str(programs.path("kubectl").parent), str(Path(sys.executable).parent))
    return Person(api, kubeconfig, os.pathsep.join(places))


@pytest.fixture(params=sorted(EXPECTED))
def captured(api: AdminApi, request: pytest.FixtureRequest) -> Iterator[str]:
    """The namespace of a capture that was put into the server."""
    recorded = json.loads((CAPTURES / request.param).read_text(encoding="utf-8"))
    runtime = request.param.partition("/")[0].replace(".", "-")
    (namespace,) = seed(api, recorded, suffix=f"-to-fix-{runtime}").namespaces.values()
    yield namespace
    api.remove_namespace(namespace)


def test_of_a_capture(person: Person, captured: str) -> None:
    ran: list[list[str]] = []
    for finding in person.doctor("-n", captured):
        commands = [fix for fix in finding["fixes"] if fix["argv"]]
        for fix in commands:
            if fix["argv"] not in ran:  # two pods may need the same secret
                run_and_check(person, fix)
                ran.append(fix["argv"])
        if commands:
            assert credentials_of_subject(person.api, finding), finding["message"]


def run_and_check(person: Person, fix: Json) -> None:
    """Run it, and look whether it did what it says."""
    before = State.of(person.api, fix)
    person.run(fix)
    CHECKS[fix["kind"]](before, State.of(person.api, fix), fix["argv"])


@dataclass(frozen=True)
class State:
    """What the command is about: the object that it names, in its namespace."""

    object: Json | None
    pods: dict[str, str]  # names by uid
    account: list[str]  # what a new pod gets of it

    @classmethod
    def of(cls, api: AdminApi, fix: Json) -> State:
        words = fix["argv"]
        namespace = words[words.index("-n") + 1]
        pods = api.get(path("Pod", namespace))["items"]
        return cls(
            _there(api, _place(words, namespace)),
            {one["metadata"]["uid"]: one["metadata"]["name"] for one in pods},
            of_a_new_pod(api, namespace) if words[3].startswith("sa/") else [],
        )

    @property
    def entries(self) -> dict[str, tuple[str, str]]:
        """User and password by registry key."""
        assert self.object is not None
        content = _content(self.object)
        assert isinstance(content, Payload), content
        return {one.key: (one.username, one.password.reveal()) for one in content.entries}


_KINDS = {
    "sa": "ServiceAccount",
    "pod": "Pod",
    "deploy": "Deployment",
    "deployment": "Deployment",
    "sts": "StatefulSet",
    "daemonset": "DaemonSet",
    "statefulset": "StatefulSet",
}


def _place(words: Sequence[str], namespace: str) -> str:
    """Where the object is that a command names."""
    if words[:4] == ["kubectl", "pullsecret", "copy", words[3]]:
        return path("Secret", words[words.index("--to-namespace") + 1], words[3])
    if words[2] == "create":
        return path("Secret", namespace, words[3])
    if words[1:3] == ["delete", "pod"]:
        return path("Pod", namespace, words[3])
    kind, _, name = words[3].partition("/")
    return path(_KINDS[kind], namespace, name)


def _there(api: AdminApi, where: str) -> Json | None:
    return api.get(where) if api.answers(where) else None


def _content(secret: Json) -> object:
    data = {key: b64decode(value) for key, value in secret["data"].items()}
    return read_secret(secret["type"], data)


def after_flag(words: Sequence[str], flag: str) -> str:
    return words[words.index(flag) + 1]


def created(before: State, after: State, words: Sequence[str]) -> None:
    """The registry's entry is the typed one; the others are as they were."""
    new = after.entries
    (key,) = (key for key, entry in new.items() if entry[1] == PASSWORD)
    assert new.pop(key)[0] == after_flag(words, "--docker-username").replace("USER", "puller")
    serves = Reference.parse(f"{after_flag(words, '--docker-server')}/team/app")
    assert _serves([after.object], serves.repository)
    if before.object is not None and isinstance(_content(before.object), Payload):
        kept = {name: entry for name, entry in before.entries.items() if name != key}
        assert new == kept
    assert ("--replace" in words) == (before.object is not None)


def rewrapped(before: State, after: State, words: Sequence[str]) -> None:
    """The new key is there, and in place of the old one, with something to send."""
    renames = [word for flag, word in pairwise(words) if flag == "--rename"]
    for old, _, new in (word.partition("=") for word in renames):
        assert old not in after.entries
        assert all(after.entries[new])
    assert all(map(all, after.entries.values()))
    assert ("--replace" in words) == (before.object is not None)


def attached(before: State, after: State, words: Sequence[str]) -> None:
    """All that was listed stays; all that is named is there, in another pod if it is recreated."""
    secrets = words[4 : words.index("-n")]
    assert after.object is not None
    assert before.object is not None
    old = names_in(before.object)
    assert names_in(after.object) == [*old, *(name for name in secrets if name not in old)]
    if "--recreate" in words:
        assert after.object["metadata"]["uid"] != before.object["metadata"]["uid"]
        assert _images(after.object) == _images(before.object)
    if words[3].startswith("sa/"):
        assert set(secrets) <= set(after.account)


def _images(pod: Json) -> list[str]:
    return [one["image"] for one in pod["spec"]["containers"]]


def copied(before: State, after: State, _: Sequence[str]) -> None:
    assert before.object is None
    assert after.entries


def restarted(before: State, after: State, words: Sequence[str]) -> None:
    """The pods that are named are gone, or the template is another one."""
    if words[1] == "delete":
        assert after.object is None
        assert not set(words[3 : words.index("-n")]) & set(after.pods.values())
    else:
        assert before.object is not None
        assert after.object is not None
        template = after.object["spec"]["template"]
        assert template != before.object["spec"]["template"]


CHECKS: dict[str, Callable[[State, State, Sequence[str]], None]] = {
    "Create": created,
    "Rewrap": rewrapped,
    "Attach": attached,
    "Copy": copied,
    "Restart": restarted,
}


def _serves(secrets: Sequence[Json | None], image: str) -> bool:
    """Whether the kubelet would find something to send for an image."""
    readable = [
        PullSecret(one["metadata"]["name"], content)
        for one in secrets
        if one is not None and isinstance(content := _content(one), Payload)
    ]
    return any(one.entry.usable for one in Keyring(readable).lookup(Reference.parse(image)))


def credentials_of_subject(api: AdminApi, finding: Json) -> bool:
    """Whether the finding's pod, or the next one of its owner, has something to send."""
    subject = finding["subject"]
    namespace = subject["namespace"]
    found = api.get(path(subject["kind"], namespace, subject["name"]))
    listed = names_in(found) or of_a_new_pod(api, namespace)
    image = finding["image"] or _images(found)[0]
    return _serves([_there(api, path("Secret", namespace, name)) for name in listed], image)


class TestOf:
    """Findings that no capture has."""

    def run_all(self, person: Person, namespace: str, *expected: str) -> None:
        """The commands that are printed, which begin so."""
        ran = []
        for finding in person.doctor("-n", namespace):
            for fix in finding["fixes"]:
                if fix["argv"]:
                    run_and_check(person, fix)
                    ran.append(" ".join(fix["argv"]))
        assert all(line.startswith(word) for line, word in zip(ran, expected, strict=True)), ran

    def test_a_secret_that_another_namespace_has(
        self, person: Person, api: AdminApi, namespace: str
    ) -> None:
        other = f"{namespace}-b"
        api.create({"kind": "Namespace", "metadata": {"name": other}})
        try:
            api.create(pull_secret(namespace, REGISTRY), other)
            failing_pod(api, namespace, "demo", namespace)
            self.run_all(person, namespace, f"kubectl pullsecret copy {namespace} -n {other}")
        finally:
            api.remove_namespace(other)

    def test_a_deployment_without_the_secret_that_serves_it(
        self, person: Person, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        web = api.create(workload("Deployment", "web"), namespace)
        failing_pod(api, namespace, "web-1", owner=web)
        self.run_all(person, namespace, "kubectl pullsecret attach deploy/web pull")

    def test_a_helm_chart_s_deployment_without_it(
        self, person: Person, api: AdminApi, namespace: str
    ) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        helm = workload("Deployment", "web")
        helm["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
        failing_pod(api, namespace, "web-1", owner=api.create(helm, namespace))
        self.run_all(person, namespace, "kubectl pullsecret attach sa/default pull")

    @pytest.mark.parametrize(
        ("kind", "command"),
        [
            ("Deployment", "kubectl rollout restart deployment/web"),
            ("DaemonSet", "kubectl rollout restart daemonset/web"),
            ("StatefulSet", "kubectl delete pod web-1"),
            ("ReplicaSet", "kubectl delete pod web-1"),
        ],
    )
    def test_a_pod_older_than_its_account_s_list(
        self, person: Person, api: AdminApi, namespace: str, kind: str, command: str
    ) -> None:
        api.create(pull_secret("pull", REGISTRY), namespace)
        failing_pod(api, namespace, "web-1", owner=api.create(workload(kind, "web"), namespace))
        list_of(api, namespace, "pull")
        self.run_all(person, namespace, command)
