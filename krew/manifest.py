#!/usr/bin/env python3
"""Print the manifest for krew-index, filled in for the archives of this version in a folder.

    python krew/manifest.py dist --repository OWNER/NAME > pullsecret.yaml

The file's name matters: krew wants it to be the plugin's. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script knows only its own folder

import kubectl_pullsecret
from krew.platforms import PLATFORMS, archive_name

TEMPLATE = Path(__file__).with_name("pullsecret.yaml")
_SLUG = re.compile(r"[\w.-]+/[\w.-]+")
_PLATFORM = "    - selector:\n"  # how a platform's lines begin in the template
_REPOSITORY = "GITHUB_REPOSITORY"  # set by GitHub's runners


class ManifestError(ValueError):
    """The manifest cannot be filled in; the text says what is missing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the manifest; return the exit code."""
    options = _options(arguments)
    releases = options.releases or f"https://github.com/{options.repository}/releases/download"
    try:
        if not _SLUG.fullmatch(options.repository):
            raise ManifestError(f"--repository: OWNER/NAME is wanted, not {options.repository!r}")
        digests = digests_of(options.archives, options.platforms or PLATFORMS)
        written = render(
            digests, options.repository, f"{releases}/v{kubectl_pullsecret.__version__}"
        )
    except ManifestError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(written, end="")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archives", type=Path, help="the folder with the archives")
    parser.add_argument(
        "--repository",
        default=os.environ.get(_REPOSITORY, ""),
        metavar="OWNER/NAME",
        help=f"on GitHub; default: ${_REPOSITORY}",
    )
    parser.add_argument("--releases", metavar="URL", help="where /v1.2.3/archive is, if elsewhere")
    parser.add_argument(
        "--platform",
        dest="platforms",
        action="append",
        choices=PLATFORMS,
        help="only this one (may be repeated); default: all",
    )
    return parser.parse_args(arguments)


def digests_of(folder: Path, platforms: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of each platform's archive, in hex.

    Raises:
        ManifestError: archives are missing.
    """
    archives = {on: folder / archive_name(on) for on in platforms}
    missing = [path.name for path in archives.values() if not path.is_file()]
    if missing:
        raise ManifestError(f"{folder} lacks {', '.join(missing)}")
    return {on: hashlib.sha256(path.read_bytes()).hexdigest() for on, path in archives.items()}


def render(digests: Mapping[str, str], repository: str, releases: str) -> str:
    """Fill the template in for the platforms that have a digest; the others are left out.

    `releases` is the URL below which the archives are.
    """
    head, *platforms = TEMPLATE.read_text(encoding="utf-8").split(_PLATFORM)
    kept = [lines for lines in platforms if any(f"$sha256_{on}\n" in lines for on in digests)]
    _, _, head = head.partition("apiVersion: ")  # without the comment about the template
    text = "apiVersion: " + _PLATFORM.join([head, *kept])
    return Template(text).substitute(
        {f"sha256_{on}": digest for on, digest in digests.items()},
        version=kubectl_pullsecret.__version__,
        repository=repository,
        releases=releases.rstrip("/"),
    )


if __name__ == "__main__":
    sys.exit(main())
