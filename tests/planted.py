"""Recordings with a person's data planted wherever a format has room for them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import ezc3d
from written_files import WRITTEN

#: What must never leave a file: a name, a birth date, a recording date, serial numbers, a path and a computer.
NAME, BORN, RECORDED, SERIAL, OPERATOR = "Zzyzx Canary", "1961-02-03", "1997-08-29", "SN8675309X", "Quuxley"
COMPUTER, PATH = "PC-WIBBLE", r"C:\Wibblehome\Zzyzx Canary\walk"
CANARIES = (NAME, "Zzyzx", BORN, RECORDED, SERIAL, OPERATOR, COMPUTER, "Wibblehome")
ALL = f"{NAME} {BORN} {RECORDED} {SERIAL} {OPERATOR} {COMPUTER} {PATH}"


def swap(*pairs: tuple[str, str]) -> Callable[[Path], None]:
    """Replaces the first match of each pattern in a text file."""

    def change(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        for pattern, new in pairs:
            text, found = re.subn(pattern, lambda _, new=new: new, text, count=1, flags=re.MULTILINE)
            assert found, (path.name, pattern)
        path.write_text(text, encoding="utf-8")

    return change


def everywhere(old: str, new: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def both(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        for one in changes:
            one(path)

    return change


def c3d(path: Path) -> None:
    """Subject, manufacturer, comments and dates among the parameters, the subject's name before every label."""
    file = ezc3d.c3d(str(path))
    for group, name, values in (
        ("SUBJECTS", "NAMES", [NAME]),
        ("SUBJECTS", "LABEL_PREFIXES", [f"{NAME}:"]),
        ("SUBJECTS", "BIRTH_DATE", [BORN]),
        ("MANUFACTURER", "SERIAL", [SERIAL]),
        ("MANUFACTURER", "COMPANY", [COMPUTER]),
        ("TRIAL", "DATE", [RECORDED]),
        ("TRIAL", "NOTES", [ALL]),
        ("PROCESSING", "OPERATOR", [OPERATOR]),
        ("PROCESSING", "FILE", [PATH]),
    ):
        file.add_parameter(group, name, values)
    labels = file["parameters"]["POINT"]["LABELS"]["value"]
    file["parameters"]["POINT"]["LABELS"]["value"] = [f"{NAME}:{label}" for label in labels]
    file["parameters"]["POINT"]["DESCRIPTIONS"]["value"] = [ALL[:80] for _ in labels]
    file["header"]["points"]["size"] = len(labels)
    del file["data"]["meta_points"]
    file.write(str(path))


def workbook(path: Path) -> None:
    """Author, dates and comments of the workbook, and what MVN writes on its first sheet."""
    properties = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{OPERATOR}</dc:creator><dc:title>{NAME}</dc:title>'
        f"<dc:description>{ALL}</dc:description></cp:coreProperties>"
    )
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["docProps/core.xml"] = properties.encode()
    parts["xl/comments1.xml"] = f"<comments><commentList>{ALL}</commentList></comments>".encode()
    sheet = next(name for name in parts if name.startswith("xl/worksheets/") and b"Frame Rate" in parts[name])
    row = (
        f'<row><c t="inlineStr"><is><t>Subject</t></is></c><c t="inlineStr"><is><t>{ALL}</t></is></c></row></sheetData>'
    )
    parts[sheet] = parts[sheet].replace(b"</sheetData>", row.encode())
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)


def beside_bids(path: Path) -> None:
    sidecar = next(path.parent.glob("*_motion.json"))
    swap((r"\{", f'{{"SubjectName": "{NAME}", "DeviceSerialNumber": "{SERIAL}", "Notes": "{BORN} {RECORDED}", '))(
        sidecar
    )


PLANTS: dict[str, tuple[Callable[[Path], None], ...]] = {
    "qtm": (
        swap((r"DESCRIPTION\t--", f"DESCRIPTION\t{ALL}"), (r"TIME_STAMP\t\S+", f"TIME_STAMP\t{RECORDED},")),
        swap((r"^DATA_INCLUDED", f"DESCRIPTION\t{ALL}\nDATA_INCLUDED")),
    ),
    "motive": tuple(
        both(swap((r"secret name", NAME), (r"2026-01-05", RECORDED)), everywhere("P01:", f"{NAME}:")) for _ in "ab"
    ),
    "noraxon": (
        swap((r"Name,someone\nDate", f"Name,{NAME}\nDate,{RECORDED}\nBorn,{BORN}\nNotes,{SERIAL} {OPERATOR}")),
    ),
    "mvn": (workbook,),
    "mvnx": (
        swap(
            (r"<comment>someone", f"<comment>{ALL}"),
            (r'subject label="someone"', f'subject label="{NAME}" torsoColor="{SERIAL}"'),
            (r"May 12 2021", RECORDED),
            (r'mvn version="2022"', f'mvn version="2022" build="{COMPUTER} {OPERATOR}" originalFilename="{PATH}"'),
        ),
    ),
    "visual3d": (everywhere("run35.c3d", f"{PATH}.c3d"), everywhere("a.c3d", f"{PATH}.c3d".replace("\\", "\\\\"))),
    "curves": (swap((r"^\$PREFIXES\$", f"$PREFIXES$\n$PATIENT$\n{NAME}\n$DOB$\n{BORN}\n$OPERATOR$\n{OPERATOR}")),),
    "tidy": (both(everywhere("\n", f"\n{NAME},"), swap((r"^time_s", "patient,time_s"), (rf"\n{NAME},\Z", "\n"))),),
    "vicon_nexus": (everywhere("P 7:", f"{NAME}:"),),
    "bids": (beside_bids,),
    "c3d": (c3d, lambda path: None),
    "c3d_csv": (swap((r"^FrameNumber", f"Subject,{NAME},Date,{RECORDED},FrameNumber")),),
    "xsens_mt": (swap((r"2020-01-02 of Jane Doe", f"{RECORDED} of {ALL}")),),
    "xsens_dot": (swap((r"DeviceTag:,Jane", f"DeviceTag:,{NAME} {SERIAL}"), (r"2021-08-30", RECORDED)),),
    "shimmer": (everywhere("Shimmer_40AC", SERIAL),),
    "delsys": (swap((r"\A", f"Subject: {NAME} Date: {RECORDED}\n")),),
    "generic_imu": (swap((r"\A", f"# {ALL}\n")),),
    "step_metrics": (swap((r"^Timestamp", "Athlete,Timestamp"), (r"^1,", f"{NAME},1,"), (r"^2,", f"{NAME},2,")),),
}


def planted(folder: Path) -> list[tuple[str, Path]]:
    """Format and file of every recording with canaries in it, each in a folder of its own."""
    found = []
    for name, changes in PLANTS.items():
        for number, (write, change) in enumerate(zip(WRITTEN[name], changes, strict=True)):
            path = write(folder / f"{name}{number}")
            change(path)
            found.append((name, path))
    return found
