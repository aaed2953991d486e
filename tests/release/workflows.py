"""The workflow files, read as GitHub reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))

Workflow = Mapping[str, Any]  # what YAML holds; its fields are GitHub's


def workflow(name: str) -> Workflow:
    """One workflow; YAML 1.1 reads its key `on` as true."""
    read: Workflow = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return read


def jobs() -> Iterator[tuple[str, Workflow]]:
    """Every job of every workflow, as `release/provenance`."""
    for file in FILES:
        for name, job in workflow(file.stem)["jobs"].items():
            yield f"{file.stem}/{name}", job


def steps() -> Iterator[tuple[str, Workflow]]:
    """Every step of every job, with its job's name."""
    for name, job in jobs():
        for step in job.get("steps", ()):
            yield name, step


def commands() -> Sequence[str]:
    """What every `run:` block says."""
    return [step["run"] for _, step in steps() if "run" in step]
