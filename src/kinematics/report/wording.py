"""The reports' sentences, and numbers written with no more digits than their error supports."""

from __future__ import annotations

import math
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

#: Half-width of a 95 % range in standard errors of a normal error.
Z_95 = 1.96
#: Below this standard error a tenth of a degree is worth printing; above it only whole degrees are. [deg]
WHOLE_DEGREES_FROM_SE = 0.5
#: Lower bounds of the words for a probability: Mastrandrea et al. 2010, guidance note of the IPCC.
PROBABILITY_WORDS = (
    (0.99, "virtually_certain"),
    (0.90, "very_likely"),
    (0.66, "likely"),
    (0.33, "about_as_likely"),
    (0.10, "unlikely"),
    (0.01, "very_unlikely"),
    (0.0, "exceptionally_unlikely"),
)
MINUS = "\N{MINUS SIGN}"
Text = dict[str, Any]


@lru_cache
def catalogue(language: str) -> Text:
    """All sentences of a language, as nested tables."""
    path = Path(__file__).parent / "text" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def finite(value: object) -> bool:
    """Whether `value` is a number that can be written."""
    return isinstance(value, int | float | np.number) and math.isfinite(float(value))


def digits_for(standard_error: float = math.nan) -> int:
    """Decimals of a degree that its standard error supports."""
    return 1 if finite(standard_error) and standard_error < WHOLE_DEGREES_FROM_SE else 0


def number(value: float, digits: int = 0) -> str:
    """
    A number with a true minus sign, and no minus before a zero.

    >>> number(-0.3), number(-2.6), number(2.25, 1)
    ('0', '−3', '2.2')
    """
    written = f"{value:.{digits}f}"
    return written.lstrip("-") if float(written) == 0 else written.replace("-", MINUS)


def compact(value: float) -> str:
    """A number as the user wrote it: 3.5, 3, 0.25; empty where there is none."""
    return f"{value:g}".replace("-", MINUS) if finite(value) else ""


def degrees(value: float, text: Text, standard_error: float = math.nan) -> str:
    """An angle, with its 95 % error where the standard error is known: '8 ± 5 deg'."""
    digits = digits_for(standard_error)
    if not finite(standard_error):
        return text["numbers"]["deg"].format(value=number(value, digits))
    error = number(Z_95 * standard_error, digits)
    return text["numbers"]["deg_error"].format(value=number(value, digits), error=error)


def extension(value: float, text: Text, standard_error: float = math.nan) -> str:
    """
    Hip extension; a negative one says how far the hip stayed short of neutral.

    >>> extension(-6.2, catalogue("en"), 2.6)
    '6 ± 5 deg short of neutral'
    """
    digits = digits_for(standard_error)
    if round(value, digits) >= 0:
        return degrees(value, text, standard_error)
    if not finite(standard_error):
        return text["numbers"]["short"].format(value=number(-value, digits))
    error = number(Z_95 * standard_error, digits)
    return text["numbers"]["short_error"].format(value=number(-value, digits), error=error)


def percent(probability: float) -> str:
    """
    A probability in per cent that never claims certainty.

    >>> percent(0.9996), percent(0.962), percent(0.001)
    ('over 99 %', '96 %', 'under 1 %')
    """
    whole = round(100 * probability)
    if whole > 99:
        return "over 99 %"
    return "under 1 %" if whole < 1 else f"{whole} %"


def probability_words(probability: float, text: Text) -> str:
    """The words for a probability."""
    key = next(key for lowest, key in PROBABILITY_WORDS if probability >= lowest)
    return text["sure"]["words"][key]


def normal_below(value: float, mean: float, spread: float) -> float:
    """Share of a normal population below `value`."""
    return 0.5 * math.erfc((mean - value) / (spread * math.sqrt(2)))


def sentence(words: object) -> str:
    """The words of a file with a full stop at their end."""
    written = str(words).strip()
    return written if not written or written[-1] in ".!?" else f"{written}."
