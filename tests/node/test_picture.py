"""README's picture is what a terminal shows today."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kubectl_pullsecret.report import Reason
from tests.node.cluster import NodeCluster
from tests.node.picture import CHARACTER, DESCRIPTION, IMAGE, TITLE, drawn, session
from tests.node.registries import Registries
from tests.node.scenario import ONCE
from tests.node.timeless import timeless

RUNTIMES = ONCE
PICTURE = (Path(__file__).parents[2] / "docs" / "picture.svg").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def lines_of(svg: str) -> list[str]:
    """What is read in the picture; empty lines are not drawn."""
    lines: dict[float, str] = {}
    for text in ElementTree.fromstring(svg).iter(f"{SVG}text"):  # noqa: S314 our own picture
        below, right = float(text.attrib["y"]), float(text.attrib["x"])
        before = lines.get(below, "").ljust(round(right / CHARACTER))
        lines[below] = before + (text.text or "").replace("\u00a0", " ")
    return list(lines.values())


def test_it_shows_what_a_new_session_shows(node: NodeCluster, registries: Registries) -> None:
    screens = "\n".join(said.text for said in session(node, registries)).splitlines()
    seen = [timeless(line) for line in screens if line.strip()]
    assert [timeless(line) for line in lines_of(PICTURE)] == seen


def test_it_names_a_reason_and_an_image_that_there_are() -> None:
    (headline,) = (line for line in lines_of(PICTURE) if f"cannot pull {IMAGE}" in line)
    assert Reason(headline.split()[-1])


def test_its_commands_are_those_of_the_story() -> None:
    typed = [line.removeprefix("$ ") for line in lines_of(PICTURE) if line.startswith("$ ")]
    assert [shlex.split(line.rstrip("\\"))[1:3] for line in typed] == [
        ["get", "pods"],
        ["pullsecret", "doctor"],
        ["pullsecret", "create"],
        ["pullsecret", "attach"],
        ["get", "pods"],
    ]


def test_it_is_small_and_asks_nobody_for_anything() -> None:
    assert len(PICTURE.encode()) < 20_000
    assert not re.search(r"<script|<image|@import|@font-face|\burl\(|href|\bon\w+=", PICTURE)
    assert set(re.findall(r"\w+://[^\s\"'<&]+", PICTURE)) == {
        "http://www.w3.org/2000/svg",  # the name of the format
        "https://index.docker.io/v1/",  # in the text
    }


def test_it_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(PICTURE)  # noqa: S314 our own picture
    assert root.get("role") == "img"
    assert [root.findtext(f"{SVG}{name}") for name in ("title", "desc")] == [TITLE, DESCRIPTION]


@pytest.mark.parametrize("of", ["\x1b[31mred\x1b[0m", "\x1b[2mfaint\x1b[0m", "\x1b[1mbold\x1b[0m"])
def test_colours_are_drawn(of: str) -> None:
    assert drawn(of) != drawn(re.sub(r"\x1b\[\d+m", "", of))
