"""Names from a kubeconfig and from a cluster: asked for in time, and in silence, or not at all.

Whatever goes wrong, there are no names: a shell has no place for an error. Nothing that could mean
more to a shell than itself is a name.
"""

from __future__ import annotations

from time import monotonic

from kubectl_pullsecret.completion.command_line import CommandLine

PATIENCE = 2.0  # seconds for all that a completion asks for
_FOR_CLUSTERS = 1.5  # seconds of these: a program that it starts has to be ended in time

TYPE_CHECKING = False  # without importing typing
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kubectl_pullsecret.completion.live import Cluster


def of_kubeconfig(line: CommandLine, kind: str) -> list[str]:
    """The contexts, clusters or users; no server is asked."""

    def find() -> Iterable[str]:
        from kubectl_pullsecret.completion import kubeconfigs

        return kubeconfigs.names(line, kind)

    return _in_time(find)


def namespaces(line: CommandLine, *, destination: bool = False) -> list[str]:
    """All of the cluster, or of the one where copies go."""
    return _of_cluster(line, lambda cluster: cluster.names("ns"), destination=destination)


def objects(line: CommandLine, kind: str) -> list[str]:
    """Those of a kind, by its short name, in the namespace that counts."""
    return _of_cluster(line, lambda cluster: cluster.names(kind))


def pull_secrets(line: CommandLine) -> list[str]:
    """Those of the types that pull secrets have."""
    return _of_cluster(line, lambda cluster: cluster.pull_secrets())


def listed(line: CommandLine, kind: str, name: str) -> list[str]:
    """The pull secrets that an object lists itself."""
    return _of_cluster(line, lambda cluster: cluster.listed(kind, name))


def _of_cluster(
    line: CommandLine, ask: Callable[[Cluster], Iterable[str]], *, destination: bool = False
) -> list[str]:
    if line.is_given("--filename"):
        return []  # the objects are in files, and a cluster's would mislead

    end = monotonic() + _FOR_CLUSTERS

    def find() -> Iterable[str]:
        from kubectl_pullsecret.completion import live

        with live.cluster(line, end, destination=destination) as cluster:
            return ask(cluster)

    return _in_time(find)


def _in_time(find: Callable[[], Iterable[str]]) -> list[str]:
    """What is found within the bound, whatever hangs: a lookup, a program, a server that trickles.

    What hangs goes on in a thread that ends with the process.
    """
    from kubectl_pullsecret.net.interruptible import Begun

    try:
        found = Begun(find).result(PATIENCE)
    except Exception:
        return []
    return sorted(dict.fromkeys(name for name in found if _is_harmless(name)))


def _is_harmless(name: str) -> bool:
    """Whether a shell takes it as it is, at the beginning of a word as well."""
    plain = all(letter.isalnum() or letter in "-._@:/+,=" for letter in name)
    return plain and name[:1] not in "-=:"  # a flag, zsh's `=ls`, a directive of kubectl's
