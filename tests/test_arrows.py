"""Who may import whom: the arrows of the layout, held by reading every import. Nothing is run.

A room is a module or package right below `kubectl_pullsecret`. Imports inside functions count too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = "kubectl_pullsecret"
ROOT = Path(__file__).parents[1] / PACKAGE

# A room, and what it may import: rooms, or one module of a room. A module with arrows of its own
# has a row of its own: of the changes, only their execution asks a server. The package itself holds
# only the version, which everybody may read.
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "": (),
    "errors": (),
    "images": (),
    "durations": (),
    "credentials": ("images", "errors"),
    "facts": ("credentials", "images", "errors"),
    "report": ("facts.answers", "facts.objects", "errors"),
    "net": ("credentials", "errors"),
    "sources": ("net", "facts", "credentials", "images", "errors"),
    "registry": ("net", "facts", "credentials", "images", "errors"),
    "diagnosis": ("report", "facts", "credentials", "images", "durations", "errors"),
    "changes": ("diagnosis", "report", "facts", "credentials", "images", "errors"),
    "changes.execution": ("sources.transport", "report", "facts", "credentials", "errors"),
    "changes.recreation": ("sources.transport", "facts", "errors"),
    "views": (
        "changes.copies",
        "changes.plan",
        "diagnosis",
        "report",
        "facts",
        "credentials",
        "images",
        "durations",
        "errors",
    ),
    "completion": ("sources", "net", "facts", "credentials", "errors"),
    "cli": (
        *("changes", "completion", "credentials"),
        "diagnosis",
        "durations",
        "errors",
        "facts",
        "images",
        "registry",
        "report",
        "sources",
        "views",
    ),
    "__main__": ("cli", "completion", "errors"),
}

# Pure rooms decide and calculate: they have no world. The list says what they may use, because a
# list of what they may not would forget something. A module that reads or writes is not for it.
IMPURE = ("changes.execution", "changes.holding", "changes.recreation")
PURE = ("changes", "credentials", "diagnosis", "durations", "errors", "facts", "images", "report")
PURE_MODULES = (
    "__future__",
    "abc",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "string",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
)
WORLD_BUILTINS = frozenset(("__import__", "breakpoint", "eval", "exec", "input", "open", "print"))

# Modules with a home, and the rooms or modules that are it. Anything else from outside the standard
# library is a dependency that nobody declared. importlib would hide an arrow from this test.
HOMES: Mapping[str, tuple[str, ...]] = {
    "click": ("cli", "__main__"),
    "importlib": ("cli",),
    "kubernetes": ("sources.kube",),
    "shtab": ("cli",),
    "urllib3": (
        "net",
        "registry.messages",
        "registry.origins",
        "registry.wire",
        "sources.kube",
        "sources.transport",
    ),
    "yaml": ("sources", "views"),
}

CLOCKS = frozenset(
    (
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "time.ctime",
        "time.gmtime",
        "time.localtime",
        "time.time",
        "time.time_ns",
    )
)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, in full: `from a.b import c` is `a.b.c`, known here as `name`."""

    target: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Module:
    """A module below the package: its dotted name without the package's own, and its syntax."""

    name: str
    is_package: bool
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[Import]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    yield Import(alias.name, bound, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                start = self._start(node)
                for alias in node.names:
                    yield Import(f"{start}.{alias.name}", alias.asname or alias.name, node.lineno)

    def _start(self, node: ast.ImportFrom) -> str:
        """The module that is imported from; a relative one counted from here."""
        if not node.level:
            return node.module or ""
        here = [PACKAGE, *self.name.split(".")] if self.name else [PACKAGE]
        above = here[: len(here) - node.level + self.is_package]
        return ".".join([*above, *([node.module] if node.module else [])])


def modules(root: Path) -> list[Module]:
    return [_module(root, path) for path in sorted(root.rglob("*.py"))]


def _module(root: Path, path: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, is_package, ast.parse(path.read_text(encoding="utf-8"), str(path)))


def complaints(root: Path) -> list[str]:
    """What stands against the arrows, one sentence each; empty is good."""
    known = modules(root)
    found = [
        f"{module.name or PACKAGE}:{line}: {what}"
        for module in known
        for line, what in (
            *_wrong_rooms(module),
            *_wrong_homes(module),
            *_impurities(module),
            *_clocks(module),
        )
    ]
    return found + _cycles(known)


def _inside(target: str) -> str | None:
    """A target below our package without its name; None for another's."""
    if target == PACKAGE:
        return ""
    return target.removeprefix(f"{PACKAGE}.") if target.startswith(f"{PACKAGE}.") else None


def _below(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def _resolved(target: str, names: frozenset[str]) -> str:
    """The module that a target of ours is, or is in; "" is the package itself."""
    while target and target not in names:
        target = target.rpartition(".")[0]
    return target


def _wrong_rooms(module: Module) -> Iterator[tuple[int, str]]:
    if module.room not in MAY_IMPORT:
        yield 1, f"{module.room} is a room that MAY_IMPORT does not know"
        return
    allowed = MAY_IMPORT.get(module.name, MAY_IMPORT[module.room])
    for imported in module.imports():
        target = _inside(imported.target)
        if not target or target.partition(".")[0] not in MAY_IMPORT:
            continue  # another's, or the package itself: its version
        if not _below(target, (module.room, *allowed)):
            yield imported.line, f"{module.room or PACKAGE} may not import {imported.target}"


def _wrong_homes(module: Module) -> Iterator[tuple[int, str]]:
    for imported in module.imports():
        if _inside(imported.target) is not None:
            continue
        top = imported.target.partition(".")[0]
        if top in HOMES and not _below(module.name, HOMES[top]):
            yield imported.line, f"{top} is imported only in {', '.join(HOMES[top])}"
        elif top not in HOMES and top not in sys.stdlib_module_names:
            yield imported.line, f"{top} is not a dependency of ours"


def _impurities(module: Module) -> Iterator[tuple[int, str]]:
    if module.room not in PURE or module.name in IMPURE:
        return
    for imported in module.imports():
        if _inside(imported.target) is None and not _below(imported.target, PURE_MODULES):
            yield imported.line, f"{module.room} is pure and may not use {imported.target}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id in WORLD_BUILTINS:
            yield node.lineno, f"{module.room} is pure and may not use {node.id}()"


def _clocks(module: Module) -> Iterator[tuple[int, str]]:
    if module.room in ("cli", "completion"):  # both are where the program is entered
        return
    homes = {imported.name: imported for imported in module.imports()}
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            name, _, rest = ast.unparse(node).partition(".")
            start = homes[name].target if name in homes else name
            if f"{start}.{rest}".rstrip(".") in CLOCKS:
                yield node.lineno, f"only cli asks the clock; give `now` instead of {name}.{rest}"


def _cycles(known: list[Module]) -> list[str]:
    """The first circle of modules, if there is one. A package and its own modules count."""
    names = frozenset(module.name for module in known)
    graph = {
        module.name: {
            _resolved(target, names)
            for imported in module.imports()
            if (target := _inside(imported.target)) is not None
        }
        - {module.name}
        for module in known
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["a circle of imports: " + " <- ".join(name or PACKAGE for name in error.args[1])]
    return []


def test_the_package_keeps_its_arrows() -> None:
    assert complaints(ROOT) == []


def test_the_table_of_rooms_has_no_circle() -> None:
    TopologicalSorter(
        {room: {target.partition(".")[0] for target in may} for room, may in MAY_IMPORT.items()}
    ).prepare()


OURS = f"from {PACKAGE}"


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("views/text.py", f"{OURS}.sources.files import read", "views may not import"),
        ("views/text.py", f"{OURS} import cli", "views may not import"),
        ("views/text.py", f"{OURS}.report import Report", None),
        ("views/text.py", "from ..cli import main", "views may not import"),
        ("sources/files.py", f"import {PACKAGE}.diagnosis", "sources may not import"),
        ("facts/objects.py", f"def f():\n    {OURS}.report import Report", "facts may not import"),
        ("report.py", f"{OURS}.facts.objects import ObjectRef", None),
        ("report.py", f"{OURS}.facts.snapshot import Sight", "report may not import"),
        ("cli/main.py", f"{OURS}.sources import files", None),
        ("cli/main.py", f"{OURS} import __version__", None),
        ("cli/main.py", f"import {PACKAGE}", None),
        ("tricks.py", "", "a room that MAY_IMPORT does not know"),
        ("images.py", "import os", "pure and may not use os"),
        ("images.py", "from urllib import request", "pure and may not use urllib.request"),
        ("images.py", "from urllib.parse import quote", None),
        ("facts/objects.py", "import importlib", "imported only in cli"),
        ("diagnosis/rules.py", "text = open('x').read()", "pure and may not use open()"),
        ("sources/live.py", "import kubernetes.client", "imported only in sources.kube"),
        ("sources/kube.py", "import kubernetes.client", None),
        ("diagnosis/rules.py", "import click", "imported only in cli"),
        ("cli/main.py", "import attrs", "not a dependency of ours"),
        ("sources/live.py", "from time import time\nt = time()", "only cli asks the clock"),
        ("sources/live.py", "import time\nt = time.time", "only cli asks the clock"),
        ("facts/a.py", "import datetime as d\nt = d.datetime.now()", "only cli asks the clock"),
        ("facts/a.py", "from datetime import datetime\nt = datetime.now()", "only cli asks"),
        ("facts/a.py", "from datetime import datetime\nt = datetime(2026, 1, 1)", None),
        ("cli/clock.py", "from datetime import datetime\nt = datetime.now()", None),
    ],
)
def test_the_checker_sees(tmp_path: Path, path: str, source: str, complaint: str | None) -> None:
    for name in ("__init__", "cli/__init__", "sources/__init__", "sources/files", path[:-3]):
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(source if f"{name}.py" == path else "", encoding="utf-8")
    found = complaints(tmp_path)
    assert found == [] if complaint is None else any(complaint in line for line in found), found


@pytest.mark.parametrize(
    "sources",
    [
        {"facts/__init__": f"{OURS}.facts.a import A", "facts/a": f"{OURS}.facts import B"},
        {"facts/a": "from . import b", "facts/b": "from .a import A"},
    ],
    ids=["a package and its module", "two modules"],
)
def test_the_checker_sees_a_circle(tmp_path: Path, sources: Mapping[str, str]) -> None:
    (tmp_path / "facts").mkdir()
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    assert any("circle" in line for line in complaints(tmp_path))
