"""The program with an interpreter of its own, as a folder: `freeze`.

cx_Freeze on Linux and macOS; PyInstaller on Windows, where krew starts a program through a symbolic
link: Windows then looks for its DLLs beside the link, and cx_Freeze's start does not come so far
(microsoft/winget-cli#2711), while PyInstaller's resolves it (pyinstaller/pyinstaller#8380).
The parts for macOS and Windows have not been run yet.
"""

from __future__ import annotations

import marshal
import os
import shutil
import ssl
import subprocess
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from krew.platforms import PROGRAM

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("program.py")
START = Path(__file__).with_name("start.py")
PACKAGE = "kubectl_pullsecret"

# What the imports lead to, and no command uses.
UNUSED = (f"{PACKAGE}.sources.kube", "kubernetes", "setuptools", "tkinter", "urllib3.contrib")
# The same of the standard library, which does without each of them. hashlib has hashes of its own;
# with _hashlib it would load OpenSSL before there is a connection.
UNUSED_OF_PYTHON = (
    *("_bz2", "_compression", "_ctypes", "_hashlib", "_lzma", "_pickle", "_uuid", "bz2", "ctypes"),
    *("getopt", "gzip", "lzma", "pdb", "pickle", "pprint", "py_compile", "statistics", "tarfile"),
    *("tracemalloc", "webbrowser", "xml"),
    *("click._winconsole", "urllib3.http2.connection"),  # the users of ctypes and of HTTP/2
)


def freeze(python: Path, work: Path, seconds: int) -> Path:
    """Freeze the checkout with the tools of `python`; return the folder, which is below `work`.

    `seconds` (since 1970) is the time of what has to have one.

    Raises:
        subprocess.CalledProcessError: the tool failed; it has said why.
    """
    settings = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(work / "none"),  # compiled anew: other bytes are as good
        "SOURCE_DATE_EPOCH": str(seconds),  # for PyInstaller
    }
    if sys.platform == "win32":
        folder, command = work / "dist" / PROGRAM, _pyinstaller(python, work)
    else:
        folder, command = work / PROGRAM, _cx_freeze(python, work / PROGRAM)
    work.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, cwd=work, env=settings, check=True, stdout=sys.stderr)
    if sys.platform != "win32":
        _tidy(folder)
    return folder


def _cx_freeze(python: Path, folder: Path) -> list[str]:
    return [
        *(str(python), "-m", "cx_Freeze", f"--script={SCRIPT}", f"--init-script={START}"),
        *(f"--target-name={PROGRAM}", "build_exe", f"--build-exe={folder}", "--silent-level=2"),
        *(f"--packages={PACKAGE}", f"--excludes={','.join(UNUSED + UNUSED_OF_PYTHON)}"),
        # Single files start a fifth faster than a zip. No path of this machine is left in them:
        # cx_Freeze 8.7 takes the two letters for what is replaced, all, and what with, ".".
        *("--no-compress", "--zip-exclude-packages=*", "--replace-paths=*."),
    ]


def _pyinstaller(python: Path, work: Path) -> list[str]:
    return [
        *(str(python), "-m", "PyInstaller", "--noconfirm", "--console", "--log-level=WARN"),
        *(f"--name={PROGRAM}", "--contents-directory=lib"),
        *(f"--distpath={work / 'dist'}", f"--workpath={work / 'build'}", f"--specpath={work}"),
        *(f"--collect-submodules={PACKAGE}", *(f"--exclude-module={name}" for name in UNUSED)),
        str(SCRIPT),
    ]


def _tidy(folder: Path) -> None:
    """Take out what cx_Freeze adds: certificates, pip's notes, names and times of this build.

    Its `ssl` sets SSL_CERT_FILE to the certificates of the build, for us and for every plugin that
    we start (cx_Freeze 8.7, hooks/_ssl_.py); the system's are trusted instead, see net/trust.py.
    """
    shutil.rmtree(folder / "share", ignore_errors=True)
    (folder / "frozen_application_license.txt").unlink(missing_ok=True)  # it is in licenses/
    library = folder / "lib"
    for notes in library.glob("*.dist-info"):
        shutil.rmtree(notes)
    _compile(library / "ssl.pyc", Path(str(ssl.__file__)).read_bytes())
    # A quarter of urllib3's import is spent here on a version that only HTTP/2 asks for.
    _compile(library / "urllib3" / "http2" / "__init__.pyc", b"")
    # All that the interpreter reads of it, when the program has been renamed.
    _compile(library / "BUILD_CONSTANTS.pyc", f"__EXECUTABLES__ = {PROGRAM!r}\n".encode())
    for compiled in library.rglob("*.pyc"):
        compiled.write_bytes(_HEADER + compiled.read_bytes()[len(_HEADER) :])


# PEP 552: by a hash that is never checked, since there is no source. So no time is in the file.
_HEADER = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)


def _compile(target: Path, source: bytes) -> None:
    """Compile a module as the file `target`, NAME.pyc."""
    code = compile(source, f"{target.stem}.py", "exec", dont_inherit=True)
    target.write_bytes(_HEADER + marshal.dumps(code))
