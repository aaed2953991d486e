"""The node as the proof needs it: its registries, its own logins, and two features switched on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.node.cluster import NodeCluster
from tests.node.images import finisher
from tests.node.registries import Registries, registries
from tests.node.scenario import ON_THE_NODE, entry
from tests.node.scenarios_of_registries import NODE_LOGIN, STALE_NODE_LOGIN

FEATURES = {"KubeletEnsureSecretPulledImages": True, "ImageVolume": True}


@contextmanager
def theatre(node: NodeCluster, folder: Path) -> Iterator[Registries]:
    """Until the block ends; the node's features and its logins stay. Raises `MissingError`."""
    with registries(folder, node.enter) as servers:
        node.set_hosts(servers.hosts)
        archive = folder / "done.tar"
        # Of its own: the kubelet remembers by digest which image came by a credential.
        archive.write_bytes(finisher("on the node").archive(ON_THE_NODE))
        node.import_image(archive)
        # Before the start: the kubelet reads it once in five minutes.
        logins = {NODE_LOGIN: entry(), STALE_NODE_LOGIN: entry(password="of yesterday")}
        node.docker_config.write_text(json.dumps({"auths": logins}))
        node.restart_kubelet(FEATURES)
        yield servers
