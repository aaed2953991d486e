"""What `-f` names, read into a Snapshot; what could not be read is said once, on stderr."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_pullsecret.cli.console import Console
from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.sources.files import Observed, read_files

_KINDS = (
    "pods,serviceaccounts,secrets,events,"
    "deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs"
)


def read_input(
    console: Console, filenames: Sequence[str], *, recursive: bool, namespace: str | None
) -> Observed:
    """Read the files of `-f`; warn of every problem in them.

    `namespace` is where objects without one are, `default` if it is None. A command whose input had
    problems ends with `worst(…)`, so that they are not taken for a clean bill.

    Raises:
        PullSecretError: no `-f` was given (exit 2), or nothing could be read (3).
    """
    if not filenames:
        raise _no_input(namespace)
    observed = read_files(
        filenames,
        stdin=console.stdin,
        recursive=recursive,
        default_namespace=namespace or "default",
    )
    for problem in observed.problems:
        console.warn(problem)
    return observed


def worst(code: ExitCode, observed: Observed) -> ExitCode:
    """Return the exit code with the input's problems: INCOMPLETE unless something is worse."""
    return ExitCode.INCOMPLETE if observed.problems and code is ExitCode.FINE else code


def _no_input(namespace: str | None) -> PullSecretError:
    where = f"-n {namespace}" if namespace else "-A"
    return PullSecretError(
        "give the objects to look at with -f: a file, a folder, or - for stdin",
        remedy=f"this makes one: kubectl get {_KINDS} {where} -o json > dump.json",
        exit_code=ExitCode.USAGE,
    )
