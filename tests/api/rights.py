"""docs/rights.md and docs/roles/, read: which roles each command needs, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.api.admin_api import Json

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "rights.md"
ROLES = DOCS / "roles"


class Row(NamedTuple):
    """A command of the page's tables, and the roles that it needs."""

    command: str  # without `kubectl pullsecret`
    roles: tuple[str, ...]  # "explain": docs/roles/explain.yaml
    elsewhere: tuple[str, ...] = ()  # in the namespaces that it copies to

    @property
    def label(self) -> str:
        return f"{' and '.join(self.roles + self.elsewhere)}: {self.command}"


class Right(NamedTuple):
    """The smallest part of a rule."""

    verb: str
    group: str
    resource: str
    name: str = ""  # of the one object that it is about; "": of all

    @property
    def rule(self) -> Json:
        named = {"resourceNames": [self.name]} if self.name else {}
        what = {"apiGroups": [self.group], "resources": [self.resource], "verbs": [self.verb]}
        return {**what, **named}


def text() -> str:
    """The page."""
    return PAGE.read_text(encoding="utf-8")


def rows() -> list[Row]:
    """The rows of all tables whose first column is `command`, one for each command."""
    found: list[Row] = []
    wanted = False
    for line in text().splitlines():
        if not line.startswith("|"):
            wanted = False
        elif line.startswith("| command |"):
            wanted = True
        elif wanted and not line.startswith("|-"):
            commands, *roles = line.strip("|").split(" |")
            needed = [tuple(re.findall(r"[a-z-]+", cell)) for cell in roles]
            found += [Row(command, *needed) for command in re.findall("`([^`]+)`", commands)]
    return found


def files() -> list[str]:
    """The roles that there are."""
    return sorted(path.stem for path in ROLES.glob("*.yaml"))


def manifest(role: str) -> Json:
    """The role as it is applied."""
    found: Json = yaml.safe_load((ROLES / f"{role}.yaml").read_text(encoding="utf-8"))
    return found


def rights(role: str) -> Iterator[Right]:
    """What a role allows, one thing after the other."""
    for rule in manifest(role)["rules"]:
        parts = (rule["verbs"], rule["apiGroups"], rule["resources"])
        for verb, group, resource in product(*parts):
            for name in rule.get("resourceNames", [""]):
                yield Right(verb, group, resource, name)


def allows(role: str) -> str:
    """What a role allows, as the page says it: "get, list pods, secrets; list events"."""
    together: dict[tuple[str, str], list[str]] = {}
    for rule in manifest(role)["rules"]:
        names = ", ".join(rule.get("resourceNames", []))
        together.setdefault((", ".join(rule["verbs"]), names), []).extend(rule["resources"])
    return "; ".join(
        f"{verbs} {', '.join(resources)}{f' ({names})' if names else ''}"
        for (verbs, names), resources in together.items()
    )


def is_of_cluster(role: str) -> bool:
    """Whether it is bound for all namespaces at once."""
    return bool(manifest(role)["kind"] == "ClusterRole")
