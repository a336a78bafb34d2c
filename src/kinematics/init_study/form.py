"""The intake's questions as a page to print and fill in by hand."""

from __future__ import annotations

from html import escape

from kinematics.intake import Field, fields

FORM = "intake_form.html"
BOX = "&#9744;"
STYLE = (
    "body{font:11pt/1.4 sans-serif;max-width:46rem;margin:1.5rem auto;padding:0 1rem}"
    "h2{font-size:12pt;margin:1.2em 0 .2em}li{margin:.35em 0;break-inside:avoid}"
    "ol{padding-left:1.4rem}.answer{display:block;color:#333}.name{font:8.5pt monospace;color:#555}"
)


def intake_form() -> str:
    """
    One HTML page without anything from elsewhere: every field of intake.csv as a question with room for the answer.

    The field's name stands beside it, so that the answers can be typed into intake.csv.
    """
    groups: dict[str, list[Field]] = {}
    for field in fields().values():
        groups.setdefault(field.group, []).append(field)
    parts = [
        f"<h2>{escape(group.capitalize())}</h2>\n<ol>\n{_questions(group_fields)}</ol>"
        for group, group_fields in groups.items()
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Intake</title>\n'
        f"<style>{STYLE}</style></head>\n"
        f"<body>\n<h1>Intake</h1>\n<p>Participant: ______________ Visit: ________</p>\n"
        f"<p>Leave open what is not known. Research and education software, not a medical device.</p>\n"
        f"{body}\n</body>\n</html>\n"
    )


def _questions(group: list[Field]) -> str:
    return "".join(
        f'<li>{escape(field.meaning)} <span class="name">{escape(field.name)}</span>'
        f'<span class="answer">{_answer(field)}</span></li>\n'
        for field in group
    )


def _answer(field: Field) -> str:
    sides = ("left: ", "right: ") if field.side != "none" else ("",)
    return " &nbsp; ".join(f"{side}{_room(field)}" for side in sides)


def _room(field: Field) -> str:
    if field.values:
        return " ".join(f"{BOX}&nbsp;{escape(value)}" for value in field.values)
    low, high = field.range or ("", "")
    limits = f" ({low:g} to {high:g})" if field.range else ""
    return f"______ {escape(field.unit[0])}{limits}"
