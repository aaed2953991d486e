"""README's picture: `python -m tests.node.picture docs/picture.svg`.

A real session, typed at bash on a terminal, about a pod of a real node whose image does not come.
As root on Debian, with what the tests of this folder need.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.api.admin_api import Json, path
from tests.node.cluster import NodeCluster, NodePrograms, node_cluster
from tests.node.containerd import Runtime
from tests.node.registries import EXAMPLE, PULLER, Registries
from tests.node.scenario import HUB_KEY, pull_secret, runs, waiting, workload
from tests.node.setting import set_up
from tests.node.shell import Said, shell
from tests.node.theatre import theatre
from tests.programs.missing import MissingError
from tests.programs.real import find
from tests.programs.sets import CONTAINERD, NODE
from tests.waiting import eventually

TEAM = "team"
IMAGE = f"{EXAMPLE}/team/app:v1"
PATIENCE, PACE = 60.0, 0.2  # seconds
COLUMNS = 96
MARGINS = 2  # columns, left and right of the text
CHARACTER = 12.2  # wide, in the picture's own units

TITLE = "A terminal: an image does not pull; kubectl pullsecret says why and prints what mends it"
DESCRIPTION = (
    "A pod is in ImagePullBackOff. The doctor says that no attached secret has an entry for its"
    " registry, and prints two commands. They are run, the password is asked for without echo,"
    " and the pod runs."
)
THEME = TerminalTheme(
    background=(27, 31, 39),
    foreground=(222, 227, 234),
    normal=[
        (72, 79, 88),  # black
        (255, 123, 114),  # red: an error's reason
        (126, 231, 135),  # green: the prompt
        (227, 179, 65),  # yellow: a warning's reason
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (222, 227, 234),
    ],
)
# Own, because rich's names a font on another host. What stands in {} is rich's.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img" \
aria-labelledby="title description">
<title id="title">%s</title>
<desc id="description">%s</desc>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, SFMono-Regular, Menlo, \
Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }}
{styles}
</style>
{chrome}
<g class="{unique_id}-matrix" transform="translate(20 48)">
{matrix}
</g>
</svg>
"""


@contextmanager
def stage(node: NodeCluster) -> Iterator[None]:
    """A Deployment that lists a secret of another registry, until the block ends."""
    eventually(lambda: not _pods(node), PATIENCE, PACE)  # of a test before
    web = workload("Deployment", "hub", image=IMAGE)
    set_up(node.api, TEAM, (pull_secret("hub", HUB_KEY), web))
    try:
        eventually(lambda: _backs_off(_pods(node)), PATIENCE, PACE)
        yield
    finally:
        node.api.remove_namespace(TEAM)


def session(node: NodeCluster, registries: Registries) -> Iterator[Said]:
    """Somebody asks why, does what the answer says, and looks again."""
    with stage(node), shell(node, COLUMNS, {"SSL_CERT_FILE": str(registries.ca)}) as bash:
        yield bash.type(f"kubectl get pods -n {TEAM}")
        why = bash.type(f"kubectl pullsecret doctor -n {TEAM}")
        yield why
        create, attach = printed_commands(why.text)
        yield bash.type(create.replace("USER", PULLER))
        yield bash.type(f"{attach} --wait")
        eventually(lambda: runs(_pods(node)) and len(_pods(node)) == 1, PATIENCE, PACE)
        yield bash.type(f"kubectl get pods -n {TEAM}")


def printed_commands(text: str) -> list[str]:
    """The commands of a fix, as somebody marks them on a terminal: over two lines if need be."""
    found = re.findall(r"\d\. (kubectl (?:[^\\\n]|\\\n)+)", text)
    return [re.sub(r"\n +", "\n    ", re.sub(r" {5}\(.*\)", "", command)) for command in found]


def drawn(screen: str) -> str:
    """The SVG of what a terminal shows."""
    console = Console(
        record=True, width=COLUMNS + MARGINS, file=io.StringIO(), color_system="standard"
    )
    console.print(Text.from_ansi(screen), no_wrap=True)
    svg = console.export_svg(
        title="",
        theme=THEME,
        code_format=FRAME % (escape(TITLE), escape(DESCRIPTION)),
        unique_id="terminal",
    )
    # Less: the line ends are drawn too, and each line is clipped, though none is too long.
    return re.sub(r' clip-path="[^"]*"|<text [^>]*>\n</text>', "", svg)


def main(target: Path) -> None:
    with _node() as (node, registries):
        screens = [said.screen for said in session(node, registries)]
    target.write_text(drawn("\n".join(screens)), encoding="utf-8")


@contextmanager
def _node() -> Iterator[tuple[NodeCluster, Registries]]:
    own = find(os.environ, print), find(os.environ, print, NODE)
    containerd = find(os.environ, print, CONTAINERD).path("containerd").parent
    with (
        tempfile.TemporaryDirectory() as folder,
        node_cluster(NodePrograms(*own, containerd), Runtime.CONTAINERD_2) as node,
        theatre(node, Path(folder)) as registries,
    ):
        yield node, registries


def _pods(node: NodeCluster) -> list[Json]:
    found: list[Json] = node.api.get(path("Pod", TEAM))["items"]
    return found


def _backs_off(pods: list[Json]) -> bool:
    return any(why["reason"] == "ImagePullBackOff" for why in waiting(pods))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except MissingError as missing:
        sys.exit(f"the picture needs {missing}")
