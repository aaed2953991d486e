"""Live names in real shells: through shtab's scripts, and through kubectl's own completion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.completion.shells import KINDS, Kind, Shell, shell
from tests.programs.debian import need
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("objects")


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def asked(
    request: pytest.FixtureRequest, tmp_path: Path, folder: Path, kubectl: Path, kubeconfig: Path
) -> Iterator[Shell]:
    """A shell that has loaded both scripts."""
    kind: Kind = request.param
    need(request.config, *kind.packages)
    (folder / "kubectl").symlink_to(kubectl)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "KUBECONFIG": str(kubeconfig)}
    scripts = [f"{one} completion {kind.name}" for one in ("kubectl-pullsecret", "kubectl")]
    with shell(kind, tmp_path, environment, *scripts) as running:
        yield running


@pytest.mark.parametrize("program", ["kubectl-pullsecret", "kubectl pullsecret"])
def test_tab_asks_the_cluster(asked: Shell, program: str, namespace: str) -> None:
    for typed, line in (
        ("att", "attach "),
        ("doctor pod/", "doctor pod/web-0 "),
        ("doctor pod we", "doctor pod web-0 "),
        ("attach sa/rob", "attach sa/robot "),
        ("attach sa/robot reg", "attach sa/robot regcred "),
        ("detach deploy/shop go", "detach deploy/shop gone "),
        ("attach dep", "attach deploy/"),
        ("inspect reg", "inspect regcred "),
        ("doctor --context ", "doctor --context test "),
        ("doctor --context=t", "doctor --context=test "),
        (f"doctor -n {namespace[:-1]}", f"doctor -n {namespace} "),
        (f"doctor -n {namespace} pod/", f"doctor -n {namespace} pod/web-0 "),
        ("doctor -n default pod/", "doctor -n default pod/"),
    ):
        assert asked.completed(f"{program} {typed}") == f"{program} {line}"
    several = asked.completed(f"{program} copy x --to-namespace default,{namespace[:-1]}")
    unquoted = several.replace("\\", "")  # kubectl's script for bash quotes the comma
    assert unquoted == f"{program} copy x --to-namespace default,{namespace} "
    eventually(lambda: "ancient" in asked.listed(f"{program} inspect "))
    assert "regular" not in asked.listed(f"{program} inspect ")
