"""What an image name means, said in words: the names of the tutorials, and those that go wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.diagnosis.image_names import explain_name
from kubectl_pullsecret.images import InvalidReference, Reference

NO_REGISTRY = "no registry in the name, so Docker Hub (docker.io)"
ONE_SEGMENT = "one segment, so library/ before it"
NO_TAG = "no tag, so latest"


@pytest.mark.parametrize(
    ("image", "meaning", "why"),
    [
        pytest.param(
            "nginx",
            "docker.io/library/nginx:latest",
            (NO_REGISTRY, ONE_SEGMENT, NO_TAG),
            id="an official image is library/, not nginx/nginx",
        ),
        pytest.param(
            "docker.io/nginx",
            "docker.io/library/nginx:latest",
            ("docker.io is Docker Hub", "one segment behind it, so library/ before it", NO_TAG),
            id="the same with its registry",
        ),
        pytest.param(
            "user/app",
            "docker.io/user/app:latest",
            (
                "user has neither dot nor colon, so no registry is named: Docker Hub (docker.io)",
                NO_TAG,
            ),
            id="a user of Docker Hub",
        ),
        pytest.param(
            "gcr.io/google-samples/hello-app:1.0",
            "gcr.io/google-samples/hello-app:1.0",
            ("gcr.io has a dot, so it is the registry",),
            id="gcr.io",
        ),
        pytest.param(
            "quay.io/prometheus/node-exporter:latest",
            "quay.io/prometheus/node-exporter:latest",
            ("quay.io has a dot, so it is the registry",),
            id="quay.io",
        ),
        pytest.param(
            "private-registry.io/apps/internal-app",
            "private-registry.io/apps/internal-app:latest",
            ("private-registry.io has a dot, so it is the registry", NO_TAG),
            id="a private registry",
        ),
        pytest.param(
            "index.docker.io/team/app:v1",
            "docker.io/team/app:v1",
            ("index.docker.io is another name of docker.io",),
            id="index.docker.io",
        ),
        pytest.param(
            "reg.io:5000",
            "docker.io/library/reg.io:5000",
            (
                "without a slash no registry: 5000 is the tag, and Docker Hub (docker.io) is meant",
                ONE_SEGMENT,
            ),
            id="a host alone is an image of Docker Hub",
        ),
        pytest.param(
            "localhost/app:v1",
            "localhost/app:v1",
            ("localhost is a registry: the node itself",),
            id="localhost",
        ),
        pytest.param(
            "registry:5000/app:v1",
            "registry:5000/app:v1",
            ("registry:5000 has a colon, so it is the registry",),
            id="a host without dot has a port",
        ),
        pytest.param(
            "nginx:1.25@sha256:" + "a" * 64,
            "docker.io/library/nginx:1.25@sha256:" + "a" * 64,
            (NO_REGISTRY, ONE_SEGMENT, "the digest decides; the tag is not used"),
            id="tag and digest",
        ),
        pytest.param(
            "nginx@sha256:" + "a" * 64,
            "docker.io/library/nginx@sha256:" + "a" * 64,
            (NO_REGISTRY, ONE_SEGMENT),
            id="a digest needs no tag",
        ),
    ],
)
def test_a_name_is_explained_by_the_rules_that_acted(
    image: str, meaning: str, why: tuple[str, ...]
) -> None:
    name = explain_name(image)
    assert (name.meaning, name.why, name.remark) == (meaning, why, "")


@pytest.mark.parametrize(
    ("image", "remark", "write_instead"),
    [
        pytest.param(
            "k8s.gcr.io/pause:3.9",
            "k8s.gcr.io is frozen: no new images since April 2023; they moved",
            "registry.k8s.io/pause:3.9",
            id="k8s.gcr.io moved to registry.k8s.io",
        ),
        pytest.param(
            "Team/app:V1",
            "an image of Docker Hub is written in lower case",
            "team/app:V1",
            id="upper case makes a registry of a user",
        ),
        pytest.param(
            "Registry.io/app",
            "upper case counts: only a key that spells the registry so serves it",
            "registry.io/app",
            id="upper case in a registry",
        ),
        pytest.param(
            "registry-1.docker.io/library/nginx",
            "registry-1.docker.io is not docker.io to the kubelet: no Docker Hub key serves it",
            "docker.io/library/nginx",
            id="a host of Docker Hub that is not its name",
        ),
    ],
)
def test_a_valid_name_that_hardly_means_what_its_writer_meant_is_corrected(
    image: str, remark: str, write_instead: str
) -> None:
    name = explain_name(image)
    assert name.reference is not None
    assert (name.remark, name.write_instead) == (remark, write_instead)


@pytest.mark.parametrize(
    ("image", "why", "write_instead"),
    [
        ("", "it is empty", None),
        ("https://reg.io/app", "an image name has no scheme such as https://", "reg.io/app"),
        ("nginx\n", "it holds a blank or a line end", "nginx"),
        ("nginx latest", "it holds a blank or a line end", None),
        ("{{ .Values.image }}", "it holds a placeholder that nobody filled in", None),
        ("$IMAGE", "it holds a placeholder that nobody filled in", None),
        ("ngïnx", "it holds a character that is not ASCII", None),
        ("a" * 64, "64 hex digits alone are an image ID, not a name", None),
        (
            "nginx@sha256:abc",
            "behind @ stands no digest: sha256: and 64 hex digits in lower case",
            None,
        ),
        ("reg.io/Team/App:V1", "the path must be in lower case", "reg.io/team/app:V1"),
        ("<none>", "the path may hold only a-z, 0-9, . _ - and /", None),
        ("reg.io/", "no path behind the registry", None),
        ("reg.io//app", "two slashes meet, or one stands at an end", None),
        ("reg.io/app/", "two slashes meet, or one stands at an end", "reg.io/app"),
        ("nginx:", "nothing stands behind the last colon: the tag is missing", "nginx"),
        ("nginx:" + "x" * 129, "the tag is longer than 128 characters", None),
        (
            "nginx:.x",
            "the tag may hold letters, digits, _ . - and begins with none of . -",
            None,
        ),
        ("a" * 256, "the path is longer than 255 characters", None),
        (
            "a___b",
            "between letters and digits only one of . _ __ or dashes may stand, and none at an end",
            None,
        ),
        (
            "reg.io:port/app",
            "it does not have the form [registry[:port]/]path[:tag][@digest]",
            None,
        ),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, str) else "",
)
def test_a_refused_name_says_which_rule_it_breaks(
    image: str, why: str, write_instead: str | None
) -> None:
    name = explain_name(image)
    assert name.reference is None
    assert name.meaning == ""
    assert name.kubelet_text != ""
    assert (name.why, name.write_instead) == ((why,), write_instead)


def is_valid(image: str) -> bool:
    try:
        Reference.parse(image)
    except InvalidReference:
        return False
    return True


@given(st.text(alphabet="aA0.:/@_- \n$é[]", max_size=30))
def test_every_text_is_explained_and_every_correction_is_a_valid_name(image: str) -> None:
    name = explain_name(image)
    assert name.why or name.reference
    assert (name.reference is not None) == is_valid(image)
    assert name.write_instead is None or is_valid(name.write_instead)
