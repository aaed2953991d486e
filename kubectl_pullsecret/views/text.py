"""A report as people read it: the verdict, the evidence, the fewest commands that fix it.

For each finding: first line the verdict and its reason, then label and value lines, the fixes in
order, what happens then, what is open. Outages stand above, what was not seen and the sum below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubectl_pullsecret.facts.kinds import display
from kubectl_pullsecret.report import (
    Advice,
    Attach,
    Evidence,
    Finding,
    Fix,
    Incomplete,
    Note,
    Report,
    Severity,
)
from kubectl_pullsecret.views.commands import Setting, command, in_words, phrases, probing
from kubectl_pullsecret.views.layout import AnyRow, CommandRow, Row, block, wrap
from kubectl_pullsecret.views.terminal import PIPE, Terminal, columns_of, neutralise

_BEFORE_REASON = 4  # blanks between the verdict and its reason
_HANGING = 2
_NAMES_SHOWN = 3

CHECK_CONTEXT = (
    "these objects come from files: check your context before you run a command "
    "(kubectl config current-context)"
)


def report_text(
    report: Report,
    terminal: Terminal = PIPE,
    *,
    wide: bool = False,
    setting: Setting = Setting(),  # noqa: B008 - it is a constant
    place: str = "",
) -> str:
    """Lay out a whole report; sections are separated by one empty line.

    `wide` adds pods, nodes, confidence and cause; `place` is where was looked, told where nothing
    was found. What the commands' `setting` asks of the user is said once, if there is a command.
    """
    sections = [
        _outages(report, terminal),
        *(_finding(finding, terminal, wide, setting) for finding in report.findings),
        *_notes(report.notes, terminal),
        incomplete_lines(report.incomplete, terminal),
        reminders(setting, terminal) if _has_command(report) else [],
        _summary(report, terminal, place),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _finding(finding: Finding, terminal: Terminal, wide: bool, setting: Setting) -> list[str]:
    rows: list[AnyRow] = [Row(line.about, line.columns) for line in finding.evidence]
    rows += _also(finding)
    rows += _wide(finding) if wide else ()
    rows += fix_rows(finding.fixes, setting.connection)
    rows += [Row("then", (then,)) for then in (_then(finding),) if then]
    rows += _open(finding, setting)
    return [*_verdict(finding, terminal), *block(rows, terminal)]


def _verdict(finding: Finding, terminal: Terminal) -> list[str]:
    """Lay out the first line; a reason that does not fit beside the verdict stands below it."""
    warning = "warning: " if finding.severity is Severity.WARNING else ""
    reason = finding.reason.value
    lines = wrap(warning + neutralise(finding.message), terminal.width, _HANGING)
    shown = [terminal.paint(line, "strong") for line in lines]
    coloured = terminal.paint(reason, finding.severity.value)
    needed = columns_of(lines[-1]) + _BEFORE_REASON + len(reason)
    if terminal.width is None or needed <= terminal.width:
        shown[-1] += " " * _BEFORE_REASON + coloured
    else:
        shown.append(" " * _HANGING + coloured)
    return shown


def _also(finding: Finding) -> list[Row]:
    """Name what would stop the next pull, unless the evidence has said it."""
    told = {line.columns[0] for line in finding.evidence if line.about == "also" and line.columns}
    rest = [reason.value for reason in finding.also if reason.value not in told]
    return [Row("also", (", ".join(rest),))] if rest else []


def _wide(finding: Finding) -> Iterator[Row]:
    pods = finding.pods
    if pods.count:
        more = pods.count - len(pods.names)
        yield Row("pods", (", ".join(pods.names) + (f" and {more} more" if more > 0 else ""),))
    if pods.nodes:
        yield Row("nodes", (", ".join(pods.nodes),))
    yield Row("sure", (finding.confidence.value,))
    if finding.cause:
        yield Row("cause", (finding.cause,))


def fix_rows(fixes: tuple[Fix, ...], connection: tuple[str, ...]) -> Iterator[AnyRow]:
    """Yield the fixes, numbered where there are several: their order counts."""
    for number, fix in enumerate(fixes, 1):
        before = f"{number}. " if len(fixes) > 1 else ""
        argv = command(fix, connection)
        if argv is None:
            yield Row("fix", (before + in_words(fix),))
        else:
            yield CommandRow("fix", phrases(argv), before, _note(fix))


def _open(finding: Finding, setting: Setting) -> Iterator[AnyRow]:
    """Yield what stays open, and below it the command that asks the registry."""
    yield from (Row("open", (question,)) for question in finding.settled_by)
    if finding.settled_by and not setting.from_files and not finding.probed:
        after = "after the fix" if any(map(command, finding.fixes)) else ""
        yield CommandRow("ask", phrases(probing(finding, setting.connection)), note=after)


def _note(fix: Fix) -> str:
    return "" if _recreates(fix) else fix.note


def _then(finding: Finding) -> str:
    """Say what happens after the fix; of a pod that is made anew the fix itself says it."""
    return finding.then or next((fix.note for fix in finding.fixes if _recreates(fix)), "")


def _recreates(fix: Fix) -> bool:
    return isinstance(fix, Attach) and fix.recreate


def _outages(report: Report, terminal: Terminal) -> list[str]:
    lines = (wrap(f"outage: {neutralise(line)}", terminal.width, 8) for line in report.outages)
    return [terminal.paint(line, "strong") for wrapped in lines for line in wrapped]


def _notes(notes: tuple[Note, ...], terminal: Terminal) -> list[list[str]]:
    """Lay out the notes: one without evidence is a line among its like, one with it a section."""
    bare = [line for note in notes if not note.evidence for line in _note_line(note, terminal)]
    told = [
        [*_note_line(note, terminal), *block(_rows(note.evidence), terminal)]
        for note in notes
        if note.evidence
    ]
    return [*told, bare]


def _note_line(note: Note, terminal: Terminal) -> list[str]:
    where = f" in {note.subject.namespace}" if note.subject.namespace else ""
    text = f"{display(note.subject)}{where}: {note.text}"
    return wrap(neutralise(text), terminal.width, _HANGING)


def _rows(evidence: Iterable[Evidence]) -> list[AnyRow]:
    return [Row(line.about, line.columns) for line in evidence]


def incomplete_lines(parts: tuple[Incomplete, ...], terminal: Terminal) -> list[str]:
    """One line for the objects of a kind in a namespace: most often one right would show all."""
    alike: dict[tuple[str, str, str], list[Incomplete]] = {}
    for part in parts:
        key = (part.verb, part.resource.partition("/")[0], part.namespace)
        alike.setdefault(key, []).append(part)
    lines = (wrap(neutralise(_not_seen(some)), terminal.width, _HANGING) for some in alike.values())
    return [line for wrapped in lines for line in wrapped]


def _not_seen(parts: list[Incomplete]) -> str:
    names = list(dict.fromkeys(part.resource for part in parts))
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    where = f" in {parts[0].namespace}" if parts[0].namespace else ""
    return f"not seen: {', '.join(names[:_NAMES_SHOWN])}{more}{where}: {parts[0].why}"


def reminders(setting: Setting, terminal: Terminal) -> list[str]:
    """Say what the commands of a report need besides their words."""
    words = [CHECK_CONTEXT] if setting.from_files else []
    flags = " and ".join(f"--{name}" for name in setting.unrepeated)
    words += [f"the commands leave out {flags}: add it when you run one"] if flags else []
    return [line for sentence in words for line in wrap(sentence, terminal.width)]


def _has_command(report: Report) -> bool:
    fixes = (fix for finding in report.findings for fix in finding.fixes)
    return any(not isinstance(fix, Advice) and command(fix) for fix in fixes)


def _summary(report: Report, terminal: Terminal, place: str) -> list[str]:
    """Add up several findings, or say that nothing is wrong; one finding is its own sum."""
    if not report.findings and report.notes:
        return []  # the notes of the named objects say it
    if not report.findings and not report.pods and not report.templates:
        return wrap(f"no pod or workload {place}".rstrip(), terminal.width)
    if not report.findings:
        seen = " was seen" if report.incomplete else ""
        templates = _counted(report.templates, "template") if report.templates else ""
        pods = _counted(report.pods, "pod") if report.pods or not templates else ""
        scope = " and ".join(filter(None, (pods, templates)))
        return wrap(f"{scope}, no image pull problem{seen}", terminal.width)
    if len(report.findings) == 1:
        return []
    counts = (
        _counted(count, severity.value)
        for severity in Severity
        if (count := report.count(severity))
    )
    return wrap("; ".join((*_pods(report), ", ".join(counts))), terminal.width)


def _pods(report: Report) -> Iterator[str]:
    """Yield how many pods fail; nothing of manifests that have no pods yet."""
    if report.failing:
        yield f"{report.failing} of {_counted(report.pods, 'pod')} cannot pull"
    elif report.pods:
        yield f"{_counted(report.pods, 'pod')}, no image pull has failed"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
