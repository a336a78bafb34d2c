"""study.toml: every setting with its default, unit and meaning."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kinematics.conventions import DataError

FileName = Annotated[str, Field(pattern=r"^[^/\\:]+$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


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
    overlay: str | None = Field(
        None, description="a clinic's own exercises, rules and thresholds, folder in the study folder"
    )


class ReportSettings(_Section):
    language: Literal["en", "de"] = Field("en", description="language of the reports: English or German")
    colour_left: Colour = Field("#b3372b", description="colour of the left side (solid lines)")
    colour_right: Colour = Field("#1f5fa8", description="colour of the right side (dashed lines)")


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
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"this is not valid TOML ({error}).", file=path.name) from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"setting '{name}' = {first['input']!r}: {first['msg'].lower()}.",
            file=path.name,
            remedy="The settings and their values are listed in docs/settings.md.",
        ) from None
