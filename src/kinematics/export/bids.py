"""A study as Motion-BIDS derivatives: angles over time as motion, strides as events, each with its description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kinematics import __version__
from kinematics.angles import Angles, hip_angles
from kinematics.cohort import Recording, recordings
from kinematics.conventions import SAMPLE_COLUMNS, DataError
from kinematics.events import foot_events
from kinematics.files import write_whole
from kinematics.metrics import METRICS
from kinematics.spreadsheets import csv_text
from kinematics.strides import Strides, segment_strides
from kinematics.study import Participant, Session, read_study

BIDS_VERSION = "1.10.0"
TRACKING = {"markers": "omc", "imu": "imu", "orientations": "imu"}
ANGLE_DECIMALS, METRIC_DECIMALS = 4, 6
_LABEL = re.compile(r"[^A-Za-z0-9]")


def export_bids(study: Path | str, to: Path | str) -> tuple[Path, ...]:
    """
    Every run and walk of a study as a BIDS derivative data set (Motion-BIDS, doi:10.1038/s41597-024-03559-8).

    Per recording `..._desc-angles_motion.tsv` with `_channels.tsv` and `_motion.json` (angles over time, JNTANG),
    and `..._desc-strides_events.tsv` with `.json` (onset, duration, side, valid, metrics). At the top
    dataset_description.json and participants.tsv. Labels keep letters and digits only.

    Parameters
    ----------
    study : Path or str
        The study folder.
    to : Path or str
        The data set's folder; made where it is missing.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    DataError
        Where a file cannot be read, or two ids have the same letters and digits.
    """
    found, to = read_study(study), Path(to)
    labels = _labels(session.participant.participant for session in found.sessions)
    people = {session.participant.participant: session.participant for session in found.sessions}
    written = [
        _write_json(to / "dataset_description.json", _description(found.name)),
        _write_tsv(to / "participants.tsv", _participants(people, labels)),
    ]
    for session in found.sessions:
        written += _session_files(session, to, labels[session.participant.participant])
    return tuple(written)


def _session_files(session: Session, to: Path, subject: str) -> list[Path]:
    visit = _LABEL.sub("", session.session)
    folder = to / f"sub-{subject}" / f"ses-{visit}" / "motion"
    written: list[Path] = []
    seen: dict[str, int] = {}
    for one in recordings(session):
        seen[one.trial.task] = run = seen.get(one.trial.task, 0) + 1
        angles = hip_angles(one.trial, one.static, settings=one.settings)
        system = TRACKING.get(one.trial.kind, "angles")
        stem = f"sub-{subject}_ses-{visit}_task-{one.trial.task}_tracksys-{system}_run-{run}"
        written += _angle_files(folder, stem, angles, session.participant)
        written += _stride_files(folder, stem, _strides(one, angles))
    return written


def _strides(one: Recording, angles: Angles) -> Strides:
    events = foot_events(one.trial, angles, settings=one.settings)
    return segment_strides(angles, events, participant=one.participant, session=one.session)


def _angle_files(folder: Path, stem: str, angles: Angles, who: Participant) -> list[Path]:
    """Columns without names in the motion file, as Motion-BIDS has them; their names in the channels file."""
    columns = [c for c in SAMPLE_COLUMNS[1:] if angles.table[c.name].notna().any()]
    values = np.round(angles.table[[c.name for c in columns]].to_numpy(float), ANGLE_DECIMALS)
    channels = [
        {
            "name": c.name.removesuffix("_deg"),
            "component": "n/a",
            "type": "JNTANG",
            "tracked_point": c.name.split("_")[0],
            "units": "deg",
            "description": f"{c.meaning}; positive: {c.positive}",
        }
        for c in columns
    ]
    passport = angles.passport
    facts = {
        "TaskName": angles.task,
        "SamplingFrequency": passport.rate_hz,
        "TrackedPointsCount": 0,
        "MotionChannelCount": len(columns),
        "JNTANGChannelCount": len(columns),
        "SourceFile": angles.name,
        "SpeedMetresPerSecond": angles.speed_m_s if np.isfinite(angles.speed_m_s) else None,
        "Zero": passport.zero,
        "Model": passport.model,
        "HipCentre": passport.hip_centre,
        "Sequence": passport.sequence,
        "Filter": passport.filter,
        "Notes": list(passport.notes),
    }
    base = f"{stem}_desc-angles"
    text = pd.DataFrame(values).to_csv(sep="\t", index=False, header=False, na_rep="n/a", lineterminator="\n")
    return [
        write_whole(folder / f"{base}_motion.tsv", text.encode()),
        _write_tsv(folder / f"{base}_channels.tsv", pd.DataFrame(channels)),
        _write_json(folder / f"{base}_motion.json", facts),
    ]


def _stride_files(folder: Path, stem: str, strides: Strides) -> list[Path]:
    """Each stride an event: onset and duration first, as BIDS asks, then the metrics."""
    table = strides.table
    onset = {"onset": table["start_s"], "duration": table["end_s"] - table["start_s"]}
    named = {"trial_type": "stride_" + table["side"].astype(str), "stride": table["stride"], "valid": table["valid"]}
    rows = pd.DataFrame(onset | named | {metric.name: table[metric.name] for metric in METRICS})
    rows = rows.sort_values(["onset", "trial_type"]).round(METRIC_DECIMALS)
    about = {metric.name: _described(metric.meaning, metric.unit, metric.positive) for metric in METRICS}
    about["trial_type"] = {"Description": "the foot whose contacts bound the stride"}
    about["valid"] = {"Description": "False where the stride is left out of every result"}
    about["stride"] = {"Description": "number within trial and side, from 0"}
    base = f"{stem}_desc-strides_events"
    return [_write_tsv(folder / f"{base}.tsv", rows), _write_json(folder / f"{base}.json", about)]


def _described(meaning: str, unit: str, positive: str) -> dict[str, str]:
    return {"Description": f"{meaning}; positive: {positive}" if positive else meaning, "Units": unit}


def _description(name: str) -> dict[str, Any]:
    return {
        "Name": f"{name}: hip and pelvis angles and strides",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "kinematics", "Version": __version__}],
    }


def _participants(people: Mapping[str, Participant], labels: Mapping[str, str]) -> pd.DataFrame:
    rows = [
        {
            "participant_id": f"sub-{labels[name]}",
            "age": who.age_years,
            "sex": who.sex or "n/a",
            "group": who.group or "n/a",
            "height": who.height_cm,
            "weight": who.mass_kg,
        }
        for name, who in people.items()
    ]
    return pd.DataFrame(rows)


def _labels(names: Iterable[str]) -> dict[str, str]:
    """Id -> BIDS label, letters and digits only."""
    unique: Sequence[str] = list(dict.fromkeys(names))
    labels = {name: _LABEL.sub("", name) for name in unique}
    for name, label in labels.items():
        other = next((one for one in unique if one != name and labels[one] == label), None)
        if other is not None or not label:
            raise DataError(
                f"participants '{name}' and '{other}' have the same letters and digits; a BIDS label has no others.",
                file="participants.csv",
                remedy="Rename one of them.",
            )
    return labels


def _write_tsv(path: Path, frame: pd.DataFrame) -> Path:
    return write_whole(path, csv_text(frame, separator="\t", missing="n/a").encode())


def _write_json(path: Path, content: Mapping[str, Any]) -> Path:
    return write_whole(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
