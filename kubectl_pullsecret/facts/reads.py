"""What can be asked of an API server, and what came of it. Values; asking is `sources.live`."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Need(Enum):
    """What it means if the server refuses a read."""

    REQUIRED = "required"  # nothing can be answered without it
    WANTED = "wanted"  # the answer is incomplete, and says so
    OPTIONAL = "optional"  # the answer is as good
    PRESENT = "present"  # as good; but if it is not there, there is nothing to answer


class Get(NamedTuple):
    """One object by its name."""

    kind: str  # as in manifests; `facts.kinds` says where it lives
    namespace: str  # "" for kinds without
    name: str
    need: Need = Need.WANTED
    api_version: str = ""  # of a kind that is not in `facts.kinds`: discovery says where it lives
    whole: bool = False  # keep the object as the server has it: to write it anew


class List(NamedTuple):
    """The objects of a kind, in one namespace ("" means in all), narrowed by selectors."""

    kind: str
    namespace: str
    field_selector: str = ""
    label_selector: str = ""
    need: Need = Need.WANTED
    metadata_only: bool = False  # names without content (PartialObjectMetadata)
    waiting_only: bool = False  # of pods: keep those that may wait, count the others (`Quiet`)


class TryPod(NamedTuple):
    """What admission would make of a new pod of an account: created as a dry run only."""

    namespace: str
    account: str
    need: Need = Need.OPTIONAL


Read = Get | List | TryPod


class Refusal(NamedTuple):
    """A read that the server did not answer."""

    read: Get | List
    why: str  # one sentence, the server's words
