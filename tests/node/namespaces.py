"""The Linux namespaces of one test cluster: network, mounts and processes of its own.

The kernel undoes what happens in them: when their first process ends, every process in them is
killed, and with the last one go the mounts, the links, the addresses and the sockets. That first
process ends with the test run, however that ends. What the machine has stays as it is: its files
/etc/resolv.conf and /etc/hosts, its sysctls, /run and /var/log are covered by others, inside only.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.api.server_process import ServerProcess
from tests.node.tools import tool
from tests.programs.missing import MissingError, last_lines
from tests.programs.process import ending_with

STARTS_WITHIN = 20.0  # seconds
# What the kubelet sets (kubelet 1.34, cm/container_manager_linux.go, setupKernelTunables). Inside,
# plain files with the values that it wants lie over the kernel's: it finds nothing to set.
SYSCTLS = {
    "kernel/keys/root_maxbytes": "25000000",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
}
_FIRST_PROCESS = """
folder=$1
# Where programs of the node write, whatever their configuration says.
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir /run/upper /run/work
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/upper,workdir=/run/work overlay /var/lib
cover() { mkdir -p "$(dirname "$2")"; [ -e "$2" ] || : >"$2"; mount --bind "$1" "$2"; }
cover "$folder/resolv.conf" "$(readlink -f /etc/resolv.conf)"
cover "$folder/hosts" "$(readlink -f /etc/hosts)"
(cd "$folder/sysctls" && find . -type f) | while read -r name; do
  [ ! -e "/proc/sys/$name" ] || mount --bind "$folder/sysctls/$name" "/proc/sys/$name"
done
ip link set lo up
: >"$folder/namespaces-ready"
trap '' CHLD # the kernel buries the orphans that this process inherits
exec sleep infinity
"""


def require_the_right() -> None:
    """Raises `MissingError` where even root may not make namespaces: in most containers."""
    _run(tool("unshare"), "--net", "--mount", "--pid", "--fork", "--mount-proc", "--", tool("true"))


@contextmanager
def namespaces(folder: Path, link: str) -> Iterator[Namespaces]:
    """Namespaces in which programs can be started; every process in them ends with them."""
    own = Namespaces(folder, link)
    try:
        own.start()
        yield own
    finally:
        own.stop()


class Namespaces:
    """Namespaces with a way in, and one link to the machine."""

    def __init__(self, folder: Path, link: str) -> None:
        self._folder, self._link_name = folder, link
        self._unshare = ServerProcess(
            (
                *(tool("unshare"), "--net", "--mount", "--pid", "--propagation=slave"),
                *("--fork", "--kill-child=SIGKILL", "--mount-proc", "--"),
                *(tool("sh"), "-euc", _FIRST_PROCESS, "sh", str(folder)),
            ),
            folder,
        )
        third, fourth = secrets.randbelow(256), 4 * secrets.randbelow(64)
        subnet = f"198.18.{third}"  # of the networks for benchmarks (RFC 2544): nobody else's
        self.outside, self.address = f"{subnet}.{fourth + 1}", f"{subnet}.{fourth + 2}"

    def start(self) -> None:
        """Returns when programs can be started in them."""
        (self._folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        (self._folder / "hosts").write_text(f"127.0.0.1 localhost\n{self.address} node1\n")
        for name, value in SYSCTLS.items():
            file = self._folder / "sysctls" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{value}\n")
        self._unshare.start()
        ready = self._folder / "namespaces-ready"
        self._unshare.wait_until(ready.exists, STARTS_WITHIN)
        self._link()

    def stop(self) -> None:
        """Ends every process in them."""
        self._unshare.kill()

    @property
    def network(self) -> tuple[str, ...]:
        """Before a command with a path: it runs in the network, and elsewhere as outside."""
        return (tool("nsenter"), f"--net=/proc/{self._pid}/ns/net", "--")

    @property
    def enter(self) -> tuple[str, ...]:
        """Before a command: it runs in all of them, and ends with the process that enters."""
        ways = (
            f"--net=/proc/{self._pid}/ns/net",
            f"--mount=/proc/{self._pid}/ns/mnt",
            f"--pid=/proc/{self._pid}/ns/pid_for_children",
        )
        outside_of_them = 0  # the pid of a parent that is not in them
        return (tool("nsenter"), *ways, "--", *ending_with(outside_of_them, (tool("env"),)))

    @property
    def _pid(self) -> int:
        assert self._unshare.process is not None
        return self._unshare.process.pid

    def _link(self) -> None:
        ip = tool("ip")
        link = self._link_name
        peer = ("peer", "name", "eth0", "netns", str(self._pid))
        _run(ip, "link", "add", link, "type", "veth", *peer)
        _run(ip, "address", "add", f"{self.outside}/30", "dev", link)
        _run(ip, "link", "set", link, "up")
        _run(*self.network, ip, "address", "add", f"{self.address}/30", "dev", "eth0")
        _run(*self.network, ip, "link", "set", "eth0", "up")
        _run(*self.network, ip, "route", "add", "default", "via", self.outside)


def _run(*command: str) -> None:
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if run.returncode:
        raise MissingError(f"`{' '.join(command)}`, which failed: {last_lines(run.stderr)}")
