"""How the package is written, where ruff has no rule for it. CONTRIBUTING.md gives the reasons."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

import kubectl_pullsecret

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kubectl_pullsecret"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = [
    *MODULES,
    *(path for name in ("krew", "tests") for path in sorted((ROOT / name).rglob("*.py"))),
]

LONGEST_FUNCTION = 40  # lines, with its docstring and without its decorators
LONGEST_FILE = 350
GENERATED = {PACKAGE / "completion" / "table.py"}  # grows with the commands; nobody reads it
MAY_WRITE = ("cli", "completion", "views", "__main__.py")

# A waiver with its codes; what is left of the comment is the reason.
WAIVER = re.compile(
    r"""\#\s*(?:
      (?:ruff:\s*)?noqa (?:\s*:\s*[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)?
    | type:\s*ignore (?:\[[^]]*\])?
    | pragma:\s*no\s*(?:cover|branch)
    | mypy:\s*[\w=-]+
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def long_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines"


def writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a module writes to the terminal: print, sys.stdout, sys.stderr."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "print":
            yield node.lineno, "print"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr"}:
            yield node.lineno, ast.unparse(node)


def unreasoned_waivers(text: str) -> Iterator[tuple[int, str]]:
    """Waivers without a reason on their line."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        waived = token.type == tokenize.COMMENT and WAIVER.search(token.string)
        if waived and not re.search(r"\w\w", WAIVER.sub("", token.string)):
            yield token.start[0], token.string


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [place(path, 1) for path in MODULES if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_functions_are_short() -> None:
    found = [
        f"{place(path, line)}: {what}"
        for path in MODULES
        for line, what in long_functions(parsed(path))
    ]
    assert found == []


def test_files_are_short() -> None:
    written = set(MODULES) - GENERATED
    assert len(written) == len(MODULES) - len(GENERATED)
    lengths = {path: len(text(path).splitlines()) for path in sorted(written)}
    assert [place(path, length) for path, length in lengths.items() if length > LONGEST_FILE] == []


def test_only_the_command_line_and_the_views_write_to_the_terminal() -> None:
    found = [
        f"{place(path, line)}: {what}"
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] not in MAY_WRITE
        for line, what in writes(parsed(path))
    ]
    assert found == []


def test_every_waiver_has_its_reason_beside_it() -> None:
    found = [
        f"{place(path, line)}: {comment}"
        for path in SOURCES
        for line, comment in unreasoned_waivers(text(path))
    ]
    assert found == []


def test_the_version_stands_in_one_place() -> None:
    found = [path for path in MODULES if re.search(r"__version__\s*=", text(path))]
    assert found == [PACKAGE / "__init__.py"]
    assert not re.search(r"(?m)^version\s*=", text(ROOT / "pyproject.toml"))
    assert version("kubectl-pullsecret") == kubectl_pullsecret.__version__


@pytest.mark.parametrize(
    ("comment", "fine"),
    [
        ("# noqa: S311 - the same dump each time", True),
        ("# noqa: S311  # the same dump each time", True),
        ("# noqa: PT017, S311 (a law about both outcomes)", True),
        ("# type: ignore[arg-type]  # replace() is not typed by field", True),
        ("# pragma: no cover - only on Windows", True),
        ("# nothing is waived here", True),
        ("# noqa", False),
        ("# noqa: S311", False),
        ("# noqa: PT017, S311", False),
        ("# noqa: PT017,S311", False),
        ("# noqa:S311", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# type: ignore[arg-type, no-any-return]", False),
        ("# type:ignore[arg-type]  #", False),
        ("# pragma: no cover", False),
        ("# ruff: noqa: E501", False),
        ("# mypy: ignore-errors", False),
    ],
)
def test_a_waiver_without_a_reason_is_seen(comment: str, fine: bool) -> None:
    assert list(unreasoned_waivers(f"x = 1  {comment}\n")) == ([] if fine else [(1, comment)])


@pytest.mark.parametrize(
    ("lines", "fine"), [(LONGEST_FUNCTION, True), (LONGEST_FUNCTION + 1, False)]
)
def test_a_long_function_is_seen(lines: int, fine: bool) -> None:
    tree = ast.parse("@decorated\ndef f():\n" + "    pass\n" * (lines - 1))
    assert (list(long_functions(tree)) == []) is fine


@pytest.mark.parametrize("source", ["print('x')", "import sys\nsys.stderr.write('x')"])
def test_writing_is_seen(source: str) -> None:
    assert list(writes(ast.parse(source)))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def parsed(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))
