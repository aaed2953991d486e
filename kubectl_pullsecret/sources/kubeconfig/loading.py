"""Which kubeconfigs count, and what they say together. Source: client-go 0.34, tools/clientcmd.

The one place of this package that opens files: `read_file`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, cast

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.kubeconfig.entries import Cluster, Exec, Kubeconfig, User
from kubectl_pullsecret.sources.kubeconfig.reading import read_kubeconfig

MAX_BYTES = 8 * 1024 * 1024

ReadFile = Callable[[str], bytes]  # raises OSError, or PullSecretError if it is too large
_Entry = TypeVar("_Entry")


def load(explicit: str, environment: Mapping[str, str], read: ReadFile) -> Kubeconfig:
    """Read and merge the files; an explicit one stands alone and must exist.

    Raises PullSecretError at the first file that is there and cannot be used (loader.go, Load).
    """
    paths = [explicit] if explicit else default_paths(environment)
    found = [read_kubeconfig(raw, path) for path in paths if (raw := _content(path, read))]
    if explicit and not found:
        _content(explicit, read, must_exist=True)
    return with_resolved_paths(merged(found))


def default_paths(environment: Mapping[str, str]) -> list[str]:
    """The files of KUBECONFIG without doubles, else ~/.kube/config.

    KUBECONFIG that is empty counts as unset; one of separators only names no file at all
    (loader.go, NewDefaultClientConfigLoadingRules).
    """
    listed = environment.get("KUBECONFIG", "")
    if listed:
        return [path for path in dict.fromkeys(listed.split(os.pathsep)) if path]
    return [os.path.join(home(environment, windows=os.name == "nt"), ".kube", "config")]


def merged(configs: Iterable[Kubeconfig]) -> Kubeconfig:
    """Of each entry, and of current-context, the first counts; entries are never mixed."""
    configs = tuple(configs)
    chosen = (config.current_context for config in configs if config.current_context)
    return Kubeconfig(
        current_context=next(chosen, ""),
        clusters=_first(config.clusters for config in configs),
        users=_first(config.users for config in configs),
        contexts=_first(config.contexts for config in configs),
        files=tuple(file for config in configs for file in config.files),
    )


def with_resolved_paths(config: Kubeconfig) -> Kubeconfig:
    """Relative paths count from the folder of the file that has them (ResolveLocalPaths)."""
    return Kubeconfig(
        current_context=config.current_context,
        clusters={name: _resolved_cluster(one) for name, one in config.clusters.items()},
        users={name: _resolved_user(one) for name, one in config.users.items()},
        contexts=config.contexts,
        files=config.files,
    )


def read_file(path: str) -> bytes:
    """Return what a file holds. Raises OSError, or PullSecretError if it is far too large."""
    with open(path, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PullSecretError(f"{path} is larger than {MAX_BYTES // 2**20} MiB")
    return content


def reason(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in the system's words."""
    strerror = error.strerror if isinstance(error, OSError) else "its name holds a zero byte"
    return (strerror or type(error).__name__).lower()


def _content(path: str, read: ReadFile, *, must_exist: bool = False) -> bytes:
    """What a kubeconfig holds; nothing if it does not exist."""
    try:
        return read(path)
    except FileNotFoundError as error:
        if not must_exist:
            return b""
        why = reason(error)
    except (OSError, ValueError) as error:
        why = reason(error)
    raise PullSecretError(
        f"cannot read the kubeconfig {path}: {why}",
        remedy="name a file that can be read: --kubeconfig FILE, or KUBECONFIG",
    )


def home(environment: Mapping[str, str], *, windows: bool) -> str:
    """The folder that holds .kube (util/homedir/homedir.go).

    On Windows the first of several that has a kubeconfig, else the first that is set.
    """
    home = environment.get("HOME", "")
    if not windows:
        return home
    drive, path = environment.get("HOMEDRIVE", ""), environment.get("HOMEPATH", "")
    candidates = [home, drive + path if drive and path else "", environment.get("USERPROFILE", "")]
    folders = [folder for folder in candidates if folder]
    with_config = (one for one in folders if os.path.exists(os.path.join(one, ".kube", "config")))
    return next(with_config, folders[0] if folders else "")


def _first(tables: Iterable[Mapping[str, _Entry]]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for table in tables:
        for name, entry in table.items():
            entries.setdefault(name, entry)
    return entries


def _resolved_cluster(cluster: Cluster) -> Cluster:
    return cast(Cluster, _resolved(cluster, cluster["origin"], ("certificate-authority",)))


def _resolved_user(user: User) -> User:
    fields = ("client-certificate", "client-key", "tokenFile")
    resolved = cast(User, _resolved(user, user["origin"], fields))
    plugin = user.get("exec")
    if plugin and os.sep in plugin.get("command", ""):
        resolved["exec"] = cast(Exec, _resolved(plugin, user["origin"], ("command",)))
    return resolved


def _resolved(
    entry: Mapping[str, object], origin: str, fields: tuple[str, ...]
) -> dict[str, object]:
    folder = os.path.dirname(os.path.abspath(origin))
    paths = {field: cast(str, entry[field]) for field in fields if entry.get(field)}
    return dict(entry) | {
        field: os.path.normpath(os.path.join(folder, path))
        for field, path in paths.items()
        if not os.path.isabs(path)
    }
