"""What several kubeconfigs say together, without a file and without kubectl: laws."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.sources.kubeconfig.entries import Context, Kubeconfig
from kubectl_pullsecret.sources.kubeconfig.loading import (
    default_paths,
    home,
    merged,
    with_resolved_paths,
)

NAMES = st.sampled_from(["", "a", "b", "c"])
CONTEXTS = st.dictionaries(
    NAMES, st.builds(lambda namespace: Context(namespace=namespace), NAMES), max_size=3
)
CONFIGS = st.lists(
    st.builds(Kubeconfig, current_context=NAMES, contexts=CONTEXTS, files=st.tuples(NAMES)),
    max_size=4,
)


@given(CONFIGS, CONFIGS)
def test_merging_is_associative(some: list[Kubeconfig], others: list[Kubeconfig]) -> None:
    assert merged([merged(some), merged(others)]) == merged([*some, *others])


@given(CONFIGS)
def test_the_first_of_a_name_counts(configs: list[Kubeconfig]) -> None:
    together = merged(configs)
    for name, context in together.contexts.items():
        assert context is next(one.contexts[name] for one in configs if name in one.contexts)
    assert together.contexts.keys() == {name for one in configs for name in one.contexts}


@given(CONFIGS)
def test_the_first_current_context_counts(configs: list[Kubeconfig]) -> None:
    named = [one.current_context for one in configs if one.current_context]
    assert merged(configs).current_context == (named[0] if named else "")


@pytest.mark.parametrize(
    ("environment", "paths"),
    [
        ({"HOME": "/home/ann"}, ["/home/ann/.kube/config"]),
        ({"HOME": "/home/ann", "KUBECONFIG": ""}, ["/home/ann/.kube/config"]),
        ({}, [".kube/config"]),
        ({"KUBECONFIG": "/a"}, ["/a"]),
        ({"KUBECONFIG": "/a:b:/a::/c"}, ["/a", "b", "/c"]),
        ({"KUBECONFIG": ":"}, []),
    ],
    ids=str,
)
def test_the_files_that_count(environment: Mapping[str, str], paths: list[str]) -> None:
    assert default_paths(environment) == paths


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("aws", "aws"),
        ("./aws", "/home/ann/.kube/aws"),
        ("../bin/aws", "/home/ann/bin/aws"),
        ("bin/aws", "/home/ann/.kube/bin/aws"),
        ("/usr/bin/../bin/aws", "/usr/bin/../bin/aws"),
    ],
)
def test_only_a_command_with_a_slash_is_a_path(written: str, command: str) -> None:
    origin = "/home/ann/.kube/config"
    config = Kubeconfig(users={"u": {"origin": origin, "exec": {"command": written}}})
    assert with_resolved_paths(config).users["u"]["exec"]["command"] == command


def test_windows_has_several_homes(tmp_path: Path) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    environment = {"HOMEDRIVE": str(tmp_path), "HOMEPATH": "/first", "USERPROFILE": second}
    assert home(environment, windows=True) == first
    (tmp_path / "second" / ".kube").mkdir(parents=True)
    (tmp_path / "second" / ".kube" / "config").touch()
    assert home(environment, windows=True) == second
    assert home({}, windows=True) == ""
