"""Proof that a study's outputs come from its inputs: the manifest held against what lies there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinematics.conventions import DataError
from kinematics.pipeline.keeping import cache, outputs
from kinematics.pipeline.keeping.places import MANIFEST, Places, locked
from kinematics.pipeline.workers.hand import AtHand, at_hand
from kinematics.pipeline.workers.workspace import workspace
from kinematics.store import TABLES
from kinematics.study import Study, read_study


@dataclass(frozen=True)
class Verification:
    """
    What held and what did not.

    Attributes
    ----------
    name : str
        Of the study.
    findings : tuple of str
        A sentence for each thing that is not as the manifest says.
    n_inputs, n_outputs : int
        Files whose hash was compared.
    recomputed : bool
        Whether the outputs were made anew and compared byte for byte.
    """

    name: str
    findings: tuple[str, ...]
    n_inputs: int
    n_outputs: int
    recomputed: bool

    @property
    def exit_code(self) -> int:
        """0 where everything holds, else 1."""
        return 1 if self.findings else 0

    def __str__(self) -> str:
        anew = "; made anew, every byte is the same" if self.recomputed else ""
        if not self.findings:
            return (
                f"Study {self.name}: proven. {self.n_inputs} inputs and {self.n_outputs} outputs are those of the "
                f"manifest, with the same settings and versions{anew}."
            )
        count = f"{len(self.findings)} finding{'' if len(self.findings) == 1 else 's'}"
        return "\n".join([f"Study {self.name}: {count}.", *(f"  {finding}" for finding in self.findings)])


def verify_study(
    folder: Path | str,
    *,
    processed: Path | str = "data/processed",
    reports: Path | str = "reports",
    recompute: bool = False,
    jobs: int | None = None,
) -> Verification:
    """
    Whether the outputs of the last run are those that its manifest says, of the inputs that it says.

    Every input and output is hashed; settings, versions and visits are compared; files that are missing or that
    nobody knows are named.

    Parameters
    ----------
    folder, processed, reports : Path or str
        As in `run_study`.
    recompute : bool
        Whether the outputs are also made anew, into a temporary folder, and compared byte for byte.
    jobs : int, optional
        Cores for that, as in `run_study`.

    Raises
    ------
    DataError
        Where there is no manifest of this study, or the study cannot be read.
    """
    with at_hand(folder, processed, reports) as hand:
        study = read_study(hand.study)
        places = Places(hand.processed / study.name, hand.reports / study.name, debug=False)
        hand.depots(study.name)
        manifest = _manifest(study, places)
        with locked(places, shared=True):
            findings = [*_study(study, manifest), *_inputs(study, manifest, hand), *_outputs(manifest, places)]
            if recompute:
                findings += _made_anew(folder, study.name, manifest, places, jobs)
    found = tuple(dict.fromkeys(findings))
    return Verification(study.name, found, len(manifest["inputs"]), len(manifest["outputs"]), recompute)


def _manifest(study: Study, places: Places) -> dict[str, Any]:
    manifest = outputs.read_manifest(places)
    parts = {"study": str, "inputs": dict, "outputs": dict, "sessions": list, "settings": dict, "versions": dict}
    if not all(isinstance(manifest.get(part), kind) for part, kind in parts.items()):
        remedy = "Run the study first: kinematics run writes it."
        raise DataError("there is no manifest of a finished run.", file=(places.tables / MANIFEST).name, remedy=remedy)
    if manifest["study"] != study.name:
        raise DataError(f"this is the manifest of study '{manifest['study']}'.", file=MANIFEST)
    return manifest


def _study(study: Study, manifest: dict[str, Any]) -> Iterator[str]:
    """Findings about settings, versions and visits."""
    now: dict[str, Any] = json.loads(cache.to_json(study.settings.model_dump(mode="json")))
    for part in sorted(now.keys() | manifest["settings"].keys()):
        if now.get(part) != manifest["settings"].get(part):
            yield f"settings: [{part}] is not what the run used."
    versions = cache.versions()
    for name in sorted(versions.keys() | manifest["versions"].keys()):
        then = manifest["versions"].get(name, "none")
        if versions.get(name) != then:
            yield f"versions: {name} is {versions.get(name, 'none')} here; the run used {then}."
    if manifest.get("package") != cache.package_hash():
        yield "versions: the files of the package kinematics are not those that the run used."
    here = [f"{one.participant.participant}_{one.session}" for one in study.sessions]
    there = [f"{one.get('participant')}_{one.get('session')}" for one in manifest["sessions"]]
    yield from (f"{name}: this visit of the study is not in the manifest." for name in here if name not in set(there))
    yield from (f"{name}: this visit of the manifest is not in the study." for name in there if name not in set(here))


def _inputs(study: Study, manifest: dict[str, Any], hand: AtHand) -> Iterator[str]:
    """Findings about the files that the study is read from."""
    named = {*study.inputs, *(name for session in study.sessions for name in cache.input_names(session))}
    yield from _compared(
        ((name, then, hand.sha256_there(name)) for name, then in sorted(manifest["inputs"].items())), "input"
    )
    for name in sorted(named - manifest["inputs"].keys()):
        yield f"{name}: this input of the study is not in the manifest."
    for name in sorted(manifest["inputs"].keys() - named):
        yield f"{name}: this input of the manifest is not one of the study's."


def _outputs(manifest: dict[str, Any], places: Places) -> Iterator[str]:
    """Findings about the files that the run wrote."""
    yield from _compared(
        ((name, then, cache.sha256_of(_place(name, places))) for name, then in sorted(manifest["outputs"].items())),
        "output",
    )
    tables = {path.name for path in places.tables.glob("[!.]*") if path.suffix == ".parquet"}
    pages = {path.name for path in places.reports.glob("[!.]*.html") if outputs.REPORT.fullmatch(path.name)}
    pages = {name for name in pages if not outputs.PATIENT_PAGE.fullmatch(name)}
    for name in sorted((tables | pages) - manifest["outputs"].keys()):
        yield f"{name}: this file is not one of the run's outputs."
    for name in sorted({*(f"{table}.parquet" for table in TABLES), *outputs.PAGES} - manifest["outputs"].keys()):
        yield f"{name}: the manifest does not name this output."


def _place(name: str, places: Places) -> Path:
    return (places.tables if name.endswith(".parquet") else places.reports) / name


def _compared(files: Iterable[tuple[str, str, str]], what: str) -> Iterator[str]:
    for name, then, now in files:
        if now == then:
            continue
        if now in ("missing", "unreadable"):
            yield f"{name}: this {what} is {now}."
        elif then in ("missing", "unreadable"):
            yield f"{name}: this {what} was {then} when the run wanted it, and is there now."
        else:
            yield f"{name}: this {what} has changed since the run (SHA-256 {now[:12]}, the manifest says {then[:12]})."


def _made_anew(
    folder: Path | str, name: str, manifest: dict[str, Any], places: Places, jobs: int | None
) -> Iterator[str]:
    """Findings where outputs made now are others than those of the manifest."""
    from kinematics.pipeline.run import run_study

    linked = bool(outputs.shared_script(linked=True) in manifest["outputs"])
    with workspace() as near:
        run_study(folder, processed=near / "p", reports=near / "r", jobs=jobs, linked=linked)
        anew = Places(near / "p" / name, near / "r" / name, debug=False)
        for file in (MANIFEST, *sorted(manifest["outputs"])):
            there = places.tables / file if file == MANIFEST else _place(file, places)
            here = anew.tables / file if file == MANIFEST else _place(file, anew)
            if cache.sha256_of(there) != cache.sha256_of(here):
                yield f"{file}: made anew it is another file."
