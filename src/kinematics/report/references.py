"""Who the reference people are, and in what the person is not among them, in sentences."""

from __future__ import annotations

from typing import Any

from kinematics.report.recording import Recording
from kinematics.report.sayings import task_word
from kinematics.report.visit import Visit
from kinematics.report.wording import finite, number, phrase, sentence


def reference_sentences(visit: Visit) -> tuple[str, ...]:
    """Whom the numbers are held against: the reference of the recording, then those of the table tests."""
    lead = visit.lead
    if lead is None:
        return ()
    sentences = [_used_reference(lead, visit)]
    tests = {_available_reference(row, visit): None for row in visit.measured.values()}
    return tuple(words for words in (*sentences, *tests) if words)


def _used_reference(lead: Recording, visit: Visit) -> str:
    text, reference, language = visit.text["reference"], lead.reference, visit.settings.report.language
    if not lead.has_reference:
        return text["nobody"].format(reason=phrase(sentence(reference.reason), language))
    people, population = number(reference.n_people), phrase(reference.population, language)
    return text["used"].format(task=task_word(visit), n=people, population=population, name=reference.name)


def _available_reference(row: dict[str, Any], visit: Visit) -> str:
    text, name, people = visit.text["reference"], row["available_reference"], row["available_reference_n"]
    if not isinstance(name, str) or not name:
        return ""
    name = phrase(name, visit.settings.report.language)
    if not finite(people):
        return text["available_unsized"].format(name=name)
    return text["available"].format(n=number(people), name=name)


def not_represented(visit: Visit) -> str:
    """In what the person is not among the people of the running reference, and what is not stated, in sentences."""
    words = visit.text["represented"]
    said = []
    for column, template in (("not_represented", "sentence"), ("not_stated", "not_stated")):
        cells = [row[column] for row in visit.measured.values() if isinstance(row.get(column), str)]
        parts = dict.fromkeys(part.strip() for cell in cells for part in cell.split(";") if part.strip())
        if parts:
            said.append(words[template].format(what="; ".join(words["parts"].get(part, part) for part in parts)))
    return " ".join(said)
