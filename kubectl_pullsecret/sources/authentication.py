"""Runs the exec plugin of a connection: a program that prints credentials. Any failure ends here.

Source: client-go 0.34, plugin/pkg/client/auth/exec/exec.go, unless said otherwise.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import cast

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.connection import Connection, ExecPlugin, InteractiveMode, Tls
from kubectl_pullsecret.sources.kubeconfig.pem import InvalidPemError, certificates, private_key
from kubectl_pullsecret.sources.text_error import TextError
from kubectl_pullsecret.sources.yaml_text import limit_yaml, yaml_documents

MAX_OUTPUT = 1024 * 1024  # bytes; a token has a few thousand
_INFO = "KUBERNETES_EXEC_INFO"
_STRINGS = ("token", "clientCertificateData", "clientKeyData")
_TIME = r"[0-9-]{10}T[0-9:]{8}(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"


def authenticate(
    connection: Connection,
    environment: Mapping[str, str],
    *,
    stdin_is_terminal: bool,
    seconds: float | None = None,
) -> Connection:
    """Return the connection with the credentials of its exec plugin, and without the plugin.

    The plugin runs in the caller's folder; its error output is ours, and so is its standard input
    if it may ask the user. `stdin_is_terminal` is False too where this program reads its input
    there. Where it has only so many `seconds` it has no terminal either, and is killed after them.
    Raises PullSecretError.
    """
    plugin = connection.exec_plugin
    if plugin is None:
        return connection
    interactive = _is_interactive(plugin, stdin_is_terminal)
    variables = _environment(plugin, environment, interactive)
    output = _run(plugin, variables, environment, interactive, seconds)
    status = _status(plugin, _document(plugin, output))
    token, certificate, key = (cast(str, status.get(name) or "") for name in _STRINGS)
    tls = _with_pair(plugin, connection.tls, certificate, key) if certificate else connection.tls
    wanted = token and not connection.username  # a user name in the server's URL comes first
    return connection._replace(tls=tls, token=Masked(token) if wanted else None, exec_plugin=None)


def _is_interactive(plugin: ExecPlugin, stdin_is_terminal: bool) -> bool:
    """Whether the plugin gets our standard input (isInteractive)."""
    if plugin.interactive_mode is InteractiveMode.ALWAYS and not stdin_is_terminal:
        raise _failed(
            plugin,
            "must ask the user, but standard input is not a terminal",
            "run this in a terminal, or log in with the plugin first",
        )
    return stdin_is_terminal and plugin.interactive_mode is not InteractiveMode.NEVER


def _environment(
    plugin: ExecPlugin, environment: Mapping[str, str], interactive: bool
) -> dict[str, str]:
    spec: dict[str, object] = {"interactive": interactive}
    if plugin.cluster_info:
        spec["cluster"] = json.loads(plugin.cluster_info.reveal())
    info = {"kind": "ExecCredential", "apiVersion": plugin.api_version, "spec": spec}
    added = {name: value.reveal() for name, value in plugin.env}
    return {**environment, **added, _INFO: json.dumps(info)}


def _run(
    plugin: ExecPlugin,
    variables: Mapping[str, str],
    environment: Mapping[str, str],
    interactive: bool,
    seconds: float | None,
) -> bytes:
    """What the plugin prints."""
    argv = [_program(plugin, environment), *(argument.reveal() for argument in plugin.args)]
    try:
        process = subprocess.Popen(  # noqa: S603 - the program that the user's kubeconfig names
            argv,
            env=variables,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=seconds is not None,  # a group of its own, to be killed whole
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "its arguments cannot be passed on"
        raise _failed(plugin, f"cannot be started: {(why or '').lower()}") from None
    with process, _ending(process, seconds):
        assert process.stdout is not None
        try:
            output = process.stdout.read(MAX_OUTPUT + 1)
            if len(output) > MAX_OUTPUT:
                raise _failed(plugin, f"prints more than {MAX_OUTPUT // 2**20} MiB")
            code = process.wait()
        except BaseException:
            process.kill()
            raise
    if code:
        how = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        raise _failed(plugin, how, "its own messages stand above")
    return output


@contextmanager
def _ending(process: subprocess.Popen[bytes], seconds: float | None) -> Iterator[None]:
    """Meanwhile the process and its children have so many seconds to live; None: no bound."""
    if seconds is None:
        yield
        return
    from threading import Timer

    timer = Timer(max(0.0, seconds), _kill_all, [process])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and, where there are sessions, what it has started."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _program(plugin: ExecPlugin, environment: Mapping[str, str]) -> str:
    """The plugin's path. One that PATH finds in the current folder does not count (os/exec)."""
    import shutil

    found = shutil.which(plugin.command, path=environment.get("PATH", ""))
    if found is None or not os.path.isabs(found):
        raise _failed(plugin, "is not found", plugin.install_hint or "install it, or mend PATH")
    return found


def _document(plugin: ExecPlugin, output: bytes) -> Mapping[str, object]:
    """The object that the plugin prints, in JSON or YAML."""
    text = output.decode("utf-8", "replace")
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        found = _yaml(text)
    if not isinstance(found, dict):
        raise _failed(plugin, "does not print an ExecCredential")
    return found


def _yaml(text: str) -> object:
    try:
        limit_yaml(len(text))
        return next(yaml_documents(text, lambda _why, _at: None), None)
    except TextError:
        return None


def _status(plugin: ExecPlugin, document: Mapping[str, object]) -> Mapping[str, object]:
    version, kind = document.get("apiVersion"), document.get("kind") or "ExecCredential"
    if kind != "ExecCredential":
        raise _failed(plugin, "does not print an ExecCredential")
    if version != plugin.api_version:
        printed = version if isinstance(version, str) and version else "none"
        raise _failed(
            plugin,
            f"is to print apiVersion {plugin.api_version}, and prints {printed}",
            "set the other apiVersion in the kubeconfig, or update the plugin",
        )
    status = document.get("status")
    if not isinstance(status, dict):
        raise _failed(plugin, "prints no status")
    _check_status(plugin, status)
    return status


def _check_status(plugin: ExecPlugin, status: Mapping[str, object]) -> None:
    for name in (*_STRINGS, "expirationTimestamp"):
        if not isinstance(status.get(name), str | None):
            raise _failed(plugin, f"prints a status.{name} that is not a string")
    if not _is_time(cast(str, status.get("expirationTimestamp"))):
        raise _failed(plugin, "prints a status.expirationTimestamp that is not an RFC 3339 time")
    if not any(status.get(name) for name in _STRINGS):
        raise _failed(plugin, "prints neither a token nor a certificate with its key")
    if bool(status.get("clientCertificateData")) != bool(status.get("clientKeyData")):
        raise _failed(plugin, "prints only one of certificate and key")


def _is_time(written: str | None) -> bool:
    """Whether it is an RFC 3339 time or absent (apimachinery, metav1.Time)."""
    if written is None:
        return True
    if not re.fullmatch(_TIME, written):
        return False
    try:
        datetime.fromisoformat(written[:19])
    except ValueError:
        return False
    return True


def _with_pair(plugin: ExecPlugin, tls: Tls, certificate: str, key: str) -> Tls:
    try:
        return tls._replace(certificate=certificates(certificate), key=Masked(private_key(key)))
    except InvalidPemError as error:
        why = f"prints a certificate or key that cannot be used: {error}"
        raise _failed(plugin, why) from None


def _failed(plugin: ExecPlugin, why: str, remedy: str = "") -> PullSecretError:
    return PullSecretError(f"the exec plugin {plugin.command} {why}", remedy=remedy)
