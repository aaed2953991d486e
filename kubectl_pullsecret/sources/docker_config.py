"""A docker config file's bytes: the one that the user names, or where docker looks for it.

What the bytes mean is `credentials.read_docker_config`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.paths import read_bytes

_LOGIN = "log in first (docker login HOST), or name a file: --docker-config FILE"


class DockerConfigFile(NamedTuple):
    """A docker config as it was found. It does not print its content."""

    octets: bytes
    path: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}(path={self.path!r})"


def read_docker_config_file(
    path: str | None = None, *, environment: Mapping[str, str] | None = None
) -> DockerConfigFile:
    """Return the content of a docker config, and its path.

    Without a path it is `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`, as docker's own
    command line has it. Raises PullSecretError.
    """
    chosen = (
        path if path else default_docker_config(os.environ if environment is None else environment)
    )
    if os.path.isdir(chosen):
        chosen = os.path.join(chosen, "config.json")
    if not os.path.lexists(chosen):
        raise PullSecretError(f"there is no docker config {chosen}", remedy=_LOGIN)
    return DockerConfigFile(read_bytes(chosen), chosen)


def default_docker_config(environment: Mapping[str, str]) -> str:
    """Where docker's command line keeps its config (docker/cli, cli/config/config.go, Dir)."""
    folder = environment.get("DOCKER_CONFIG") or os.path.join(
        environment.get("HOME") or os.path.expanduser("~"), ".docker"
    )
    return os.path.join(folder, "config.json")
