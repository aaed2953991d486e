"""The pages of `diagnosis.reasons` as people read them."""

from __future__ import annotations

from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.report import Reason
from kubectl_pullsecret.views.layout import Row, block
from kubectl_pullsecret.views.terminal import PIPE, Terminal


def page_text(reason: Reason, terminal: Terminal = PIPE) -> str:
    """Lay out one page: when the reason holds, what it means, what mends it, whose rule it is."""
    page = REASONS[reason]
    rows = [
        Row("when", (page.when,)),
        Row("means", (page.means,)),
        Row("fix", (page.fix,)),
        Row("rule", (page.rule,)),
    ]
    return "\n".join([terminal.paint(reason.value, "strong"), *block(rows, terminal)]) + "\n"


def reason_list(terminal: Terminal = PIPE) -> str:
    """Lay out all reasons in the order of their precedence, with one line each."""
    rows = [Row(reason.value, (page.when,)) for reason, page in REASONS.items()]
    return "\n".join(block(rows, terminal)) + "\n"
