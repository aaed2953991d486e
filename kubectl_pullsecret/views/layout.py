"""Lines for people: label and value rows with aligned columns, tables, and wrapping at a terminal.

Every cell is neutralised here, so that a view cannot forget it. Without a terminal's width nothing
is wrapped. A word is never broken: a digest or a registry key must stay fit for copying.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from kubectl_pullsecret.views.terminal import Terminal, columns_of, neutralise

INDENT = 2  # before a label
GAP = 2  # between columns
_NARROWEST = 16  # a last column with less room than this wraps under the value instead


class Row(NamedTuple):
    """One line of a block. The label stands once: a row that repeats its neighbour's leaves it out.

    `columns` are aligned among neighbours that have several; the last one wraps under itself.
    """

    label: str
    columns: tuple[str, ...]


class CommandRow(NamedTuple):
    """A line to be pasted; it is broken only at a terminal, with a backslash."""

    label: str
    words: tuple[str, ...]  # each a flag with its value, or a single word; shell-quoted
    number: str = ""  # "1. " where there are several
    note: str = ""


AnyRow = Row | CommandRow


def heading(text: str, terminal: Terminal, style: str) -> list[str]:
    """Lay out the line above a block, in a style of ours; where it wraps it hangs."""
    return [terminal.paint(line, style) for line in wrap(neutralise(text), terminal.width, INDENT)]


def block(rows: Sequence[AnyRow], terminal: Terminal) -> list[str]:
    """Lay out rows: two blanks, the label, the value, which begins at one column for all.

    Where that leaves too little room for the values, each stands below its label.
    """
    width = max([6, *(columns_of(row.label) for row in rows)]) + GAP
    below = terminal.width is not None and terminal.width < INDENT + width + _NARROWEST
    margin = 2 * INDENT if below else INDENT + width
    lines: list[str] = []
    previous = ""
    for row, value in zip(rows, _values(rows, _room(terminal, margin)), strict=True):
        label = "" if row.label == previous else row.label
        if below and label:
            lines.append(" " * INDENT + terminal.paint(label, "faint"))
        lines += _labelled("" if below else label, margin - INDENT, value, terminal)
        previous = row.label
    return lines


def _labelled(label: str, width: int, value: Sequence[str], terminal: Terminal) -> list[str]:
    """Indent the value's lines; the first one has the label before it."""
    margin = " " * (INDENT + width)
    shown = terminal.paint(label, "faint") + " " * (width - columns_of(label))
    first = " " * INDENT + shown + (value[0] if value else "")
    return [first.rstrip(), *((margin + line).rstrip() for line in value[1:])]


def _room(terminal: Terminal, taken: int) -> int | None:
    return None if terminal.width is None else max(terminal.width - taken, _NARROWEST)


def _values(rows: Sequence[AnyRow], room: int | None) -> list[list[str]]:
    """Lay out each row's value; neighbours with several columns are aligned."""
    values: list[list[str]] = []
    for _, group in groupby(rows, key=lambda row: isinstance(row, Row) and len(row.columns) > 1):
        neighbours = list(group)
        cells = [_cells(row) for row in neighbours if isinstance(row, Row)]
        widths = _widths(cells)
        for row in neighbours:
            if isinstance(row, Row):
                values.append(_aligned(_cells(row), widths, room))
            else:
                values.append(_command(row, room))
    return values


def _cells(row: Row) -> list[str]:
    return [neutralise(cell) for cell in row.columns]


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    """Measure each column; the last cell of a row needs no room."""
    widths: list[int] = []
    for cells in rows:
        for place, cell in enumerate(cells[:-1]):
            widths += [0] * (place + 1 - len(widths))
            widths[place] = max(widths[place], columns_of(cell))
    return widths


def _aligned(cells: Sequence[str], widths: Sequence[int], room: int | None) -> list[str]:
    """Pad all cells but the last, which wraps under itself where there is room."""
    before = "".join(pad(cell, widths[place] + GAP) for place, cell in enumerate(cells[:-1]))
    last = cells[-1] if cells else ""
    if room is None:
        return [before + last]
    left = room - columns_of(before)
    if left >= _NARROWEST or columns_of(last) <= left:
        first, *more = wrap(last, left)
        return [before + first, *(" " * columns_of(before) + line for line in more)]
    return wrap("  ".join(cell for cell in cells if cell), room, hanging=GAP)


def _command(row: CommandRow, room: int | None) -> list[str]:
    """Keep a command in one line; at a narrower terminal break it with a backslash."""
    whole = row.number + " ".join(row.words)
    note = f"     ({neutralise(row.note)})" if row.note else ""
    if room is None or columns_of(whole + note) <= room:
        return [whole + note]
    lines = [whole] if columns_of(whole) <= room else _broken(row, room)
    if not note:
        return lines
    if columns_of(lines[-1] + note) <= room:
        return [*lines[:-1], lines[-1] + note]
    hanging = " " * (columns_of(row.number) + GAP)
    return lines + [hanging + line for line in wrap(note.strip(), room - len(hanging))]


def _broken(row: CommandRow, room: int) -> list[str]:
    hanging = " " * (columns_of(row.number) + GAP)
    lines = [row.number + row.words[0]]
    for word in row.words[1:]:
        longer = f"{lines[-1]} {word}"
        if columns_of(longer) <= room - 2:  # 2: the blank and the backslash that may follow
            lines[-1] = longer
        else:
            lines.append(hanging + word)
    return [line + " \\" for line in lines[:-1]] + lines[-1:]


def wrap(text: str, width: int | None, hanging: int = 0) -> list[str]:
    """Break neutralised text into lines of at most `width` columns; words stay whole.

    Lines after the first begin with `hanging` blanks.
    """
    if width is None or columns_of(text) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line.strip() else line + word
        if line.strip() and columns_of(longer) > width:
            lines.append(line.rstrip())
            line = " " * hanging + word
        else:
            line = longer
    return [*lines, line.rstrip()]


def pad(cell: str, width: int) -> str:
    """Fill the cell with blanks up to a width in columns."""
    return cell + " " * (width - columns_of(cell))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay out cells as kubectl prints tables: three blanks between columns, never wrapped.

    The header is the first row; an empty cell is shown as `<none>`.
    """
    shown = [[neutralise(cell) or "<none>" for cell in row] for row in rows]
    widths = _widths(shown)
    return [
        ("".join(pad(cell, widths[place] + 3) for place, cell in enumerate(row[:-1])) + row[-1])
        for row in shown
        if row
    ]
