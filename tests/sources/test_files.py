from __future__ import annotations

import gc
import io
import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import ExitCode, PullSecretError
from kubectl_pullsecret.facts.snapshot import Completeness
from kubectl_pullsecret.sources.files import Observed, read_files

CAPTURES = Path(__file__).parent.parent / "data" / "captures"
Json = dict[str, Any]


def pod(name: str = "p", namespace: str | None = "ns") -> Json:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": []}}


def secret(name: str = "s", namespace: str = "ns", **fields: Any) -> Json:
    return pod(name, namespace) | {"kind": "Secret", **fields}


def write(path: Path, *objects: Json) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) for one in objects), encoding="utf-8")
    return str(path)


def names(observed: Observed) -> list[str]:
    return [one.ref.name for one in observed.snapshot.pods]


def standard_input(raw: bytes) -> Observed:
    return read_files(["-"], stdin=io.BytesIO(raw))


def refusal(*paths: str, **options: Any) -> str:
    with pytest.raises(PullSecretError) as raised:
        read_files(paths, **options)
    assert raised.value.exit_code is ExitCode.FAILED
    return raised.value.message


class TestPaths:
    def test_files_are_read_in_the_order_given(self, tmp_path: Path) -> None:
        second, first = write(tmp_path / "b", pod("b")), write(tmp_path / "a", pod("a"))
        assert names(read_files([second, first])) == ["b", "a"]

    def test_standard_input_is_a_dash(self) -> None:
        assert names(standard_input(json.dumps(pod()).encode())) == ["p"]

    def test_a_folder_is_its_json_and_yaml_files(self, tmp_path: Path) -> None:
        write(tmp_path / "b.yml", pod("b"))
        write(tmp_path / "a.json", pod("a"))
        write(tmp_path / "c.yaml", pod("c"))
        write(tmp_path / "d.txt", pod("d"))
        write(tmp_path / "sub" / "e.json", pod("e"))
        assert names(read_files([str(tmp_path)])) == ["a", "b", "c"]
        assert names(read_files([str(tmp_path)], recursive=True)) == ["a", "b", "c", "e"]

    def test_a_glob_is_the_files_that_match(self, tmp_path: Path) -> None:
        write(tmp_path / "a1", pod("a"))
        write(tmp_path / "a2", pod("b"))
        assert names(read_files([str(tmp_path / "a*")])) == ["a", "b"]

    def test_a_file_whose_name_looks_like_a_glob_is_that_file(self, tmp_path: Path) -> None:
        assert names(read_files([write(tmp_path / "a[1].json", pod())])) == ["p"]

    def test_the_folders_of_a_cluster_dump_are_read_without_asking(self, tmp_path: Path) -> None:
        untyped = {key: value for key, value in pod().items() if key in ("metadata", "spec")}
        write(tmp_path / "nodes.json", {"kind": "NodeList", "apiVersion": "v1", "items": []})
        write(tmp_path / "ns" / "pods.json", {"kind": "PodList", "items": [untyped]})
        write(tmp_path / "other" / "thing.json", pod("not in a dump"))
        (tmp_path / "ns" / "p").mkdir()
        (tmp_path / "ns" / "p" / "logs.txt").write_text("{")
        assert names(read_files([str(tmp_path)])) == ["p"]

    def test_a_pipe_of_the_shell_is_read(self) -> None:
        reading, writing = os.pipe()
        os.write(writing, json.dumps(pod()).encode())
        os.close(writing)
        assert names(read_files([f"/dev/fd/{reading}"])) == ["p"]
        os.close(reading)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            pytest.param("absent", "absent does not exist", id="missing"),
            pytest.param("absent*", "absent* does not exist", id="glob-without-match"),
            pytest.param("empty/", "holds no .json, .yaml, .yml file", id="folder-without-files"),
            pytest.param("fifo", "is not a regular file but a named pipe", id="fifo"),
            pytest.param("a\0b", "cannot be empty or hold a zero byte", id="zero-byte"),
            pytest.param("dangling", "no such file or directory", id="dangling-link"),
            pytest.param("binary", "is a binary file, not JSON or YAML", id="binary"),
            pytest.param("gzip", "is compressed", id="gzip"),
            pytest.param("blank", "there is no Kubernetes object in it", id="empty-file"),
        ],
    )
    def test_a_path_that_cannot_be_read_is_one_sentence(
        self, tmp_path: Path, name: str, message: str
    ) -> None:
        (tmp_path / "empty").mkdir()
        os.mkfifo(tmp_path / "fifo")
        (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
        (tmp_path / "binary").write_bytes(bytes(range(256)))
        (tmp_path / "gzip").write_bytes(b"\x1f\x8b\x08")
        (tmp_path / "blank").write_bytes(b"")
        assert message in refusal(f"{tmp_path}/{name}")

    def test_a_device_and_a_url_are_no_files(self) -> None:
        assert refusal("/dev/zero") == "/dev/zero is not a regular file but a device"
        assert refusal("https://example.com/x") == "https://example.com/x is not a file"

    def test_a_file_without_permission_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = write(tmp_path / "p.json", pod())

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
        assert refusal(path) == f"cannot read {path}: permission denied"

    def test_a_file_that_is_too_large_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kubectl_pullsecret.sources.paths.MAX_BYTES", 10)
        assert "is larger than" in refusal(write(tmp_path / "p.json", pod()))

    def test_a_bad_file_in_a_folder_does_not_hide_the_others(self, tmp_path: Path) -> None:
        write(tmp_path / "a.json", pod("a"))
        (tmp_path / "b.json").write_bytes(b"\x1f\x8b")
        observed = read_files([str(tmp_path)])
        assert names(observed) == ["a"]
        assert observed.problems == (f"{tmp_path}/b.json is compressed",)


class TestNamespaces:
    def test_the_default_namespace_is_for_objects_that_name_none(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f", pod("a", None), pod("b", "other"))
        observed = read_files([path], default_namespace="team")
        assert [one.ref.namespace for one in observed.snapshot.pods] == ["team", "other"]


class TestEncodings:
    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param(text.encode(encoding), id=f"{encoding}-{kind}")
            for kind, text in {
                "json": json.dumps(pod()),
                "yaml": "kind: Pod\r\nmetadata:\r\n  name: p\r\n",
                "marked": "\ufeff" + json.dumps(pod()),
            }.items()
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
            if (encoding, kind) not in {("utf-32", "marked"), ("utf-8-sig", "marked")}
        ],
    )
    def test_a_text_is_read_in_any_unicode_encoding(self, raw: bytes) -> None:
        assert names(standard_input(raw)) == ["p"]

    def test_bytes_that_are_not_utf_8_become_the_replacement_character(self) -> None:
        assert names(standard_input(b'{"kind": "Pod", "metadata": {"name": "a\xffb"}}')) == [
            "a\ufffdb"
        ]


def sight(observed: Observed, kind: str, namespace: str = "ns") -> tuple[Completeness, str]:
    found = observed.snapshot.sight(kind, namespace)
    return found.completeness, found.why


class TestSights:
    def test_a_kind_is_complete_where_the_input_has_one_of_it(self, tmp_path: Path) -> None:
        observed = read_files([write(tmp_path / "f", pod(), secret(namespace="other"))])
        assert sight(observed, "Pod") == (Completeness.COMPLETE, "")
        assert sight(observed, "Secret", "other") == (Completeness.COMPLETE, "")

    def test_a_kind_that_is_not_in_it_is_unread_and_why(self, tmp_path: Path) -> None:
        observed = read_files([write(tmp_path / "f", pod())])
        why = "no Secret of this namespace in the input"
        assert sight(observed, "Secret") == (Completeness.UNREAD, why)

    def test_an_unreadable_object_makes_its_kind_doubtful_there(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f", pod(), secret(), secret("bad", data="x"))
        observed = read_files([path])
        assert observed.problems == (
            f"{path}: document 3: secret/bad in ns ns: data must be an object, not a string",
        )
        assert sight(observed, "Secret")[0] is Completeness.PARTIAL
        assert sight(observed, "Pod")[0] is Completeness.COMPLETE

    @pytest.mark.parametrize(
        "tail",
        [
            pytest.param('{"kind": "List", "items": [{"kind": "Secret", ', id="cut-off"),
            pytest.param('{"items": [], "metadata": {"continue": "x"}}', id="one-page"),
        ],
    )
    def test_a_file_that_was_not_read_whole_settles_nothing(
        self, tmp_path: Path, tail: str
    ) -> None:
        path = tmp_path / "f"
        path.write_text(json.dumps(pod()) + json.dumps(secret()) + tail)
        observed = read_files([str(path)])
        assert sight(observed, "Secret") == (
            Completeness.PARTIAL,
            f"{path} could not be read whole",
        )
        assert not observed.snapshot.sight("Secret", "ns").settles("absent")


class TestProblems:
    def test_at_most_twenty_of_one_file_are_told(self, tmp_path: Path) -> None:
        bad = [secret(f"s{number}", data=1) for number in range(30)]
        observed = read_files([write(tmp_path / "f", pod(), *bad)])
        assert len(observed.problems) == 21
        assert observed.problems[-1].endswith("10 more problems")

    def test_a_sentence_has_a_bounded_length(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f", pod(), secret("n" * 100_000, data=1))
        [problem] = read_files([path]).problems
        assert len(problem) < 500
        assert problem.endswith("data must be an object, not a number")

    def test_a_hopeless_file_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kubectl_pullsecret.sources.files._HOPELESS", 2)
        bad = [secret(f"s{number}", data=1) for number in range(30)]
        path = write(tmp_path / "f", pod(), *bad)
        observed = read_files([path])
        assert observed.problems[3:] == (f"{path} has so many problems that the rest was not read",)

    def test_input_of_which_nothing_can_be_read_is_an_error(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f", secret(data=1), secret(data=2))
        assert refusal(path) == (
            f"{path}: document 1: secret/s in ns ns: data must be an object, not a number"
            " (and 1 more problems)"
        )

    def test_a_docker_config_is_no_kubernetes_object(self, tmp_path: Path) -> None:
        path = write(tmp_path / "config.json", {"auths": {"r": {"auth": "aHVudGVyMg=="}}})
        assert refusal(path) == f"{path}: document 1: a Kubernetes object must have a kind"

    def test_an_empty_list_is_fine(self) -> None:
        assert standard_input(b'{"kind": "List", "items": []}').problems == ()

    def test_kinds_that_do_not_matter_are_fine(self, tmp_path: Path) -> None:
        path = write(tmp_path / "f", pod() | {"kind": "ConfigMap"})
        assert read_files([path]) == Observed(read_files([path]).snapshot, ())

    def test_a_key_that_is_there_twice_is_told_with_its_line(self) -> None:
        observed = standard_input(b"kind: Pod\nmetadata:\n  name: a\n  name: p\n")
        assert names(observed) == ["p"]
        assert observed.problems == (
            'standard input: document 1: the key "name" is there twice (line 4, column 3)',
        )
        assert sight(observed, "Pod", "default")[0] is Completeness.COMPLETE


def test_no_standard_input_is_an_empty_one() -> None:
    assert refusal("-") == "standard input: there is no Kubernetes object in it"


def test_the_cyclic_collector_is_as_it_was_before(tmp_path: Path) -> None:
    path = write(tmp_path / "f", pod())
    assert gc.isenabled()
    read_files([path])
    assert gc.isenabled()
    gc.disable()
    try:
        read_files([path])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_writer_that_never_comes_does_not_stop_us(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    answered = threading.Thread(target=lambda: refusal(str(tmp_path / "fifo")), daemon=True)
    answered.start()
    answered.join(timeout=5)
    assert not answered.is_alive()


@pytest.mark.parametrize(
    "capture", [str(path.relative_to(CAPTURES)) for path in sorted(CAPTURES.glob("*/*.json"))]
)
def test_a_recorded_cluster_is_read_without_a_problem(capture: str) -> None:
    observed = read_files([str(CAPTURES / capture)])
    assert observed.problems == ()
    assert observed.snapshot.pods
    for one in observed.snapshot.pods:
        assert observed.snapshot.events_of(one.ref, one.uid)


def test_a_capture_is_the_same_in_json_yaml_and_as_separate_documents(tmp_path: Path) -> None:
    import yaml

    capture = CAPTURES / "containerd-2.2" / "owner-deployment.json"
    listed = json.loads(capture.read_text())
    as_yaml = tmp_path / "list.yaml"
    as_yaml.write_text(yaml.safe_dump(listed))
    separate = tmp_path / "separate.yaml"
    separate.write_text(yaml.safe_dump_all(listed["items"]))
    expected = read_files([str(capture)])
    assert read_files([str(as_yaml)]) == expected
    assert read_files([str(separate)]) == expected


def test_a_folder_of_captures_is_one_cluster(tmp_path: Path) -> None:
    shutil.copytree(CAPTURES / "containerd-2.2", tmp_path / "dump")
    observed = read_files([str(tmp_path / "dump")])
    assert len(observed.snapshot.pods) == 28


def test_values_files_in_a_folder_are_none_of_our_business(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("image: nginx\nreplicas: 2\n")
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}\n"
    )
    observed = read_files([str(tmp_path)])

    assert [pod.ref.name for pod in observed.snapshot.pods] == ["web"]
    assert observed.problems == ()


def test_a_values_file_that_was_named_is_told_to_be_no_object(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("image: nginx\n")

    with pytest.raises(PullSecretError, match="must have a kind"):
        read_files([str(values)])
