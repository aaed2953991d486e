"""What an image name means to the kubelet, and which names it refuses in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_pullsecret.images import InvalidReference, Reference

SHA256 = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("team/app", "docker.io/team/app:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/team/app", "docker.io/team/app:latest"),
        ("registry-1.docker.io/nginx", "registry-1.docker.io/nginx:latest"),
        ("registry.hub.docker.com/library/nginx", "registry.hub.docker.com/library/nginx:latest"),
        ("registry.test:5000/team/app:v1", "registry.test:5000/team/app:v1"),
        ("registry.test:5000", "docker.io/library/registry.test:5000"),
        ("localhost/app", "localhost/app:latest"),
        ("Team/app", "Team/app:latest"),
        ("REG.test/app", "REG.test/app:latest"),
        ("a_b.test/app", "a_b.test/app:latest"),
        ("1.2.3.4/app", "1.2.3.4/app:latest"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        ("reg.test/a__b/c--d/e.f", "reg.test/a__b/c--d/e.f:latest"),
        (f"nginx@{SHA256}", f"docker.io/library/nginx@{SHA256}"),
        (f"nginx:1.27@{SHA256}", f"docker.io/library/nginx:1.27@{SHA256}"),
        ("reg.test/" + "a" * 255, "reg.test/" + "a" * 255 + ":latest"),
    ],
)
def test_a_name_is_normalised(written: str, normalised: str) -> None:
    reference = Reference.parse(written)

    assert str(reference) == normalised
    assert reference.written == written


def test_a_reference_has_its_parts() -> None:
    reference = Reference.parse(f"registry.test:5000/team/app:v1@{SHA256}")

    assert reference.registry == "registry.test:5000"
    assert reference.path == "team/app"
    assert reference.repository == "registry.test:5000/team/app"
    assert reference.tag == "v1"
    assert reference.digest == SHA256


def test_a_name_with_a_lone_digest_has_no_tag() -> None:
    assert Reference.parse(f"nginx@{SHA256}").tag == ""


INVALID = "invalid reference format"


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("", INVALID),
        (" nginx", INVALID),
        ("nginx:latest\n", INVALID),
        ("nginx:", INVALID),
        ("nginx:" + "t" * 129, INVALID),
        ("http://reg.test/app", INVALID),
        ("a//b", INVALID),
        ("a___b", INVALID),
        ("reg.test/app:\u0661", INVALID),
        ("user@reg.test/app", INVALID),
        ("reg.test:port/app", INVALID),
        ("[fe80::1%eth0]:5000/app", INVALID),
        ("\udc80", INVALID),
        ("reg.test/Team/app", f"{INVALID}: repository name (Team/app) must be lowercase"),
        ("Nginx", f"{INVALID}: repository name (library/Nginx) must be lowercase"),
        ("A_b.test/app", "repository name must be lowercase"),
        (
            "a" * 64,
            f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings",
        ),
        ("reg.test/" + "a" * 256, "repository name must not be more than 255 characters"),
        ("nginx@sha256:" + "a" * 63, "invalid checksum digest length"),
        ("nginx@sha256:" + "A" * 64, "invalid checksum digest format"),
        ("nginx:v1@SHA256:" + "a" * 64, "invalid checksum digest format"),
        (
            "nginx@SHA256:" + "a" * 64,
            f"{INVALID}: repository name (library/nginx@SHA256) must be lowercase",
        ),
        ("nginx@md5:" + "a" * 32, "unsupported digest algorithm"),
    ],
)
def test_a_bad_name_is_refused_in_the_kubelets_words(image: str, words: str) -> None:
    with pytest.raises(InvalidReference) as refused:
        Reference.parse(image)

    assert str(refused.value) == words
    assert Reference.parse_or_none(image) is None


@given(st.text(alphabet="abAZ09.-_:/@[]% \n\udc80é", max_size=40))
def test_every_text_is_a_reference_or_refused_and_normal_forms_are_stable(image: str) -> None:
    try:
        reference = Reference.parse(image)
    except InvalidReference:
        return
    again = Reference.parse(str(reference))
    assert str(again) == str(reference)
    assert again.repository == reference.repository
