"""A ledger row in words: its verdict, why it is unclear, how sure it is, its place among the reference."""

from __future__ import annotations

from typing import Any

from kinematics.report.visit import Visit
from kinematics.report.wording import (
    Z_95,
    Text,
    compact,
    finite,
    normal_below,
    number,
    opening,
    percent,
    probability_words,
)


def verdict_sentence(row: dict[str, Any], text: Text) -> str:
    """The plain sentence for a ledger row's comparison and class; an inconclusive one says why."""
    sentences = text["verdict"].get(row["comparison"], text["verdict"]["reference"])
    return sentences[row["class"]].format(why=reason_words(row["reason"], text))


def reason_words(reason: str, text: Text) -> str:
    """Why a row is inconclusive, in words; several reasons may be joined by ';'."""
    words = [part.strip() for part in str(reason or "").split(";") if part.strip()] or [""]
    known = text["reason"]
    return "; ".join(known.get(word) or known["other"].format(reason=word.replace("_", " ")) for word in words)


def task_at_speed(task: str, speed_m_s: float, text: Text, *, names: str = "tasks") -> str:
    """'Running at 3.5 m/s'; with `names` task_short as it stands within a sentence."""
    name = text[names].get(task, task)
    if not finite(speed_m_s):
        return text["glance"]["speed_unknown"].format(task=name)
    return text["glance"]["at_speed"].format(task=name, speed=compact(speed_m_s, text))


def named_test(test: object, text: Text) -> str:
    """A table test by its name."""
    return text["tests"].get(test, str(test).replace("_", " "))


def task_word(visit: Visit) -> str:
    """running or walking: the task of the headline."""
    task = visit.lead.entry.task if visit.lead else "run"
    return visit.text["task_short"].get(task, task)


def how_sure(row: dict[str, Any], text: Text, task: str) -> str:
    """The probability behind a reading, in words and as a number; for no clear reading, of each part."""
    if row["class"] != "inconclusive":
        probability = row[f"probability_{row['class']}"]
        words = probability_words(probability, text)
        return text["sure"]["class"].format(words=opening(words), percent=percent(probability, text))
    used, available = row["probability_used_low"], row["probability_available_low"]
    kind = {(True, True): "inconclusive", (True, False): "used_only", (False, True): "available_only"}
    template = text["sure"][kind.get((finite(used), finite(available)), "nothing")]
    said = template.format(task=task, used=_one(used, text), available=_one(available, text))
    return opening(said)


def _one(probability: float, text: Text) -> str:
    if not finite(probability):
        return ""
    return text["sure"]["one"].format(percent=percent(probability, text), words=probability_words(probability, text))


def position(row: dict[str, Any], text: Text) -> str:
    """How many of the reference people extend more, as the range that the 95 % error leaves."""
    mean, spread, people = row["used_reference_mean_deg"], row["used_reference_sd_deg"], row["used_reference_n"]
    if not all(finite(value) for value in (row["used_deg"], row["used_se_deg"], mean, spread, people)):
        return opening(text["position"]["none"])
    half = Z_95 * row["used_se_deg"]
    low, high = (people * (1 - normal_below(row["used_deg"] + sign * half, mean, spread)) for sign in (1, -1))
    bounds = {"n": number(people), "low": number(low), "high": number(high)}
    template = "exactly" if bounds["low"] == bounds["high"] else "range"
    return opening(text["position"][template].format(**bounds))
