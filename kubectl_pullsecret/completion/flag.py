"""One flag, as the table of words has it. A plain class: importing typing would cost too much."""

from __future__ import annotations


class Flag:
    """A flag's names, long and short, and what its value is.

    `value` is "" for a switch, else a kind: "file", "file?" (it may be left out), "namespace",
    "namespaces", "context", "cluster", "user", "secret", "workload", "choice", or "text", for which
    nothing can be offered.
    """

    __slots__ = ("choices", "help", "names", "several", "value")

    def __init__(
        self,
        names: tuple[str, ...],
        value: str = "",
        help: str = "",  # noqa: A002 - its name everywhere
        choices: tuple[str, ...] = (),
        several: bool = False,
    ) -> None:
        self.names = names
        self.value = value
        self.help = help
        self.choices = choices
        self.several = several  # it may be repeated

    @property
    def name(self) -> str:
        """The long one."""
        return next((name for name in self.names if name[:2] == "--"), self.names[0])
