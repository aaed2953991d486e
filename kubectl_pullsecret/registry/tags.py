"""Which tags exist, nearest to one that does not. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import zip_longest

from kubectl_pullsecret.registry.messages import Response
from kubectl_pullsecret.registry.origins import InvalidAddressError, place_of

MOST_TAGS = 5
MOST_PAGES = 10
PAGE_SIZE = 1000
_LEAST_LIKENESS = 0.5
_MOST_COMPARED = 100  # tags letter by letter
_LONGEST_LINK = 8192  # letters


def read_tags(response: Response) -> tuple[str, ...]:
    """Read a page of tags/list (distribution spec, end-8a); no tag is left out."""
    try:
        found: object = json.loads(response.body)
    except (ValueError, RecursionError):
        return ()
    tags = found.get("tags") if isinstance(found, dict) else None
    if not isinstance(tags, list):
        return ()
    return tuple(tag for tag in tags if isinstance(tag, str) and _is_tag(tag))


def following_page(response: Response, asked: str) -> str | None:
    """The target of the next page (RFC 8288), where it is at the same host; it was `asked` for."""
    link = response.headers.get("Link", "")[:_LONGEST_LINK]
    found = re.search(r'<([^<>]*)>[^,<]*;\s*rel="?next"?', link)
    if found is None:
        return None
    try:
        place = place_of(found[1], f"{response.origin.url}{asked}")
    except InvalidAddressError:
        return None
    return place.target if place.origin == response.origin and place.target != asked else None


def nearest(wanted: str, tags: tuple[str, ...]) -> tuple[str, ...]:
    """The tags that somebody may have meant: likest first, of equally like ones the newest."""
    versions = [(likeness, tag) for tag in tags if (likeness := _likeness(wanted, tag)) > 0]
    known = {tag for _, tag in versions}
    others = tuple(tag for tag in tags if tag not in known) if len(known) < MOST_TAGS else ()
    scored = [*versions, *_alike(wanted, others)]
    scored.sort(key=lambda one: (one[0], _numbers(one[1]), one[1]), reverse=True)
    return tuple(tag for _, tag in scored[:MOST_TAGS])


def _likeness(wanted: str, tag: str) -> float:
    """Of versions, from 1 to 3: the same but for a `v` or the letter case; 0 for other tags."""
    if _plain(wanted) == _plain(tag):
        return 3.0
    mine, its = _numbers(wanted), _numbers(tag)
    if mine and its and _words(wanted) == _words(tag):
        return 1.0 + _shared_start(mine, its)
    return 0.0


def _alike(wanted: str, tags: tuple[str, ...]) -> Iterator[tuple[float, str]]:
    """The tags that are spelt alike, from 0.5 to 1; of many only the most promising."""
    matcher = SequenceMatcher(None, "", wanted.lower(), autojunk=False)
    promising = []
    for tag in tags:
        matcher.set_seq1(tag.lower())
        if matcher.real_quick_ratio() < _LEAST_LIKENESS:
            continue
        if (at_most := matcher.quick_ratio()) >= _LEAST_LIKENESS:
            promising.append((at_most, tag))
    for _, tag in nlargest(_MOST_COMPARED, promising):
        matcher.set_seq1(tag.lower())
        if (ratio := matcher.ratio()) >= _LEAST_LIKENESS:
            yield ratio, tag


def _shared_start(mine: tuple[int, ...], its: tuple[int, ...]) -> float:
    """From 0 to nearly 1: how far versions agree, and how near the first other number is."""
    same = 0
    for own, other in zip_longest(mine, its):
        if own != other:
            distance = 1.0 if own is None or other is None else float(min(abs(own - other), 100))
            return (same + 0.9 / (1 + distance)) / (len(mine) + 1)
        same += 1
    return same / (len(mine) + 1)


def _plain(tag: str) -> str:
    """The tag without the `v` of a version and in lower case."""
    return re.sub(r"^v(?=\d)", "", tag.lower())


def _numbers(tag: str) -> tuple[int, ...]:
    return tuple(int(digits[:18]) for digits in re.findall(r"[0-9]+", tag))


def _words(tag: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+", _plain(tag)))


def _is_tag(text: str) -> bool:
    return re.fullmatch(r"\w[\w.-]{0,127}", text, re.ASCII) is not None
