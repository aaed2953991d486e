"""What a registry is asked, and what it answers. Pure words: `registry` asks, diagnoses read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.facts.causes import Cause

if TYPE_CHECKING:
    from kubectl_pullsecret.credentials import AuthEntry
    from kubectl_pullsecret.images import Reference

_NOTHING = Masked("")


class Login(NamedTuple):
    """A credential, and the registry key that says to whom it may be shown."""

    key: str  # as written in the Secret: "https://index.docker.io/v1/"
    username: str
    password: Masked
    identity_token: Masked = _NOTHING

    @classmethod
    def of(cls, entry: AuthEntry) -> Login:
        """What the kubelet would send of an auth entry."""
        return cls(entry.key, entry.username, entry.password)

    @property
    def as_sent(self) -> Login:
        """What a registry gets of it: the same under whatever key it is kept."""
        return self._replace(key="")


class Question(NamedTuple):
    """Whether a registry gives out an image, or, without one, accepts a login.

    The same image under two spellings is one question.
    """

    registry: str  # as image names have it: "docker.io", "registry.test:5000"
    login: Login | None  # None: anybody
    path: str = ""  # "library/nginx"; "": the login alone
    manifest: str = ""  # a tag or a digest

    @classmethod
    def about(cls, image: Reference, login: Login | None) -> Question:
        """Ask whether an image can be pulled; of a tag and a digest the digest counts."""
        return cls(image.registry, login, image.path, image.digest or image.tag)


class Answer(NamedTuple):
    """What came of a question, as seen from this machine; a node may see something else."""

    cause: Cause | None  # why not; None: yes
    said: str  # in one sentence, with the registry's own words; from outside, never a credential
    accepted: bool | None = None  # the login itself; None: it was not sent, or nobody can tell
    tags: tuple[str, ...] = ()  # where the manifest is missing: those that exist, nearest first
    withheld: str = ""  # why the login was not sent, where that would not have been safe
    notes: tuple[str, ...] = ()  # what the user should know: a token service on another domain

    @property
    def yes(self) -> bool:
        """Whether the image is given out, or the login accepted."""
        return self.cause is None

    @property
    def why_not(self) -> str:
        """Why not: what was said and which tags there are, or why nothing was sent."""
        tags = f"; nearest tags: {', '.join(self.tags)}" if self.tags else ""
        return self.withheld or f"{self.said}{tags}"
