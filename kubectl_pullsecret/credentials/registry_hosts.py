"""To which registry a credential belongs, by its key: what it may be shown to, and nobody else.

The kubelet sends a credential wherever its key matches. Here it goes to the host and port that the
key names, to an image that the key serves, to Docker Hub by any of its names; and nowhere else.
"""

from __future__ import annotations

from kubectl_pullsecret.credentials.hosts import (
    HUB_ENDPOINTS,
    WrittenKey,
    ascii_lower,
    is_hub_name,
    read_key,
)
from kubectl_pullsecret.credentials.keyring import urls_match
from kubectl_pullsecret.credentials.spelling import lookup_key_or_none
from kubectl_pullsecret.images import HUB, InvalidReference, Reference

_GLOB_SIGNS = frozenset("*?\\")
_HUB_PORTS = (None, "", "443")


def registry_of_key(key: str) -> str | None:
    """Return the registry that a key names, as image names have it; None for globs and no host.

    Every name of Docker Hub is `docker.io`, also those that the kubelet does not take for it: who
    writes `hub.docker.com` holds a login of Docker Hub.
    """
    lookup = lookup_key_or_none(key)
    if lookup is None:
        return None
    if _means_hub(read_key(key)):
        return HUB
    host = lookup.partition("/")[0]
    return host if _begins_image_names(host) else None


def may_be_shown(key: str, registry: str, path: str) -> bool:
    """Tell whether a credential under this key may be sent to a registry, for an image or none.

    A key that names a host stands for all of it: its path only says which images the kubelet uses
    it for. A glob is good for the images that it serves, so not without a path.
    """
    if _means_hub(read_key(key)):
        return registry == HUB or registry in HUB_ENDPOINTS
    lookup = lookup_key_or_none(key)
    if lookup is None:
        return False
    named = registry_of_key(key)
    if named is not None and ascii_lower(named) == ascii_lower(registry):
        return True
    return bool(path) and urls_match(lookup, f"{registry}/{path}")


def _means_hub(written: WrittenKey) -> bool:
    plain = written.port in _HUB_PORTS and not written.user_info and "*" not in written.host
    return plain and is_hub_name(written.name)


def _begins_image_names(host: str) -> bool:
    """Tell whether an image name can have this registry: `name` alone is a part of Docker Hub."""
    if not _GLOB_SIGNS.isdisjoint(host):
        return False
    try:
        return Reference.parse(f"{host}/any/image").registry == host
    except InvalidReference:
        return False
