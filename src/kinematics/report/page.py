"""One offline file: templates, scripts and styles inlined, a policy that lets nothing else run, whole writes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from kinematics.report.wording import spoken
from kinematics.settings import ReportSettings

HERE = Path(__file__).parent
#: Characters that could end a script element or start a tag, as JSON escapes.
_JSON_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
#: A style element that a library adds behind a guard: it is skipped where an element of this id is there.
_GUARDED_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')
#: Colours of words and of the reference band in page.css, and the least contrast of words (WCAG 2.2, 1.4.3).
INK, BAND, FEWEST_CONTRAST = "#22272e", "#e0e3e7", 4.5
_PLAIN_SCRIPT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.js")
#: A sentence alone, as a template shows it.
_SENTENCE = re.compile(r"\{\{ t\.(\w+(?:\.\w+)+) \}\}")
_END_TAG = re.compile(r"</(script|style)", re.IGNORECASE)


class _Spoken(FileSystemLoader):
    """Reads templates with the sentences of a language written in: `{{ t.page.skip }}` is then plain text."""

    def __init__(self, language: str) -> None:
        super().__init__(HERE / "templates", encoding="utf-8")
        self.said = spoken(language)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, current = super().get_source(environment, template)
        return _SENTENCE.sub(lambda found: escape(attrgetter(found[1])(self.said)), source), file, current


@lru_cache
def _environment(language: str) -> Environment:
    return Environment(
        loader=_Spoken(language),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )


def render(
    template: str, *, report: ReportSettings, scripts: tuple[str, ...] = (), loads: bool = False, **values: Any
) -> str:
    """
    A page from its template, every value escaped; only the scripts and styles given here can run in it.

    Parameters
    ----------
    template : str
        Name below `templates/`.
    report : ReportSettings
        Language and colours.
    scripts : tuple of str
        Texts of the scripts, in order; the page's policy names each by its hash.
    loads : bool
        Whether one of these scripts loads another that lies beside the page (`script_loader`).
    values
        What the template shows, beside `t`, the sentences of the language; the template engine escapes users' text.
    """
    style = page_style(report)
    return (
        _environment(report.language)
        .get_template(template)
        .render(
            policy=content_policy(scripts, (style, ""), loads=loads),
            style=Markup(inlined(style)),
            scripts=[Markup(inlined(script)) for script in scripts],
            language=report.language,
            t=spoken(report.language),
            **values,
        )
    )


@lru_cache
def fixed_part(template: str, language: str) -> Markup:
    """A part of a page that is the same in every report of a language."""
    return Markup(_environment(language).get_template(template).render(t=spoken(language)))


def content_policy(scripts: tuple[str, ...], styles: tuple[str, ...], *, loads: bool = False) -> str:
    """
    Content security policy: nothing but these very scripts and styles, and pictures that the page itself makes.

    The hash of the empty style is among them: plotly adds an empty style element and fills it by rules. With `loads`
    a script that is named by its hash may load another one; nothing that stands in the page's markup may. (A page
    opened as a file has no origin of its own, so `'self'` would name nothing there in some browsers.)
    """
    named = [*map(_source_hash, scripts), *(["'strict-dynamic'"] if loads else [])]
    return (
        f"default-src 'none'; script-src {' '.join(named) or repr('none')}; "
        f"style-src {' '.join(map(_source_hash, styles))}; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@lru_cache(maxsize=64)
def _source_hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@lru_cache(maxsize=64)
def inlined(source: str) -> str:
    """The text of a script or style, refused where it would end its own element."""
    if _END_TAG.search(source) or "<!--" in source:
        raise ValueError("a script or style that is to be inlined holds the end of its own element")
    return source


@lru_cache
def asset(name: str) -> str:
    """Text of a file below `assets/`."""
    return (HERE / "assets" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@lru_cache
def page_style(report: ReportSettings) -> str:
    """The style sheet with the sides' colours."""
    sides = {"left": report.colour_left, "right": report.colour_right}
    words = {side: colour if readable(colour) else INK for side, colour in sides.items()}
    lines = "".join(f"--{side}:{sides[side]};--{side}-words:{words[side]};" for side in sides)
    return f":root{{{lines}}}\n" + asset("page.css")


def readable(colour: str) -> bool:
    """Whether words of this colour keep their contrast even on the reference band."""
    return contrast(colour, BAND) >= FEWEST_CONTRAST


def contrast(one: str, other: str) -> float:
    """
    Contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio).

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache
def plotly_script() -> str:
    """Text of plotly.js, as its Python package carries it."""
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


@lru_cache
def plotly_file() -> str:
    """Name of the file beside the reports that may hold plotly.js for all of them; it changes with its content."""
    return f"plotly-{hashlib.sha256(plotly_script().encode()).hexdigest()[:12]}.js"


@lru_cache
def script_loader(name: str) -> str:
    """Text of a script that loads the file `name` beside the page and then sends the event `plotly-ready`."""
    if not _PLAIN_SCRIPT.fullmatch(name):
        raise ValueError(f"'{name}' is no plain name of a script beside the page")
    return asset("loader.js").replace("SCRIPT_NAME", json.dumps(name))


@lru_cache
def guarded_styles() -> tuple[str, ...]:
    """Ids of elements that keep plotly.js from adding style sheets for maps, which no report has."""
    return tuple(dict.fromkeys(_GUARDED_STYLE.findall(plotly_script())))


def json_block(value: Any) -> Markup:
    """
    JSON that is safe inside a script element.

    >>> str(json_block({"name": "</script><script>"}))
    '{"name":"\\\\u003c/script\\\\u003e\\\\u003cscript\\\\u003e"}'
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escaped in _JSON_ESCAPES.items():
        written = written.replace(character, escaped)
    return Markup(written)
