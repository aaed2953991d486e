"""docs/rights.md: with exactly these roles every command works, and each of their rights counts."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from kubectl_pullsecret.cli.main import COMMANDS
from kubectl_pullsecret.errors import ExitCode
from tests.api.access import grant
from tests.api.admin_api import RefusedError, path
from tests.api.control_plane import ControlPlane
from tests.api.identities import ADMIN, ADMINS, Identity
from tests.api.rights import (
    DOCS,
    Right,
    Row,
    allows,
    files,
    is_of_cluster,
    manifest,
    rights,
    rows,
    text,
)
from tests.api.stage_of_roles import build, build_beside, namespaces, nodes, rollouts
from tests.cli.outside import Outcome, invoke
from tests.cli.small_registry import PASSWORD, USERS, small_registry
from tests.waiting import eventually

WRITING = ("attach", "detach", "create", "copy")
PARTIAL = "explain-without-secrets"
NOTHING = Right("", "", "")
NOWHERE = Row("doctor -n typo", ("explain-everywhere",))

_numbers = count(1)


class Asked(NamedTuple):
    """A command's answer, and the requests behind it."""

    outcome: Outcome
    requests: frozenset[tuple[str, str]]  # verb and plural


class Theatre:
    """Stages, users with the roles of a row, and the commands that they run."""

    def __init__(
        self, plane: ControlPlane, folder: Path, registry: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._plane, self._folder, self._registry = plane, folder, registry
        self._environment = monkeypatch
        self._ends = ExitStack()
        self._bound: dict[tuple[str, ...], str] = {}
        self.now = datetime.now(timezone.utc) + timedelta(minutes=1)
        self.user = cache(self._user)
        self.ask = cache(self.ask_now)

    @contextmanager
    def stage(self) -> Iterator[str]:
        """A namespace with everything in it, two to copy to, and one that has a copy already."""
        api, team = self._plane.api, f"roles-{next(_numbers)}"
        to_copy_to = (f"{team}-dev", f"{team}-prod")
        with (
            namespaces(api, team, f"{team}-beside"),
            namespaces(api, *to_copy_to, pulls=team),
        ):
            build(api, team, self._registry)
            build_beside(api, f"{team}-beside", team, self._registry)
            yield team

    def close(self) -> None:
        self._ends.close()

    def _user(
        self, team: str, roles: tuple[str, ...], elsewhere: tuple[str, ...], without: Right
    ) -> Path:
        """The kubeconfig of somebody who may do what the roles say, but for one thing."""
        name = f"user-{next(_numbers)}"
        here = [role for role in roles if not is_of_cluster(role)]
        for places, granted in (
            ([team], here),
            ([""], [role for role in roles if is_of_cluster(role)]),
            ([f"{team}-dev", f"{team}-prod"], elsewhere),
        ):
            rules = [one.rule for role in granted for one in rights(role) if one != without]
            for place in places if rules else ():
                grant(self._plane.api, name, rules, place)
                if not place:
                    self._ends.callback(self._take_away, name)
        return self.nobody(team, name)

    def nobody(self, team: str, name: str) -> Path:
        """The kubeconfig of a user who has what he was granted elsewhere."""
        return self._kubeconfig(team, name, self._plane.authority.client(name))

    def _take_away(self, user: str) -> None:
        for kind in ("ClusterRoleBinding", "ClusterRole"):
            self._plane.api.delete(path(kind, "", f"of-{user}"))

    def forget(self, binding: str, role: str) -> None:
        """Take away what the page's commands have made for the whole cluster."""
        for kind, name in (("ClusterRoleBinding", binding), ("ClusterRole", role)):
            with suppress(RefusedError):  # the command that makes it is another row's
                self._plane.api.delete(path(kind, "", name))

    def bound(self, team: str, *roles: str) -> Path:
        """The kubeconfig of a user who is bound to ClusterRoles of Kubernetes' own."""
        api = self._plane.api
        rules = [rule for role in roles for rule in api.get(path("ClusterRole", "", role))["rules"]]
        if roles not in self._bound:
            user = self._bound[roles] = f"user-{next(_numbers)}"
            for namespace in (team, f"{team}-dev", f"{team}-prod"):
                grant(api, user, rules, namespace)
        return self.nobody(team, self._bound[roles])

    def admin(self, team: str) -> Path:
        return self._kubeconfig(team, "admin", self._plane.authority.client(ADMIN, ADMINS))

    def _kubeconfig(self, team: str, name: str, identity: Identity) -> Path:
        return self._plane.kubeconfig(self._folder / f"{team}-{name}", identity, team)

    def run(self, team: str, kubeconfig: Path, command: str, *more: str) -> Outcome:
        """Runs a command of the page; its answer names team and registry as the page does."""
        self._environment.setenv("KUBECONFIG", str(kubeconfig))
        words = [self._here(team, word) for word in shlex.split(command)]
        return invoke(*words, *more, stdin=PASSWORD.encode(), now=self.now)

    def _here(self, team: str, word: str) -> str:
        if word in ("team", "dev,prod"):
            return ",".join(f"{team}-{one}" for one in word.split(",")) if "," in word else team
        return {"pulls=yes": f"pulls={team}", "typo": f"{team}-typo"}.get(word, word)

    def ask_now(self, team: str, row: Row, without: Right = NOTHING) -> Asked:
        """Nothing is changed: what writes is tried by the server alone."""
        kubeconfig = self.user(team, row.roles, row.elsewhere, without)
        mark = self._plane.mark()
        outcome = self.run(team, kubeconfig, row.command, *dry(row))
        requests = self._plane.requests_since(mark)
        return Asked(outcome, frozenset((one.verb, _plural(one.uri)) for one in requests))


def _plural(uri: str) -> str:
    parts = urlsplit(uri).path.split("/")[2 if uri.startswith("/api/") else 3 :]
    in_namespace = len(parts) > 3 and parts[1] == "namespaces"
    return parts[3] if in_namespace else parts[1] if len(parts) > 1 else ""


def dry(row: Row) -> tuple[str, ...]:
    return ("--dry-run=server",) if writes(row) else ()


def writes(row: Row) -> bool:
    return row.command.startswith(WRITING) and "--check" not in row.command


@pytest.fixture(scope="module")
def theatre(
    control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    with (
        pytest.MonkeyPatch.context() as environment,
        small_registry(USERS, "team/app:v1") as registry,
        rollouts(control_plane.api),
        nodes(control_plane.api, registry.host),
    ):
        folder = tmp_path_factory.mktemp("roles")
        theatre = Theatre(control_plane, folder, registry.host, environment)
        try:
            yield theatre
        finally:
            theatre.close()


@pytest.fixture(scope="module")
def team(theatre: Theatre) -> Iterator[str]:
    """The stage on which nothing is changed."""
    with theatre.stage() as team:
        yield team


def by_label(row: Row) -> str:
    return row.label


TRIED = [row for row in rows() if "--wait" not in row.command]
WHOLE = [row for row in TRIED if PARTIAL not in row.roles]
OF_EDITORS = [
    row
    for row in WHOLE
    if not any(is_of_cluster(role) or role == "attach-rollouts" for role in row.roles)
]


def test_the_page_has_every_role_and_says_what_it_allows() -> None:
    told = re.findall(r"^\| \[([a-z-]+)\]\(roles/([a-z-]+)\.yaml\) \| .* \| (.*) \|$", text(), re.M)
    assert sorted(told) == [(role, role, allows(role)) for role in files()]


def test_the_tables_name_roles_that_are_there() -> None:
    assert {role for row in rows() for role in row.roles + row.elsewhere} == set(files())


def test_the_tables_have_every_command_that_asks_a_cluster() -> None:
    without = {"completion", "explain", "version"}
    assert {row.command.split()[0] for row in rows()} == set(COMMANDS) - without


@pytest.mark.parametrize("role", files())
def test_a_role_is_called_like_its_file(role: str) -> None:
    assert manifest(role)["metadata"] == {"name": f"pullsecret-{role}"}


@pytest.mark.parametrize("row", WHOLE, ids=by_label)
def test_the_answer_is_an_administrators(theatre: Theatre, team: str, row: Row) -> None:
    given = theatre.ask(team, row).outcome
    whole = theatre.run(team, theatre.admin(team), row.command, *dry(row))
    assert given == whole
    assert given.code in (ExitCode.FINE, ExitCode.FINDINGS), given.err


def test_of_a_namespace_that_is_not_there_too(theatre: Theatre, team: str) -> None:
    given = theatre.ask(team, NOWHERE).outcome
    assert (given.code, given.out) == (ExitCode.FAILED, "")
    assert f'namespaces "{team}-typo" not found' in given.err


@pytest.mark.parametrize("restart", ["", " --restart"])
def test_attach_says_that_it_does_not_see_who_is_stuck(
    theatre: Theatre, team: str, restart: str
) -> None:
    row = Row(f"attach sa/default regcred{restart}", ("explain", "attach"))
    given = theatre.ask(team, row, Right("list", "", "pods")).outcome
    assert given.code is ExitCode.FINE
    said = "warning: the pods of sa/default could not be seen, nor which are stuck: User "
    assert given.err.startswith(said)
    assert 'cannot list resource "pods"' in given.err


@pytest.mark.parametrize("row", OF_EDITORS, ids=by_label)
def test_edit_is_enough(theatre: Theatre, team: str, row: Row) -> None:
    """What aggregates to edit: its own rules are the controller-manager's to write."""
    kubeconfig = theatre.bound(team, "system:aggregate-to-edit", "system:aggregate-to-view")
    given = theatre.run(team, kubeconfig, row.command, *dry(row))
    assert given == theatre.ask(team, row).outcome


PARTLY = [row for row in TRIED if PARTIAL in row.roles]


@pytest.mark.parametrize("row", PARTLY, ids=by_label)
def test_a_partial_answer_says_so(theatre: Theatre, team: str, row: Row) -> None:
    given = theatre.ask(team, row).outcome
    assert re.search('cannot (get|list) resource "secrets"', given.out + given.err)
    doctors = row.command.startswith("doctor")
    assert given.code is (ExitCode.FINDINGS if doctors else ExitCode.INCOMPLETE)


@pytest.mark.parametrize("row", PARTLY, ids=by_label)
def test_view_tells_as_much(theatre: Theatre, team: str, row: Row) -> None:
    given = theatre.run(team, theatre.bound(team, "system:aggregate-to-view"), row.command)
    assert _unnamed(given) == _unnamed(theatre.ask(team, row).outcome)


def _unnamed(outcome: Outcome) -> tuple[ExitCode, str, str]:
    """Without the name of whoever is refused."""
    out, err = (re.sub(r'User "[^"]+"', "", said) for said in (outcome.out, outcome.err))
    return outcome.code, out, err


@pytest.mark.parametrize(
    ("about", "command"),
    [("grant", "doctor -n team"), ("grant everywhere", "doctor -A")],
)
def test_the_pages_commands_grant_them(  # by the real kubectl
    theatre: Theatre, team: str, kubectl: Path, about: str, command: str
) -> None:
    jane = theatre.nobody(team, f"jane-{about[6:]}")
    (block,) = re.findall(f"<!-- {about} -->\n```sh\n(.*?)```", text(), re.DOTALL)
    for line in block.splitlines():
        words = [{"team": team, "jane": f"jane-{about[6:]}"}.get(one, one) for one in line.split()]
        flags = ("--kubeconfig", str(theatre.admin(team)))
        subprocess.run((kubectl, *words[1:], *flags), cwd=DOCS.parent, check=True, timeout=60)
    try:
        whole = theatre.run(team, theatre.admin(team), command)
        eventually(lambda: theatre.run(team, jane, command) == whole)
    finally:
        theatre.forget("explain", "pullsecret-explain-everywhere")


@pytest.mark.parametrize("row", [row for row in rows() if writes(row)], ids=by_label)
def test_what_writes_is_done(theatre: Theatre, row: Row) -> None:
    with theatre.stage() as team:
        kubeconfig = theatre.user(team, row.roles, row.elsewhere, NOTHING)
        outcome = theatre.run(team, kubeconfig, row.command)
    assert outcome.code is ExitCode.FINE, outcome.out + outcome.err


@pytest.mark.parametrize(
    ("role", "right"),
    [(role, right) for role in files() for right in rights(role)],
    ids=lambda one: one if isinstance(one, str) else " ".join(one),
)
def test_each_right_is_needed(theatre: Theatre, team: str, role: str, right: Right) -> None:
    using = [row for row in (*TRIED, NOWHERE) if role in row.roles + row.elsewhere]
    assert any(
        _unnamed(theatre.ask_now(team, row, right).outcome)
        != _unnamed(theatre.ask_now(team, row).outcome)  # others' stages come and go
        for row in using
        if (right.verb, right.resource) in theatre.ask(team, row).requests
    )
