"""Results for other programs: CSV, Excel, OpenSim motion files, Motion-BIDS derivatives."""

from __future__ import annotations

from pathlib import Path

from kinematics.export.bids import export_bids
from kinematics.export.opensim import export_mot, write_mot
from kinematics.export.spreadsheets import export_csv, export_excel

__all__ = ["export_bids", "export_csv", "export_excel", "export_mot", "export_study", "write_mot"]


def export_study(
    study: Path | str, kind: str, *, processed: Path | str = "data/processed", to: Path | str | None = None
) -> tuple[Path, ...]:
    """
    One study's results in another program's files; what was written.

    Parameters
    ----------
    study : Path or str
        The study folder; for csv and excel its name is enough.
    kind : {"csv", "excel", "mot", "bids"}
    processed : Path or str
        Folder in which `kinematics run` left its tables.
    to : Path or str, optional
        Folder to write into; by default `<study>_<kind>`.

    Raises
    ------
    DataError
        As the export of that kind does.
    """
    name = Path(study).resolve().name
    to, tables = Path(to or f"{name}_{kind}"), Path(processed) / name
    if kind == "csv":
        return export_csv(tables, to)
    if kind == "excel":
        return (export_excel(tables, to / f"{name}.xlsx"),)
    return export_mot(study, to) if kind == "mot" else export_bids(study, to)
