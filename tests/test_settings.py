"""Every setting is checked, used, and documented in docs/settings.md, which `python tests/test_settings.py` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from kinematics.conventions import DataError
from kinematics.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "settings.md"
HEAD = """# Settings

A study may have a file `study.toml` beside its tables. What the file leaves out has the default named here; a name or
value that is not listed is refused with a sentence. Every setting is written into the run's `manifest.json`.

```toml
[exam]
thomas_positive = "below"

[filter]
cutoff_hz = 10.0
```
"""
SIGNS = {"Ge": ">=", "Gt": ">", "Le": "<=", "Lt": "<"}


def sections() -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    for name, section in Settings.model_fields.items():
        yield name, section.annotation.model_fields


def page() -> str:
    """The text of docs/settings.md."""
    parts = [HEAD]
    for name, settings in sections():
        rows = [
            f"| `{key}` | {default(info)} | {values(info)} | {info.description} |" for key, info in settings.items()
        ]
        parts.append(
            "\n".join([f"## [{name}]", "", "| setting | default | values | meaning |", "|---|---|---|---|", *rows])
        )
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def default(info: FieldInfo) -> str:
    return "not set" if info.default is None else f"`{info.default!r}`".replace("'", '"')


def values(info: FieldInfo) -> str:
    words = [word for choice in [info.annotation, *get_args(info.annotation)] for word in get_args(choice)]
    named = [f'`"{word}"`' for word in dict.fromkeys(words) if isinstance(word, str)]
    limits = [
        f"{SIGNS[type(limit).__name__]} {bound(limit):g}" for limit in info.metadata if type(limit).__name__ in SIGNS
    ]
    pattern = any(getattr(item, "pattern", None) for item in info.metadata)
    kind = "any number" if info.annotation in (int, float) else "a file name"
    return ", ".join(named or limits) or ('`"#rrggbb"`' if pattern else kind)


def bound(limit: Any) -> float:
    return float(getattr(limit, type(limit).__name__.lower()))


def test_the_page_lists_every_setting_with_default_values_and_meaning():
    assert PAGE.read_text(encoding="utf-8") == page()


def choices() -> Iterator[str]:
    """Names of the settings that leave a choice."""
    for _, settings in sections():
        yield from (key for key, info in settings.items() if len(get_args(info.annotation)) != 1)


@pytest.mark.parametrize("name", sorted(set(choices())))
def test_every_setting_that_leaves_a_choice_is_used(name):
    sources = [path for path in (ROOT / "src").rglob("*.py") if path.name != "settings.py"]
    use = re.compile(rf"\b(settings|report|limits)(\.[a-z]+)*\.{name}\b")
    assert any(use.search(path.read_text(encoding="utf-8")) for path in sources)


def test_every_setting_says_what_it_means_and_numbers_their_unit():
    for _, settings in sections():
        for key, info in settings.items():
            assert info.description
            if info.annotation is float:
                assert re.search(r"\[[^\]]+\]$", info.description), key


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text("[filter]\ncutoff_hz = 6\n")
    read = read_settings(path)
    assert read.filter.cutoff_hz == 6
    assert read.model_copy(update={"filter": Settings().filter}) == Settings()


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("[filter]\ncutoff_hz = 'ten'\n", r"setting 'filter.cutoff_hz' = 'ten'"),
        ("[filter]\ncutoff_hz = 0\n", r"setting 'filter.cutoff_hz' = 0"),
        ("[filter]\ncutof_hz = 6\n", r"setting 'filter.cutof_hz'"),
        ("[filters]\n", r"setting 'filters'"),
        ("[exam]\nthomas_positive = 'up'\n", r"setting 'exam.thomas_positive' = 'up'"),
        ("[filter\n", r"this is not valid TOML"),
        ("[report]\ncolour_left = 'red'\n", r"setting 'report.colour_left'"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "study.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=f"study.toml: {sentence}"):
        read_settings(path)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
