"""What every test has in common: one outside world, repeatable examples, no skips in CI."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.programs.real import Programs

# The same examples on every machine, so that a fresh clone passes where the last one did.
# New examples are looked for by hand: python -m pytest --hypothesis-profile=explore
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("steady")

SETTINGS_FROM_OUTSIDE = (
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "DOCKER_CONFIG",
    "FORCE_COLOR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "KUBERNETES_SERVICE_HOST",
    "LINES",
    "NO_COLOR",
    "NO_PROXY",
    "TERM",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)

AnyReport = TypeVar("AnyReport", pytest.TestReport, pytest.CollectReport)


# The developer's own cluster must never be asked by a test that forgets to say which.
NO_CLUSTER = """{"apiVersion": "v1", "kind": "Config", "current-context": "none",
"clusters": [{"name": "none", "cluster": {"server": "https://127.0.0.1:1"}}],
"users": [{"name": "none", "user": {"username": "nobody", "password": "none"}}],
"contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}]}"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the tests may do to the machine."""
    parser.addoption(
        "--install",
        action="store_true",
        help="install the Debian packages that tests need (as root, by apt-get)",
    )


@pytest.fixture(autouse=True, scope="session")
def _nothing_from_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The developer's terminal and cluster do not change what a test sees."""
    nobody = tmp_path_factory.mktemp("outside") / "kubeconfig"
    nobody.write_text(NO_CLUSTER)
    with pytest.MonkeyPatch.context() as environment:
        for name in SETTINGS_FROM_OUTSIDE:
            environment.delenv(name, raising=False)
        environment.setenv("KUBECONFIG", str(nobody))
        yield


@pytest.fixture(scope="session")
def programs(pytestconfig: pytest.Config) -> Programs:
    """The real programs of Kubernetes; a test that needs one that is not to be had is skipped."""
    from tests.programs.missing import MissingError
    from tests.programs.preparation import prepare

    try:
        return prepare(pytestconfig)
    except MissingError as missing:
        pytest.skip(f"the real programs need {missing}")


@pytest.fixture(scope="session")
def kubectl(programs: Programs) -> Path:
    """The real kubectl of the version that the tests are about."""
    from tests.programs.missing import MissingError

    try:
        return programs.path("kubectl")
    except MissingError as missing:
        pytest.skip(f"this test needs {missing}")


@pytest.fixture(scope="session")
def package_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A package index that answers; where there is none, who installs from one is skipped."""
    from tests.programs.missing import MissingError
    from tests.programs.package_index import reach

    try:
        reach(tmp_path_factory.mktemp("index"), os.environ)
    except MissingError as missing:
        pytest.skip(f"this test needs {missing}")


@pytest.fixture(scope="session")
def bundle_tools(
    package_index: None,  # noqa: ARG001 - it skips
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The environment that bundles are built with."""
    from tests.krew.building import installed_tools

    return installed_tools(tmp_path_factory.mktemp("bundle") / "tools")


@pytest.fixture(scope="session")
def bundle_archive(bundle_tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout's bundle for this machine, as it is released; built once in a run."""
    from tests.krew.building import ROOT, build

    return build(ROOT, tmp_path_factory.mktemp("archive"), bundle_tools)


@pytest.fixture(scope="session")
def bundle(bundle_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's program, unpacked; it needs no Python."""
    from tests.krew.building import unpacked

    return unpacked(bundle_archive, tmp_path_factory.mktemp("unpacked"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Builds the real programs, if a test wants them, before the first one runs: it takes long."""
    wanted = any("programs" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.option.collectonly and not session.testsfailed:
        from tests.programs.missing import MissingError
        from tests.programs.preparation import prepare

        with suppress(MissingError):  # the fixture says so, test by test
            prepare(session.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself."""
    return _failed_if_skipped_in_ci((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that skips itself while it is imported."""
    return _failed_if_skipped_in_ci((yield))


def _failed_if_skipped_in_ci(report: AnyReport) -> AnyReport:
    """The report; in CI a skip is a failure, because what did not run was not shown to work."""
    expected_to_fail = hasattr(report, "wasxfail")
    if report.skipped and not expected_to_fail and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI=true does not allow: {report.longreprtext}"
    return report
