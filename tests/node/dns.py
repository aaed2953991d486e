"""A name server of the tests' own: `python -m tests.node.dns ADDRESS PORT '{"name": "address"}'`.

A name with the address "" is never answered; one that is not in the table does not exist.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
from collections.abc import Mapping

NEVER = ""

_ADDRESS, _IN = 1, 1  # record type A, class internet
_ANSWER = 0x8580  # a response, authoritative; recursion desired and available
_NO_SUCH_NAME = 3


def answer(query: bytes, names: Mapping[str, str]) -> bytes | None:
    """The answer to a query (RFC 1035, section 4); None where nothing shall be said."""
    name, end = _question(query)
    known = names.get(name)
    if known == NEVER:
        return None
    wanted = struct.unpack_from("!H", query, end - 4)[0] == _ADDRESS
    records = b""
    if known is not None and wanted:
        # 0xC00C: the name of the question
        record = struct.pack("!HHHIH", 0xC00C, _ADDRESS, _IN, 1, 4)
        records = record + socket.inet_aton(known)
    flags = _ANSWER | (_NO_SUCH_NAME if known is None else 0)
    header = query[:2] + struct.pack("!HHHHH", flags, 1, bool(records), 0, 0)
    return header + query[12:end] + records


def _question(query: bytes) -> tuple[str, int]:
    """The name that is asked for, and where the question ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii", "replace").lower())
        at += 1 + length
    return ".".join(labels), at + 5


def main(address: str, port: str, table: str) -> None:
    names: dict[str, str] = json.loads(table)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, int(port)))
        print(f"listening on {address}:{server.getsockname()[1]}", flush=True)  # noqa: T201 the tests wait for it
        while True:
            query, asker = server.recvfrom(4096)
            try:
                said = answer(query, names)
            except (IndexError, struct.error):
                continue  # no query
            if said is not None:
                server.sendto(said, asker)


if __name__ == "__main__":
    main(*sys.argv[1:])
