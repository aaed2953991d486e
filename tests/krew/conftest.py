"""A real krew for each test, and a release to install with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.krew.krew import Krew, served
from tests.programs.missing import MissingError
from tests.programs.preparation import prepare
from tests.programs.real import Programs
from tests.programs.sets import KREW


@pytest.fixture(scope="session")
def krew_programs(pytestconfig: pytest.Config) -> Programs:
    """krew and its validator, built from their Go module."""
    try:
        return prepare(pytestconfig, KREW)
    except MissingError as missing:
        pytest.skip(f"krew's tests need {missing}")


@pytest.fixture
def krew(krew_programs: Programs, kubectl: Path, tmp_path: Path) -> Krew:
    """A user who has installed nothing yet."""
    return Krew(tmp_path, kubectl, krew_programs)


@pytest.fixture
def released(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL below which its files are served."""
    folder = tmp_path / "released"
    folder.mkdir()
    with served(folder) as url:
        yield folder, url
