"""study.toml: every setting with its default, unit and meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kinematics.conventions import DataError
from kinematics.documents import small_text, toml_of

#: A name in the study folder, never a way out of it.
FileName = Annotated[str, Field(pattern=r"^[^/\\:\x00-\x1f]*[^/\\:\x00-\x1f.]$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

#: Longest piece of a value that a sentence repeats.
LONGEST_SHOWN = 60


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSettings(_Section):
    hip_centre: Literal["harrington", "hara", "bell", "davis"] = Field(
        "harrington", description="regression for the hip joint centre; hara is used by itself where PSIS are missing"
    )
    pelvis: Literal["asis_psis"] = Field("asis_psis", description="what defines the pelvis frame")
    marker_radius_m: float = Field(
        0.0,
        ge=0,
        le=0.03,
        description=(
            "skin to marker centre, taken off before the hip centre regression; 0 as in the reference curves [m]"
        ),
    )


class AxesSettings(_Section):
    forward: Literal["auto", "+X", "-X", "+Y", "-Y", "+Z", "-Z"] = Field(
        "auto", description="file axis along which the person faces; auto tells it from the markers"
    )
    up: Literal["auto", "+X", "-X", "+Y", "-Y", "+Z", "-Z"] = Field(
        "auto", description="file axis that points up; auto tells it from the markers"
    )


class FilterSettings(_Section):
    cutoff_hz: float = Field(
        10.0, gt=0, le=100, description="zero-lag 4th-order Butterworth for markers and angles [Hz]"
    )


class GapSettings(_Section):
    fill_up_to_s: float = Field(0.1, ge=0, le=1, description="longest gap that is filled; a longer one stays a gap [s]")


class ForceSettings(_Section):
    threshold_n: float = Field(20.0, gt=0, le=500, description="vertical force that counts as contact [N]")
    cutoff_hz: float = Field(50.0, gt=0, le=500, description="zero-lag 4th-order Butterworth for force [Hz]")


class EventSettings(_Section):
    method: Literal["auto", "file", "force", "markers", "imu", "angles"] = Field(
        "auto",
        description=(
            "where contacts and toe-offs come from; auto takes the first that the trial has: file, force, "
            "markers, imu, angles"
        ),
    )


class ImuSettings(_Section):
    orientation: Literal["6d", "9d", "device"] = Field(
        "6d",
        description=(
            "where sensors' orientations come from: acceleration and angular rate; these and magnetometers; the device"
        ),
    )
    pelvis_forward: Literal["auto", "+X", "-X", "+Y", "-Y", "+Z", "-Z"] = Field(
        "auto",
        description=(
            "axis of the pelvis's sensor that points ahead in standing, for 9d and device; auto finds it by the thighs"
        ),
    )


class ExamSettings(_Section):
    thomas_positive: Literal["below", "above"] | None = Field(
        None,
        description=(
            "which side of the horizontal a positive modified Thomas value is; without it Thomas rows are refused"
        ),
    )


class LedgerSettings(_Section):
    probability: float = Field(0.90, ge=0.5, lt=1, description="probability from which a label is given [1]")
    norms: FileName | None = Field(
        None, description="a laboratory's own reference, file in the study folder: kinematics norms build"
    )
    sem: FileName | None = Field(
        None, description="a laboratory's own errors between visits, file in the study folder: kinematics sem build"
    )


class ExerciseSettings(_Section):
    overlay: FileName | None = Field(
        None, description="a clinic's own exercises, rules and thresholds, folder in the study folder"
    )


class ReportSettings(_Section):
    language: Literal["en", "de"] = Field("en", description="language of the reports: English or German")
    colour_left: Colour = Field("#b3372b", description="colour of the left side (solid lines)")
    colour_right: Colour = Field("#1f5fa8", description="colour of the right side (dashed lines)")


class LimitSettings(_Section):
    """What a file may ask of the machine; beyond it the file is refused with a sentence that names the limit."""

    max_file_mb: int = Field(4_000, ge=1, le=100_000, description="largest file of measurements [MB]")
    max_columns: int = Field(20_000, ge=10, le=1_000_000, description="most columns of a table [1]")
    max_line_kb: int = Field(2_000, ge=10, le=4_000, description="longest line of a table, its row of names too [kB]")
    max_frames: int = Field(20_000_000, ge=1_000, le=1_000_000_000, description="most samples of a trial [1]")
    max_cells: int = Field(
        5_000_000,
        ge=1_000,
        le=100_000_000,
        description="most cells of a workbook's sheet, and of a JSON file [1]",
    )
    max_unpacked_mb: int = Field(400, ge=1, le=10_000, description="largest sheet of a workbook, unpacked [MB]")
    max_archive_ratio: int = Field(
        200, ge=10, le=2_000, description="how many times larger than packed a part of a workbook may be [1]"
    )
    max_archive_entries: int = Field(2_000, ge=10, le=100_000, description="most parts of a workbook [1]")


class Settings(_Section):
    """All settings; `Settings()` is what a study without study.toml uses."""

    model: ModelSettings = ModelSettings()
    axes: AxesSettings = AxesSettings()
    filter: FilterSettings = FilterSettings()
    gaps: GapSettings = GapSettings()
    force: ForceSettings = ForceSettings()
    events: EventSettings = EventSettings()
    imu: ImuSettings = ImuSettings()
    exam: ExamSettings = ExamSettings()
    ledger: LedgerSettings = LedgerSettings()
    exercises: ExerciseSettings = ExerciseSettings()
    report: ReportSettings = ReportSettings()
    limits: LimitSettings = LimitSettings()


def read_settings(path: Path | str) -> Settings:
    """
    Settings of a study from its study.toml; what the file leaves out has its default.

    Raises
    ------
    DataError
        Where the file is no TOML, or a name or value in it is not known.
    """
    path = Path(path)
    try:
        return Settings.model_validate(toml_of(small_text(path)))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"setting '{name[:LONGEST_SHOWN]}' = {repr(first['input'])[:LONGEST_SHOWN]}: {first['msg'].lower()}.",
            file=path.name,
            remedy="The settings and their values are listed in docs/settings.md.",
        ) from None
    except OSError as error:
        raise DataError(f"this file cannot be read ({error.strerror}).", file=path.name) from None
    except ValueError as error:
        raise DataError(f"this is not valid TOML ({error}).", file=path.name) from None
