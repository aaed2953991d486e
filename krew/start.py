"""How cx_Freeze's interpreter starts the program: without what its own start script imports."""

from __future__ import annotations


def run(name: str) -> None:
    """Run the module `name`, which is program.py; it does not return."""
    __import__(name)
