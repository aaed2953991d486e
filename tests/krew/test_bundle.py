"""What is in the bundle: all that the program needs, and nothing that it does not."""

from __future__ import annotations

import py_compile
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from krew.platforms import PROGRAM
from tests.krew.building import ROOT, build, checkout_copy, installed_tools, unpacked
from tests.programs.debian import need

LARGEST = 9.5e6  # bytes of the archive
LARGEST_UNPACKED = 28e6
OLDEST_GLIBC = (2, 17)  # of 2012: RHEL 7, Debian 8
OF_EVERY_SYSTEM = {  # glibc's, and the one other of PEP 599 (manylinux2014) that is linked
    *("ld-linux", "libc", "libdl", "libm", "libpthread", "librt", "libutil"),
    "libz",
}
PACKAGE = ROOT / "kubectl_pullsecret"
ELSEWHERE = "where-the-second-bundle-is-built"
NOT_INSIDE = {"kubectl_pullsecret.sources.kube"}  # a second opinion for the tests

FOREIGN = (  # what the environments of the build, of the tests and of the wheel have
    "aiohttp",
    "certifi",
    "cx_Freeze",
    "kubernetes",
    "pip",
    "pydantic",
    "pytest",
    "setuptools",
    "test",
    "tests",
    "tkinter",
    "unittest",
)


@pytest.fixture
def folder(bundle: Path) -> Path:
    return bundle.parent


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def modules(folder: Path) -> dict[str, Path]:
    """The modules in the bundle, and the file of each."""
    library = folder / "lib"
    return {_name(path.relative_to(library)): path for path in library.rglob("*.pyc")}


def _name(path: Path) -> str:
    """A module's name: "json.decoder", or "json" of json/__init__.pyc."""
    return ".".join(part for part in path.with_suffix("").parts if part != "__init__")


@pytest.fixture(scope="module")
def built_elsewhere(
    package_index: None,  # noqa: ARG001 - it skips
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Another archive: another folder and Python, other tools, time, seed, zone and language."""
    place = tmp_path_factory.mktemp(ELSEWHERE)
    tools = installed_tools(place / "tools")
    (place / "temporary").mkdir()
    settings = {
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4711",
        "TMPDIR": str(place / "temporary"),
        "TZ": "Asia/Kathmandu",
    }
    checkout = checkout_copy(place / "checkout")
    return build(checkout, place / "dist", tools, str(tools / "bin" / "python"), **settings)


def test_two_builds_are_the_same_to_the_last_byte(
    bundle_archive: Path, built_elsewhere: Path
) -> None:
    assert built_elsewhere.name == bundle_archive.name
    assert built_elsewhere.read_bytes() == bundle_archive.read_bytes()


def test_its_size_is_bounded(bundle_archive: Path, folder: Path) -> None:
    assert bundle_archive.stat().st_size < LARGEST
    assert sum(path.stat().st_size for path in files(folder)) < LARGEST_UNPACKED


def test_the_top_has_the_program_and_its_licence(folder: Path) -> None:
    names = {path.name for path in folder.iterdir() if ".so" not in path.name}
    assert names == {"LICENSE", PROGRAM, "lib", "licenses"}
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_each_part_has_its_licence(folder: Path) -> None:
    names = {path.name for path in (folder / "licenses").iterdir()}
    packages = {name.partition(".")[0] for name in modules(folder)} - {PACKAGE.name}
    known = {*sys.stdlib_module_names, "BUILD_CONSTANTS"}  # the second is cx_Freeze's
    foreign = {name for name in packages - known if name[0] != "_"}
    of_parts = {"shtab": "shtab-LICENCE.txt", "yaml": "pyyaml-LICENSE.txt"}
    assert {of_parts.get(name, f"{name}-LICENSE.txt") for name in foreign} <= names
    assert {"freeze-core-LICENSE.txt", "notices.txt", "python.txt"} <= names
    assert all(path.stat().st_size > 200 for path in (folder / "licenses").iterdir())


def our_modules() -> set[str]:
    return {_name(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py")}


def test_it_has_each_of_our_modules_but_the_one_for_tests(folder: Path) -> None:
    there = {name for name in modules(folder) if name.partition(".")[0] == PACKAGE.name}
    assert there == our_modules() - NOT_INSIDE


def test_its_interpreter_imports_each_of_them(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    start = copy / "lib" / "__init__kubectl_pullsecret.pyc"
    assert start.is_file()
    script = tmp_path / "start.py"
    script.write_text(IMPORT_ALL.format(names=sorted(our_modules() - NOT_INSIDE)))
    py_compile.compile(str(script), str(start), doraise=True)
    run = subprocess.run(
        [copy / PROGRAM], env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert set(run.stdout.split()) == our_modules() - NOT_INSIDE


# Instead of the program: imports everything of ours but what would run it, and prints the names.
IMPORT_ALL = """
def run(_):
    import importlib
    for name in {names}:
        if name != "kubectl_pullsecret.__main__":
            importlib.import_module(name)
        print(name)
"""


@pytest.mark.parametrize("name", FOREIGN)
def test_it_has_nothing_of(folder: Path, name: str) -> None:
    assert not [module for module in modules(folder) if module.partition(".")[0] == name]
    assert not [path for path in files(folder) if name in path.relative_to(folder).parts]


def test_it_has_no_source_and_no_bytecode_that_could_be_stale(folder: Path) -> None:
    assert not [path for path in files(folder) if path.suffix == ".py"]
    flags = {path.read_bytes()[4:16] for path in files(folder) if path.suffix == ".pyc"}
    assert flags == {b"\x01" + bytes(11)}  # by hash, unchecked (PEP 552)


def test_it_has_no_certificates_of_its_own_and_tells_nobody_where_they_are(folder: Path) -> None:
    assert not [path for path in files(folder) if path.suffix in (".crt", ".pem")]
    found = modules(folder).items()
    told = [name for name, path in found if b"SSL_CERT_FILE" in path.read_bytes()]
    assert told == ["kubectl_pullsecret.net.trust"]


def test_it_names_no_folder_of_the_machine_that_built_it(
    built_elsewhere: Path, tmp_path: Path
) -> None:
    """Checkout, tools, Python and work are all below one folder, whose name is no other's."""
    assert ELSEWHERE in str(built_elsewhere)
    found = files(unpacked(built_elsewhere, tmp_path).parent)
    assert len(found) > 100
    assert not [path for path in found if ELSEWHERE.encode() in path.read_bytes()]


def test_no_program_or_library_needs_a_newer_glibc(
    folder: Path, pytestconfig: pytest.Config
) -> None:
    need(pytestconfig, "binutils")
    needed: dict[Path, tuple[int, int]] = {}
    for path in files(folder):
        if path.read_bytes()[:4] == b"\x7fELF":
            run = subprocess.run(
                ["readelf", "--wide", "--version-info", path],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            found = re.findall(r"Name: GLIBC_(\d+)\.(\d+)", run.stdout)
            needed[path] = max((int(major), int(minor)) for major, minor in found)
    assert folder / PROGRAM in needed
    assert len(needed) > 20
    assert {path.name for path, version in needed.items() if version > OLDEST_GLIBC} == set()


def test_of_the_system_it_needs_only_libraries_that_every_one_has(
    folder: Path, pytestconfig: pytest.Config
) -> None:
    need(pytestconfig, "binutils")
    there = {path.name for path in files(folder)}
    for path in files(folder):
        if path.read_bytes()[:4] == b"\x7fELF":
            run = subprocess.run(
                ["readelf", "--dynamic", path], capture_output=True, text=True, check=True
            )
            wanted = set(re.findall(r"\(NEEDED\).*\[(.+)\]", run.stdout)) - there
            assert {re.split(r"\.so|-x86|-aarch", name)[0] for name in wanted} <= OF_EVERY_SYSTEM, (
                path
            )
