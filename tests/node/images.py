"""Images that the tests make: a program of a few bytes, its layer, its manifest; and their push.

They are pushed over a unix socket to a registry that asks for no password, so that the registries
of the tests, which share its storage, have them without a network and without a login.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import json
import platform
import random
import socket
import struct
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.programs.missing import MissingError

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

_LOADED_AT = 0x400000
_HEADERS = 64 + 56  # of the file, and of its one segment


class _Machine(NamedTuple):
    """What the two programs are on one kind of processor."""

    number: int  # e_machine
    architecture: str  # as images name it
    sleeps: bytes  # pause() for ever
    ends: bytes  # exit(0)


_MACHINES = {
    "x86_64": _Machine(
        62,
        "amd64",
        bytes.fromhex("b822000000 0f05 ebf7"),  # mov eax, 34; syscall; jmp -9
        bytes.fromhex("b83c000000 31ff 0f05"),  # mov eax, 60; xor edi, edi; syscall
    ),
}


def machine() -> _Machine:
    """This machine's; raises `MissingError` for one whose programs nobody has written."""
    try:
        return _MACHINES[platform.machine()]
    except KeyError:
        known = ", ".join(_MACHINES)
        raise MissingError(f"a processor for which the test's images are made: {known}") from None


def program(code: bytes) -> bytes:
    """An ELF file that runs this code: no library, no kernel but Linux."""
    entry = _LOADED_AT + _HEADERS
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        *(2, machine().number, 1, entry, 64, 0, 0, 64, 56, 1, 64, 0, 0),
    )
    size = _HEADERS + len(code)
    return header + struct.pack("<IIQQQQQQ", 1, 5, 0, _LOADED_AT, 0, size, size, 0x1000) + code


class Blob(NamedTuple):
    """Bytes, as manifests name them."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    @property
    def descriptor(self) -> dict[str, object]:
        return {"mediaType": self.media_type, "size": len(self.content), "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest and the blobs that it names."""

    config: Blob
    layers: tuple[Blob, ...]

    @property
    def manifest(self) -> Blob:
        return _json_blob(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": self.config.descriptor,
                "layers": [layer.descriptor for layer in self.layers],
            },
            MANIFEST,
        )

    def archive(self, name: str) -> bytes:
        """The image as `docker save` writes it."""
        config = self.config.digest.partition(":")[2] + ".json"
        layers = {f"{n}/layer.tar": gzip.decompress(b.content) for n, b in enumerate(self.layers)}
        listed = [{"Config": config, "RepoTags": [name], "Layers": list(layers)}]
        files = {config: self.config.content, **layers}
        return _tar({**files, "manifest.json": json.dumps(listed).encode()})


def sleeper(note: str = "") -> Image:
    """Runs until it is killed; images with different notes have different digests."""
    return _image(machine().sleeps, note)


def finisher(note: str = "") -> Image:
    """Ends at once, as an init container should."""
    return _image(machine().ends, note)


def large(mebibytes: int) -> Image:
    """Takes that much room, packed or not; the same each time."""
    noise = random.Random(0).randbytes(mebibytes << 20)  # noqa: S311 nothing is secret about it
    layer = _tar({"app": program(machine().sleeps), "data": noise})
    return _of_layer(layer, _config(layer, "large"))


def unreadable() -> Image:
    """Its layer is no archive: it arrives whole, and cannot be unpacked."""
    layer = b"this is no archive" * 64
    return _of_layer(layer, _config(layer, "unreadable"))


def for_another_platform(image: Image) -> Blob:
    """An index whose one image is for no machine of ours."""
    return _json_blob(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_LIST,
            "manifests": [
                {
                    **image.manifest.descriptor,
                    "platform": {"os": "linux", "architecture": "s390x"},
                }
            ],
        },
        MANIFEST_LIST,
    )


def _image(code: bytes, note: str) -> Image:
    layer = _tar({"app": program(code)})
    return _of_layer(layer, _config(layer, note))


def _of_layer(layer: bytes, config: Blob) -> Image:
    return Image(config, (Blob(gzip.compress(layer, mtime=0), _LAYER),))


def _config(layer: bytes, note: str) -> Blob:
    content = {
        "architecture": machine().architecture,
        "os": "linux",
        "config": {"Entrypoint": ["/app"], "Labels": {"note": note}},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    return _json_blob(content, _CONFIG)


def _json_blob(content: Mapping[str, object], media_type: str) -> Blob:
    return Blob(json.dumps(content, indent=1).encode(), media_type)


def _tar(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


class Registry:
    """A registry on a unix socket, to push to."""

    def __init__(self, path: Path) -> None:
        self._connection = _UnixConnection(path)

    def push(self, image: Image, *names: str) -> None:
        """The image under each name, such as "team/app:v1"."""
        for name in names:
            repository, _, tag = name.partition(":")
            for blob in (image.config, *image.layers):
                self._upload(repository, blob)
            self.put(repository, tag, image.manifest)

    def put(self, repository: str, reference: str, manifest: Blob) -> None:
        """A manifest or an index, under a tag or its digest."""
        headers = {"Content-Type": manifest.media_type}
        self._ask("PUT", f"/v2/{repository}/manifests/{reference}", manifest.content, headers)

    def close(self) -> None:
        self._connection.close()

    def _upload(self, repository: str, blob: Blob) -> None:
        location = self._ask("POST", f"/v2/{repository}/blobs/uploads/")
        where = location.partition("/v2/")[2]
        self._ask("PUT", f"/v2/{where}&digest={blob.digest}", blob.content)

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> str:
        """Where the answer points to; raises ValueError for a refusal."""
        self._connection.request(method, path, body, headers or {})
        response = self._connection.getresponse()
        said = response.read()
        if response.status >= 300:
            raise ValueError(f"{method} {path}: {response.status} {said.decode(errors='replace')}")
        return response.headers.get("Location", "")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self._path)
