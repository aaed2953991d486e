from __future__ import annotations

import pytest

from kubectl_pullsecret.sources.documents import Documents
from kubectl_pullsecret.sources.text_error import Places

A = '{"kind": "A"}'
B = '{"kind": "B"}'


class Reading:
    """What came out of a text: objects with their documents, and what was told."""

    def __init__(self, text: str) -> None:
        self.problems: list[tuple[int, str]] = []
        self.remarks: list[tuple[int, str]] = []

        def report(number: int, why: str) -> None:
            self.problems.append((number, why))

        def remark(number: int, what: str) -> None:
            self.remarks.append((number, what))

        documents = Documents(text, report, remark)
        self.found = [(documents.number, one) for one in documents.objects()]

    @property
    def kinds(self) -> list[object]:
        return [one.get("kind") if isinstance(one, dict) else one for _, one in self.found]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param(A, ["A"], id="json"),
        pytest.param(A + B, ["A", "B"], id="json-behind-json"),
        pytest.param(A + "\n\n" + B + "\n", ["A", "B"], id="json-lines"),
        pytest.param(A + "\n---\n" + B, ["A", "B"], id="json-between-separators"),
        pytest.param(A + "\n---\nkind: B\n", ["A", "B"], id="yaml-behind-json"),
        pytest.param("kind: A\n---\n" + B, ["A", "B"], id="json-behind-yaml"),
        pytest.param("kind: A\n---\nkind: B\n", ["A", "B"], id="yaml-documents"),
        pytest.param("kind: A\r\n---\r\nkind: B\r\n", ["A", "B"], id="windows-line-ends"),
        pytest.param("---\n# nothing\n---\n\n---\nkind: A\n...\n", ["A"], id="empty-documents"),
        pytest.param("# a comment\n{}\n---\nnull\n", [], id="nothing-at-all"),
        pytest.param("%YAML 1.1\n---\nkind: A\n", ["A"], id="a-directive"),
        pytest.param("{kind: A}", ["A"], id="yaml-in-flow-style"),
        pytest.param("kind: A\n...\nkind: B\n", ["A", "B"], id="documents-ended-by-dots"),
        pytest.param(f'{{"items": [{A}, {B}], "kind": "List"}}', ["A", "B"], id="list"),
        pytest.param('{"items": [], "kind": "List"}', [], id="empty-list"),
        pytest.param(
            f'{{"kind": "List", "items": [{{"items": [{A}]}}, {B}]}}', ["A", "B"], id="nested"
        ),
        pytest.param("kind: List\nitems:\n- kind: A\n- kind: B\n", ["A", "B"], id="yaml-list"),
        pytest.param("", [], id="empty"),
        pytest.param(" \n\t\r\n", [], id="blank"),
    ],
)
def test_objects_of_a_text(text: str, kinds: list[str]) -> None:
    reading = Reading(text)
    assert (reading.kinds, reading.problems) == (kinds, [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"kind": "PodList", "apiVersion": "v1", "items": [{"a": 1}]}', id="before"),
        pytest.param('{"items": [{"a": 1}], "kind": "PodList", "apiVersion": "v1"}', id="behind"),
        pytest.param("kind: PodList\napiVersion: v1\nitems: [{a: 1}]", id="yaml"),
    ],
)
def test_items_of_a_typed_list_get_its_kind_wherever_that_stands(text: str) -> None:
    assert Reading(text).found == [(1, {"apiVersion": "v1", "kind": "Pod", "a": 1})]


def test_documents_are_counted_without_the_empty_ones() -> None:
    reading = Reading("---\n---\nkind: A\n---\n# no\n---\nkind: B\n---\n" + A)
    assert [number for number, _ in reading.found] == [1, 2, 3]


LOGS = "==== {} logs for container app of pod ns/p ====\n"


class TestClusterInfoDump:
    def test_logs_between_the_documents_are_passed_over_whatever_they_hold(self) -> None:
        log = '{"kind": "Fake"}\n---\nkind: Fake\n==== END logs for container x of pod ns/p ====\n'
        text = A + "\n" + LOGS.format("START") + log + LOGS.format("END") + B
        assert Reading(text).kinds == ["A", "B"]

    def test_between_yaml_documents_too(self) -> None:
        text = "kind: A\n" + LOGS.format("START") + "a: [\n" + LOGS.format("END") + "kind: B\n"
        reading = Reading(text)
        assert (reading.kinds, reading.problems) == (["A", "B"], [])

    def test_logs_without_an_end_are_told(self) -> None:
        reading = Reading(A + "\n" + LOGS.format("START") + B)
        assert reading.kinds == ["A"]
        assert reading.problems == [(1, "the logs behind it are cut off")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param('{"a" 1}', "a colon is missing (line 1, column 6)", id="colon"),
        pytest.param('{"a": 1 "b": 2}', "a comma is missing (line 1, column 9)", id="comma"),
        pytest.param('{"a": }', "expecting value (line 1, column 7)", id="value"),
        pytest.param('{\n"a": 1,}', "a quoted key is missing (line 2, column 8)", id="last-comma"),
        pytest.param('{"a": "b', "unterminated string (line 1, column 7)", id="open-string"),
        pytest.param('{"a": 1', "it is cut off (line 1, column 8)", id="cut-off"),
        pytest.param('{"a": "\t"}', "invalid control character (line 1, column 8)", id="tab"),
        pytest.param("a: [\n---\n", "did not find expected node content", id="yaml"),
        pytest.param("a:\n\tb: 1\n", "a tab cannot indent (line 2, column 1)", id="yaml-tab"),
        pytest.param("[1]", "it is a bare list; a Kubernetes List is an object", id="bare-list"),
        pytest.param(
            '{"kind": "Pod", "a": ' + "[" * 10_000 + "]" * 10_000 + "}",
            "it is nested too deeply",
            id="deep-json",
        ),
        pytest.param("- " * 100_000 + "a", "nested more than 1,000 levels", id="deep-yaml"),
        pytest.param("a: " + "[" * 10_000, "nested more than 1,000 levels", id="deep-flow-yaml"),
    ],
)
def test_what_is_wrong_and_where(text: str, problem: str) -> None:
    reading = Reading(text)
    assert reading.found == []
    assert [number for number, _ in reading.problems] == [1]
    assert problem in reading.problems[0][1]


def test_the_objects_before_a_cut_are_kept() -> None:
    reading = Reading('{"items": [' + A + ', {"kind": "B", "data": "c2Vjc')
    assert reading.kinds == ["A"]
    assert reading.problems == [(1, "unterminated string (line 1, column 49)")]


def test_a_broken_document_does_not_hide_the_next_one() -> None:
    reading = Reading('{"a": \n---\nb: [\n---\nkind: A\n')
    assert reading.kinds == ["A"]
    assert [number for number, _ in reading.problems] == [1, 2]


def test_one_page_of_a_list_is_told() -> None:
    reading = Reading('{"kind": "List", "metadata": {"continue": "x"}, "items": [' + A + "]}")
    assert reading.kinds == ["A"]
    assert reading.problems == [(1, "it is one page of a list (metadata.continue is set)")]


def test_json_has_no_nan_and_no_endless_numbers() -> None:
    big = '{"kind": "A", "a": {"n": ' + "9" * 100_000 + "}}"
    assert Reading(big).problems == [(1, "a number has too many digits (line 1, column 20)")]
    assert Reading('{"kind": "A", "items": [' + A + ', {"n": NaN}]}').problems == [
        (1, "NaN is no JSON value (line 1, column 40)")
    ]


def test_messages_never_show_the_text() -> None:
    for text in (
        '{"password": hunter2}',
        "password: [hunter2\n---\n",
        'a: "hunter2',
        "a: hunter2:\n b",
    ):
        assert "hunter2" not in str(Reading(text).problems)


def test_yaml_of_many_documents_and_of_many_characters_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kubectl_pullsecret.sources.documents.MAX_YAML_DOCUMENTS", 2)
    assert Reading("---\nkind: A\n" * 3).problems == [(2, "it stands behind 2 others")]
    monkeypatch.setattr("kubectl_pullsecret.sources.yaml_text.MAX_CHARACTERS", 10)
    monkeypatch.setattr("kubectl_pullsecret.sources.yaml_text.MAX_CHARACTERS_WITHOUT_LIBYAML", 10)
    [(_, why)] = Reading("kind: Something\n").problems
    assert "give it as JSON: -o json" in why


def test_places_are_right_in_any_order() -> None:
    places = Places("a\nbc\nd")
    assert [places.of(at) for at in (5, 0, 3)] == [
        "line 3, column 1",
        "line 1, column 1",
        "line 2, column 2",
    ]
