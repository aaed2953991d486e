"""Kubeconfigs that cannot be used: one sentence with file and field, where kubectl refuses too."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.sources.kubeconfig import Overrides, resolve
from kubectl_pullsecret.sources.kubeconfig.loading import ReadFile, read_file
from tests.sources.kubeconfig.beside_kubectl import (
    CANARY,
    TOKEN,
    Row,
    World,
    check,
    compare,
    kubeconfig,
)

WRONG = "@folder@/config is not a kubeconfig that kubectl reads: "
NOT_YAML = "@folder@/config is not YAML that kubectl reads: "
GO = "cannot unmarshal"
SEEN = {"authorization": f"Bearer {TOKEN}"}
GOOD = kubeconfig()
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


def bad(name: str, content: Any, ours: str, kubectl: str, differs: str = "") -> Row:
    return Row(name, {"config": content}, refused=ours, kubectl_says=kubectl, differs=differs)


def wrong(name: str, field: str, kubectl: str = GO, **parts: Any) -> Row:
    return bad(name, kubeconfig(**parts), WRONG + field, kubectl)


ROWS = [
    bad("a list", "[1]", WRONG + "it is a list, not a mapping", GO),
    bad("a string", CANARY, WRONG + "it is a string, not a mapping", GO),
    bad("a number", "7", WRONG + "it is a number, not a mapping", GO),
    bad("a Secret", GOOD | {"kind": "Secret"}, WRONG + "it is a Secret of v1", 'no kind "Secret"'),
    bad("another version", GOOD | {"apiVersion": "v2"}, WRONG + "it is a Config of v2",
        'no kind "Config" is registered for version "v2"'),
    bad("a kind that is no string", GOOD | {"kind": 7}, WRONG + "kind is a number", "unmarshal"),
    bad("no YAML", f"a: [{CANARY}", NOT_YAML + "line", "yaml: line"),
    bad("a tab indents", f"a:\n\t- {CANARY}\n", NOT_YAML + "line 2, column 1: a tab cannot indent",
        "cannot start any token"),
    bad("an alias inside what it stands for", "a: &a [*a]", NOT_YAML + "line 1", "contains itself"),
    bad("billions of aliases", BOMB, NOT_YAML + "line.*aliases stand for", "excessive aliasing"),
    bad("nested far too deeply", "[" * 20_000, NOT_YAML + "line", "exceeded max depth"),
    bad("binary", f"\x7fELF\0\0\0\0{CANARY}", "@folder@/config is a binary file", "control char"),
    bad("two clusters of one name", GOOD | {"clusters": GOOD["clusters"] * 2},
        WRONG + 'clusters: two entries have the name "k"', 'duplicate name "k" in list'),
    bad("two users of one name", GOOD | {"users": GOOD["users"] * 2},
        WRONG + 'users: two entries have the name "u"', 'duplicate name "u" in list'),
    bad("two contexts of one name", GOOD | {"contexts": GOOD["contexts"] * 2},
        WRONG + 'contexts: two entries have the name "c"', 'duplicate name "c" in list'),
    wrong("two extensions of one name",
          r'clusters\[0\].cluster.extensions: two entries have the name "x"', 'duplicate name "x"',
          cluster={"extensions": [{"name": "x", "extension": {"a": 1}}] * 2}),
    wrong("clusters that are no list", "clusters is a mapping, not a list", clusters={"k": {}}),
    wrong("a user that is no mapping", r"users\[0\].user is a string, not a mapping",
          users=[{"name": "u", "user": CANARY}]),
    wrong("a token that is a number",
          r"users\[0\].user.token is a number, not a string; write it in",
          user={"token": 12345678}),
    wrong("a token that is a list", r"users\[0\].user.token is a list", user={"token": [TOKEN]}),
    wrong("a name that is a boolean", r"contexts\[0\].name is true or false, not a string",
          contexts=[{"name": True}]),
    wrong("current-context that is a number", "current-context is a number", current_context=7),
    wrong("insecure that is a string",
          r"clusters\[0\].cluster.insecure-skip-tls-verify is a string",
          cluster={"insecure-skip-tls-verify": "yes"}),
    wrong("a group that is a number", r"users\[0\].user.as-groups\[1\] is a number",
          user={"as": "x", "as-groups": ["a", 7]}),
    wrong("extra fields that are no lists",
          r"users\[0\].user.as-user-extra.a is a string, not a list",
          user={"as": "x", "as-user-extra": {"a": "b"}}),
    wrong("an auth-provider setting that is a number",
          r"users\[0\].user.auth-provider.config.x is a number",
          user={"auth-provider": {"name": "oidc", "config": {"x": 1}}}),
    wrong("arguments that are no list", r"users\[0\].user.exec.args is a string, not a list",
          user={"exec": {"args": "x"}}),
    wrong("certificates that are no base64", r"users\[0\].user.client-key-data is not base64",
          "illegal base64 data", user={"client-key-data": f"{CANARY}!"}),
    wrong("base64 without its end",
          r"clusters\[0\].cluster.certificate-authority-data is not base64",
          "illegal base64 data", cluster={"certificate-authority-data": "YWJ"}),
    wrong("an entry that nobody asks for", r"users\[1\].user.token is a number",
          users=[*GOOD["users"], {"name": "other", "user": {"token": 7}}]),
    wrong("preferences that are a string", "preferences is a string", preferences="x"),
]  # fmt: skip

FINE = [
    Row("fields that nobody knows", {"config": kubeconfig(
        {"x": 1}, {"y": [2]}, {"z": {}}, more=True, preferences={"colors": True})},
        arrives=SEEN),
    Row("nulls", {"config": kubeconfig(
        {"proxy-url": "", "extensions": []}, {"as-groups": [], "as-user-extra": {}, "as": ""},
        extensions=[])}, arrives=SEEN),
    Row("null where there is nothing", {"config": json.dumps(GOOD).replace(
        '"current-context"', '"preferences": null, "extensions": null, "current-context"').replace(
        '"user": {',
            '"user": {"exec": null, "auth-provider": null, "as": null, "as-groups": null, ')},
        arrives=SEEN),
    Row("neither kind nor version", {"config": kubeconfig(kind=None, apiVersion=None)},
        arrives=SEEN),
    Row("a key that is there twice", {"config": json.dumps(GOOD).replace(
        '"token"', f'"token": "{CANARY}", "token"')}, arrives=SEEN),
    Row("only the first document counts", {"config": f"{json.dumps(GOOD)}\n---\n[1]\n"},
        arrives=SEEN),
    Row("anchors, aliases and merge keys", {"config": f"""\
x: &trust {{certificate-authority-data: "@ca-data@"}}
current-context: &name c
clusters: [{{name: k, cluster: {{<<: *trust, server: "@https@"}}}}]
users: [{{name: u, user: {{token: {TOKEN}}}}}]
contexts: [{{name: *name, context: {{cluster: k, user: u}}}}]
"""}, arrives=SEEN),
    Row("base64 in lines", {"config": kubeconfig({"certificate-authority-data": "@ca-lines@"})},
        arrives=SEEN),
    Row("a byte order mark", {"config": f"\ufeff{json.dumps(GOOD)}"},
        arrives=SEEN),
    Row("insecure: yes", {"config": json.dumps(kubeconfig(
        {"certificate-authority-data": None, "insecure-skip-tls-verify": True})).replace(
        "true", "yes")}, arrives=SEEN),
]  # fmt: skip


@pytest.mark.parametrize("row", [*ROWS, *FINE], ids=lambda row: row.name)
def test_as_kubectl(world: World, row: Row) -> None:
    compare(world, row)


def refused_both(world: World, ours: str, kubectl: str, **environment: str) -> None:
    row = Row("", environment=environment, refused=ours, kubectl_says=kubectl)
    check(world, row, world.ask_kubectl(row), world.ask_us(row))


def test_a_folder(world: World) -> None:
    (world.folder / "folder").mkdir()
    ours = "cannot read the kubeconfig @folder@/folder: is a directory"
    refused_both(world, ours, "is a directory", KUBECONFIG="@folder@/folder")


def test_a_path_through_a_file(world: World) -> None:
    (world.folder / "file").write_text("")
    ours = "cannot read the kubeconfig @folder@/file/config: not a directory"
    refused_both(world, ours, "not a directory", KUBECONFIG="@folder@/file/config")


def refusal(read: ReadFile) -> str:
    with pytest.raises(PullSecretError) as caught:
        resolve(Overrides(kubeconfig="x"), {}, now=datetime.now(timezone.utc), read=read)
    return caught.value.message


def test_no_permission() -> None:
    def read(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    assert refusal(read) == "cannot read the kubeconfig x: permission denied"


def test_a_name_with_a_zero_byte() -> None:
    def read(path: str) -> bytes:
        return read_file(f"{path}\0")

    assert refusal(read) == "cannot read the kubeconfig x: its name holds a zero byte"


def test_far_too_large(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(100 * 2**30)
    assert refusal(lambda _: read_file(str(tmp_path / "huge"))).endswith("is larger than 8 MiB")
