"""What the numbers rest on: strides kept and left out, the method to paste, the passports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from kinematics.conventions import SIDES
from kinematics.report.recording import Recording
from kinematics.report.sayings import task_at_speed
from kinematics.report.visit import MOVING_TASKS, Visit
from kinematics.report.wording import Text, compact, percent
from kinematics.trial import Passport

#: A trial's name, the passport entries of its own, and its files as (role, name, SHA-256).
TrialPassport = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True)
class StrideCount:
    """Strides of one trial and side."""

    trial: str
    side: str
    kept: str
    left_out: str
    why: str


@dataclass(frozen=True)
class Record:
    """The sections on strides, method and passports."""

    strides: tuple[StrideCount, ...]
    method: str
    common: tuple[tuple[str, str], ...]
    trials: tuple[TrialPassport, ...]
    versions: tuple[str, ...]


def record(visit: Visit) -> Record:
    """Strides, method and passports of a visit."""
    common, trials = _passports(visit)
    text = visit.text["method"]
    versions = [text["version_package"].format(version=visit.assessment.version)]
    if visit.assessment.options.version:
        versions.append(text["version_options"].format(version=visit.assessment.options.version))
    return Record(stride_counts(visit), method_paragraph(visit), common, trials, tuple(versions))


def stride_counts(visit: Visit) -> tuple[StrideCount, ...]:
    """Kept and left-out strides by trial and side, with the reasons counted."""
    rows: list[StrideCount] = []
    for result, recording in visit.trials:
        entry = result.entry
        if recording is not None:
            rows += [found for side in SIDES if (found := _count(recording, side, visit.text)) is not None]
        elif entry.task in MOVING_TASKS:
            why = result.error or visit.text["strides"]["failed"]
            rows.append(StrideCount(entry.trial, "", "0", "", why))
    return tuple(rows)


def _count(recording: Recording, side: str, text: Text) -> StrideCount | None:
    words, kept, reasons = text["strides"], recording.n_valid[side], recording.left_out[side]
    if not kept and not reasons:
        return None
    why = "; ".join(
        words["reason_count"].format(reason=words["reasons"].get(reason, str(reason).replace("_", " ")), n=n)
        for reason, n in reasons.items()
    )
    left_out = sum(reasons.values())
    return StrideCount(
        recording.entry.trial, text["sides"][side], str(kept), str(left_out or words["none_left_out"]), why
    )


def method_paragraph(visit: Visit) -> str:
    """The method in a paragraph that can be pasted."""
    text = visit.text["method"]
    passports = [recording.strides.passport for recording in visit.recordings]
    if not passports:
        return text["ledger_none"]
    sentences = [
        text["angles"].format(
            version=visit.assessment.version,
            formats=_joined(passports, lambda passport: passport.format, text),
            rates=_joined(passports, lambda passport: compact(passport.rate_hz), text),
        )
    ]
    for name in ("model", "hip_centre", "sequence", "zero", "filter"):
        said = _joined(passports, attrgetter(name), text)
        sentences.append(text[name].format(**{name: said.rstrip(".")}))
    events = _joined(passports, lambda passport: passport.event_method, text)
    sentences += [text["events"].format(events=events.rstrip(".")), _strides_sentence(visit), _ledger_sentence(visit)]
    return " ".join(sentences)


def _joined(passports: list[Passport], read: Callable[[Passport], str], text: Text) -> str:
    said = dict.fromkeys(read(passport) or text["not_said"] for passport in passports)
    return "; ".join(said)


def _strides_sentence(visit: Visit) -> str:
    every = visit.recordings
    kept = {side: sum(recording.n_valid[side] for recording in every) for side in SIDES}
    left_out = sum(len(recording.strides.excluded) for recording in every)
    return visit.text["method"]["strides"].format(**kept, excluded=left_out)


def _ledger_sentence(visit: Visit) -> str:
    text = visit.text["method"]
    names = {
        kind: "; ".join(
            dict.fromkeys(
                name for row in visit.measured.values() if isinstance(name := row[f"{kind}_reference"], str) and name
            )
        )
        for kind in ("used", "available")
    }
    if not any(names.values()):
        return text["ledger_none"]
    said = {kind: name or text["not_said"] for kind, name in names.items()}
    return text["ledger"].format(**said, probability=percent(visit.settings.ledger.probability, visit.text))


def _passports(visit: Visit) -> tuple[tuple[tuple[str, str], ...], tuple[TrialPassport, ...]]:
    """Entries that all recordings share, then the others by trial."""
    text = visit.text["method"]
    found = [(one.entry, one.strides.passport) for one in visit.assessment.trials if one.strides is not None]
    entries = [_entries(passport, text) for _, passport in found]
    names = list(entries[0]) if entries else []
    common = tuple((name, entries[0][name]) for name in names if len({entry[name] for entry in entries}) == 1)
    shared = {name for name, _ in common}
    trials = tuple(
        (
            f"{trial.trial} ({task_at_speed(trial.task, trial.speed_m_s, visit.text)})",
            tuple((name, entry[name]) for name in names if name not in shared),
            passport.sources,
        )
        for (trial, passport), entry in zip(found, entries, strict=True)
    )
    return common, trials


def _entries(passport: Passport, text: Text) -> dict[str, str]:
    said = {
        "format": passport.format,
        "rate": text["rate_value"].format(rate=compact(passport.rate_hz)),
        "axes": passport.axes,
        "model_name": passport.model,
        "hip_centre_name": passport.hip_centre,
        "sequence_name": passport.sequence,
        "zero_name": passport.zero,
        "filter_name": passport.filter,
        "events_name": passport.event_method,
        "signs_name": "; ".join(passport.sign_changes) or text["none"],
        "notes_name": " ".join(passport.notes) or text["none"],
    }
    return {text[name]: value or text["not_said"] for name, value in said.items()}
