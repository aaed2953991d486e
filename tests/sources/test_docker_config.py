from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.docker_config import read_docker_config_file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in (".docker", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.json").write_text(folder)
    return tmp_path


def test_a_named_file_is_read(home: Path) -> None:
    path = str(home / "other" / "config.json")
    assert read_docker_config_file(path) == (b"other", path)


def test_a_named_folder_is_the_config_in_it(home: Path) -> None:
    assert read_docker_config_file(str(home / "other"))[0] == b"other"


@pytest.mark.parametrize(
    ("environment", "content"),
    [
        pytest.param({"HOME": "{home}"}, b".docker", id="home"),
        pytest.param({"HOME": "{home}", "DOCKER_CONFIG": "{home}/other"}, b"other", id="variable"),
        pytest.param({"HOME": "{home}", "DOCKER_CONFIG": ""}, b".docker", id="empty-variable"),
    ],
)
def test_without_a_name_it_is_where_docker_looks(
    home: Path, environment: dict[str, str], content: bytes
) -> None:
    at_home = {key: value.format(home=home) for key, value in environment.items()}
    assert read_docker_config_file(environment=at_home)[0] == content


def test_a_missing_one_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PullSecretError) as raised:
        read_docker_config_file(environment={"HOME": str(tmp_path)})
    assert raised.value.message == f"there is no docker config {tmp_path}/.docker/config.json"
    assert "docker login" in raised.value.remedy
