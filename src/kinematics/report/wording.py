"""The reports' sentences, and numbers written with no more digits than their error supports."""

from __future__ import annotations

import math
import tomllib
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
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
#: The language in which every sentence is written first.
SOURCE_LANGUAGE = "en"
MINUS = "\N{MINUS SIGN}"
Text = dict[str, Any]
_NUMBERS = (float, int, np.number)


@lru_cache
def catalogue(language: str) -> Text:
    """All sentences of a language, as nested tables; a sentence that is not translated yet is the English one."""
    own = sentences(language)
    return own if language == SOURCE_LANGUAGE else _filled(own, sentences(SOURCE_LANGUAGE))


@lru_cache
def spoken(language: str) -> SimpleNamespace:
    """The catalogue as a template reads it: each table a namespace, which it asks ten times as fast as a dictionary."""
    return _namespace(catalogue(language))


def _namespace(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{key: _namespace(one) for key, one in value.items()})
    return [_namespace(one) for one in value] if isinstance(value, list) else value


def sentences(language: str) -> Text:
    """The sentences that a language's file holds."""
    path = Path(__file__).parent / "text" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _filled(own: Text, source: Text) -> Text:
    """A language's own sentences, and the source's where it has none."""
    filled: Text = {}
    for key, value in source.items():
        found: Any = own.get(key, value)
        filled[key] = _filled(found, value) if isinstance(value, dict) else found
    return filled


@lru_cache
def _translations(language: str) -> Text:
    """What other stations say in English, in another language; empty for English."""
    path = Path(__file__).parent / "text" / f"stations.{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def phrase(words: str, language: str) -> str:
    """A sentence or name that another station wrote, in the report's language where it is known there."""
    pairs = _translations(language).get("phrases", ())
    return next((pair["to"] for pair in pairs if pair["from"] == words), words)


def ledger_words(words: str, reason: str, language: str) -> str:
    """The ledger's sentence on the next measurement in the report's language; empty where it is not known there."""
    if language == SOURCE_LANGUAGE:
        return words
    known = _translations(language)
    step = next((name for name, said in _ledger_steps().items() if said == words), "")
    return known["steps"].get(step) or known["next"].get(reason, "")


@lru_cache
def _ledger_steps() -> dict[str, str]:
    """The ledger's own sentences for the step that would decide, by name."""
    from kinematics.ledger.terms import terms

    repetitions = terms()["better_exam"]["repetitions"]
    return {name: said.format(repetitions=repetitions) for name, said in terms()["steps"].items()}


def finite(value: object) -> bool:
    """Whether `value` is a number that can be written."""
    return isinstance(value, _NUMBERS) and math.isfinite(float(value))


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
    if written[0] != "-":
        return written
    return written.lstrip("-") if float(written) == 0 else written.replace("-", MINUS)


def compact(value: float, text: Text | None = None) -> str:
    """A number as the user wrote it: 3.5, 3, 0.25, with the language's decimal mark; empty where there is none."""
    return _marked(f"{value:g}".replace("-", MINUS), text) if finite(value) else ""


def _marked(written: str, text: Text | None) -> str:
    """A written number with the decimal mark of the language."""
    return written.replace(".", text["numbers"]["decimal"]) if text else written


def degrees(value: float, text: Text, standard_error: float = math.nan) -> str:
    """An angle, with its 95 % error where the standard error is known: '8 ± 5 deg'."""
    if not finite(standard_error):
        return text["numbers"]["deg"].format(value=number(value))
    digits = digits_for(standard_error)
    error = _marked(number(_shown_error(standard_error, digits), digits), text)
    return text["numbers"]["deg_error"].format(value=_marked(number(value, digits), text), error=error)


def _shown_error(standard_error: float, digits: int) -> float:
    """Half of the 95 % range, never so small that it would be written as none."""
    return max(Z_95 * standard_error, 10.0**-digits)


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
        return text["numbers"]["short"].format(value=number(-value))
    error = _marked(number(_shown_error(standard_error, digits), digits), text)
    return text["numbers"]["short_error"].format(value=_marked(number(-value, digits), text), error=error)


def percent(probability: float, text: Text) -> str:
    """
    A probability in per cent that never claims certainty.

    >>> [percent(probability, catalogue("en")) for probability in (0.9996, 0.962, 0.001)]
    ['over 99 %', '96 %', 'under 1 %']
    """
    whole = round(100 * probability)
    if whole > 99:
        return text["numbers"]["per_cent_over"]
    return text["numbers"]["per_cent_under"] if whole < 1 else f"{whole} %"


def probability_words(probability: float, text: Text) -> str:
    """The words for a probability."""
    key = next(key for lowest, key in PROBABILITY_WORDS if probability >= lowest)
    return text["sure"]["words"][key]


def normal_below(value: float, mean: float, spread: float) -> float:
    """Share of a normal population below `value`."""
    return 0.5 * math.erfc((mean - value) / (spread * math.sqrt(2)))


def opening(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]


def sentence(words: object) -> str:
    """The words of a file with a full stop at their end."""
    written = str(words).strip()
    return written if not written or written[-1] in ".!?" else f"{written}."


def plain(value: object) -> str:
    """A cell of a table as it is shown; empty where there is none."""
    return "" if value is None or value != value else str(value).strip()


def parts(cell: object) -> list[str]:
    """
    The parts of a cell that ';' separates.

    >>> parts("R1;I1; ")
    ['R1', 'I1']
    """
    return [part.strip() for part in plain(cell).split(";") if part.strip()]
