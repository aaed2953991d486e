"""Manifests that are read to be written again: whole, exact, and nothing is left out silently."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.manifests import Manifests, read_manifests

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": []}}
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}}
LIST = {"apiVersion": "v1", "kind": "List", "items": [POD, CONFIG], "metadata": {}}


def from_stdin(text: str) -> Manifests:
    return read_manifests(["-"], stdin=io.BytesIO(text.encode()), default_namespace="team")


def test_one_reading_gives_the_documents_and_their_facts() -> None:
    manifests = from_stdin(json.dumps(POD) + json.dumps(CONFIG))
    assert manifests.documents == (POD, CONFIG)
    (pod,) = manifests.observed.snapshot.pods
    assert (pod.ref.namespace, pod.ref.name) == ("team", "web")


@pytest.mark.parametrize("text", [json.dumps(LIST), f"---\n{json.dumps(LIST)}\n---\n"])
def test_a_list_is_one_document_with_its_keys_in_their_order(text: str) -> None:
    (document,) = from_stdin(text).documents
    assert json.dumps(document) == json.dumps(LIST)


def test_yaml_documents_come_in_their_order_and_empty_ones_not_at_all() -> None:
    text = "---\n# only a comment\n---\nkind: ConfigMap\nb: 0644\na: 1.5\n---\nkind: Pod\n"
    documents = from_stdin(text).documents
    assert json.dumps(documents) == json.dumps(
        ({"kind": "ConfigMap", "b": 420, "a": 1.5}, {"kind": "Pod"})
    )


def test_an_object_with_a_wrong_field_is_a_problem_and_stays() -> None:
    wrong = POD | {"spec": {"containers": "none"}}
    manifests = from_stdin(json.dumps(CONFIG) + json.dumps(POD) + json.dumps(wrong))
    assert manifests.documents == (CONFIG, POD, wrong)
    (problem,) = manifests.observed.problems
    assert "spec.containers must be a list" in problem


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (json.dumps(POD) + "{]", "document 2: "),
        ("kind: Pod\n---\na:\n\tb: c\n", "document 2: a tab cannot indent (line 4, column 1)"),
        ("kind: Pod\n---\nhello\n", "document 2: it is no Kubernetes object"),
        ("[]", "document 1: it is a bare list"),
        ("", "standard input: there is no Kubernetes object in it"),
    ],
    ids=["JSON", "YAML", "a text", "a bare list", "nothing"],
)
def test_what_cannot_be_read_ends_it_with_the_place(text: str, why: str) -> None:
    with pytest.raises(PullSecretError) as caught:
        from_stdin(text)
    assert why in caught.value.message


def test_of_a_folder_what_is_no_object_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps(POD), encoding="utf-8")
    (tmp_path / "values.yaml").write_text("replicas: 1\n", encoding="utf-8")
    assert read_manifests([str(tmp_path)]).documents == (POD,)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(PullSecretError, match=r"nothing\.yaml does not exist"):
        read_manifests(["nothing.yaml"])
