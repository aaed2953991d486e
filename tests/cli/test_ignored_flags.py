"""Flags that would do nothing are wrong usage: nobody believes that they have done something."""

from __future__ import annotations

import pytest

from kubectl_pullsecret.errors import ExitCode
from tests.cli.outside import invoke

LOCAL = ("-f", "-", "--local")
NO_CLUSTER = "needs a cluster, and --local asks none"
NO_WAIT = "--timeout is how long --wait waits"
DRY_WAIT = "--wait waits for new pods, and --dry-run makes none"
REFUSALS = [
    ("attach", ("--wait", *LOCAL), f"--wait {NO_CLUSTER}", "leave out --wait"),
    ("attach", ("--wait", "--timeout=5s", *LOCAL), f"--wait {NO_CLUSTER}", "leave out --wait"),
    ("attach", ("--timeout=5s", *LOCAL), NO_WAIT, "add --wait"),
    ("attach", ("--restart", *LOCAL), f"--restart {NO_CLUSTER}", "leave out --restart"),
    ("attach", ("--recreate", *LOCAL), f"--recreate {NO_CLUSTER}", "leave out --recreate"),
    ("detach", ("--recreate", *LOCAL), f"--recreate {NO_CLUSTER}", "leave out --recreate"),
    *(
        (
            command,
            ("--dry-run=server", *LOCAL),
            f"--dry-run=server {NO_CLUSTER}",
            "leave out --dry-run=server",
        )
        for command in ("attach", "detach")
    ),
    ("attach", ("--timeout=0",), NO_WAIT, "add --wait"),
    ("attach", ("--wait", "--dry-run=client"), DRY_WAIT, "omit one"),
    ("attach", ("--wait", "--dry-run=server"), DRY_WAIT, "omit one"),
]


@pytest.mark.parametrize(
    ("command", "flags", "says", "remedy"),
    REFUSALS,
    ids=[" ".join((command, *flags)) for command, flags, *_ in REFUSALS],
)
def test_a_flag_that_would_do_nothing_is_wrong_usage(
    command: str, flags: tuple[str, ...], says: str, remedy: str
) -> None:
    done = invoke(command, "sa/default", "pull", *flags)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert done.err == f"error: {says}\n{remedy}\n"


ACCOUNT = b"""apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: default}
"""


@pytest.mark.parametrize("dry_run", ["none", "client"])
def test_a_dry_run_of_the_client_is_what_local_is_anyway(dry_run: str) -> None:
    flags = (f"--dry-run={dry_run}", "--force", *LOCAL)
    done = invoke("attach", "sa/default", "pull", *flags, stdin=ACCOUNT)
    assert done.code is ExitCode.FINE, done.err
    assert "name: pull" in done.out
