"""What a start imports: a list of what it may, for each kind of command, so that it stays quick.

Only packages count, without their underscored parts: what a module of the standard library imports
itself differs with its version, and is not ours to list.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kubeconfig import kubeconfig
from tests.net.scripted import Reply, scripted

ROOT = Path(__file__).parents[1]
# Prints the packages that a command imports, after those that Python has imported by itself.
PROGRAM = """
import sys
before = set(sys.modules)
{statement}
found = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(" ".join(sorted(found)), file=sys.stderr)
"""
RUN = """from kubectl_pullsecret.__main__ import main
sys.argv[1:] = {arguments!r}
assert main() in (0, 1)"""


def packages(names: str) -> frozenset[str]:
    """The packages of a text, separated by white space."""
    return frozenset(names.split())


# click itself, and what Python's own modules need of one another.
CLICK = packages(
    """annotationlib ast click collections contextlib copy copyreg dataclasses datetime dis enum
    errno fcntl functools gc gettext importlib inspect itertools keyword linecache locale math
    opcode operator platform re reprlib select selectors signal sre_compile sre_constants sre_parse
    subprocess textwrap threading token tokenize types typing uuid warnings weakref"""
)
JSON = packages("base64 binascii json struct zlib")
PURE = packages("bisect difflib fractions hashlib heapq ipaddress string unicodedata")
DIAGNOSIS = JSON | PURE
# What urllib3 brings: TLS, http.client, the parts of email that this needs, importlib.metadata.
SERVER = DIAGNOSIS | packages(
    """array atexit bz2 calendar compression csv email encodings fnmatch glob grp hmac http logging
    lzma mimetypes ntpath pathlib queue quopri random secrets shutil socket ssl stringprep tempfile
    traceback urllib urllib3 uu zipfile"""
)


def imported(statement: str, **environment: str) -> frozenset[str]:
    """The packages that a statement imports in a new process, ours and underscored ones aside."""
    run = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM.format(statement=statement)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = frozenset(run.stderr.splitlines()[-1].split())
    assert "kubectl_pullsecret" in found
    return frozenset(name for name in found - {"kubectl_pullsecret"} if not name.startswith("_"))


def of_command(*arguments: str, **environment: str) -> frozenset[str]:
    return imported(RUN.format(arguments=list(arguments)), **environment)


@pytest.mark.parametrize(
    ("command", "also"),
    [
        (("--help",), frozenset[str]()),
        (("doctor", "--help"), JSON),
        (("version", "--client"), JSON),
        (("explain", "SecretMalformed"), DIAGNOSIS),
        (("match", "nginx"), DIAGNOSIS),
        (("doctor", "-f", "examples/recorded-cluster.json"), DIAGNOSIS),
    ],
    ids=" ".join,
)
def test_a_start_without_a_network_imports_click_and_what_its_work_needs(
    command: tuple[str, ...], also: frozenset[str]
) -> None:
    assert of_command(*command) - CLICK - also == frozenset()


def test_a_command_that_asks_a_server_adds_urllib3_and_never_the_kubernetes_package(
    kubeconfig_of_nobody_s_cluster: str,
) -> None:
    found = of_command("list", "-n", "team", KUBECONFIG=kubeconfig_of_nobody_s_cluster)
    assert "urllib3" in found
    assert found - CLICK - SERVER == frozenset()


def test_the_library_needs_no_dependency() -> None:
    found = imported("import kubectl_pullsecret.credentials, kubectl_pullsecret.diagnosis")
    assert found - (CLICK - {"click"}) - DIAGNOSIS == frozenset()


@pytest.fixture
def kubeconfig_of_nobody_s_cluster(tmp_path: Path) -> Iterator[str]:
    """A cluster without objects, in JSON, which needs no YAML parser."""
    with scripted(lambda _: Reply({"kind": "List", "metadata": {}, "items": []})) as server:
        yield kubeconfig(tmp_path / "kubeconfig", server=server.url)
