"""Tables as text that a spreadsheet opens: no text in a cell is taken for a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: What a spreadsheet takes for the beginning of a formula or command, wide forms too.
FORMULA = re.compile(r"[\s'\"]*[=+\-@\t\r\n＝＋－＠]")
#: What no cell of a spreadsheet may hold.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
QUOTE = "'"


def plain(text: str) -> str:
    """A text whose lines end in a newline and that holds no control character; a question mark for each."""
    return CONTROLS.sub("?", text.replace("\r\n", "\n"))


def harmless(text: str) -> str:
    """
    A text as a spreadsheet shows it and does not calculate it: an apostrophe goes before what begins like a formula.

    >>> harmless("=HYPERLINK(1)"), harmless(" -2+3"), harmless("run35"), harmless("left-right")
    ("'=HYPERLINK(1)", "' -2+3", 'run35', 'left-right')
    """
    clean = plain(text)
    return QUOTE + clean if FORMULA.match(clean) else clean


def unquoted(text: str) -> str:
    """
    What `harmless` was given, control characters aside.

    >>> unquoted(harmless("=1+1")), unquoted("'plain'")
    ('=1+1', "'plain'")
    """
    rest = text.removeprefix(QUOTE)
    return rest if rest != text and FORMULA.match(rest) else text


def csv_text(frame: pd.DataFrame, *, separator: str = ",", missing: str = "") -> str:
    """
    A table as text with a row of names; its texts, names of columns too, are `harmless`, its numbers as they are.

    Parameters
    ----------
    frame : DataFrame
    separator : str
    missing : str
        What stands for a missing value.
    """
    import pandas as pd

    safe = {
        name: column if pd.api.types.is_numeric_dtype(column) else column.map(_cell, na_action="ignore")
        for name, column in frame.items()
    }
    named = pd.DataFrame(safe, index=frame.index, columns=frame.columns).rename(columns=_cell)
    return named.to_csv(index=False, sep=separator, na_rep=missing, lineterminator="\n")


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
