"""One offline file: templates, scripts and styles inlined, a policy that lets nothing else run, whole writes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kinematics.settings import ReportSettings

HERE = Path(__file__).parent
#: Characters that could end a script element or start a tag, as JSON escapes.
_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
#: A style element that a library adds behind a guard: it is skipped where an element of this id is there.
_GUARDED_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')
_END_TAG = re.compile(r"</(script|style)", re.IGNORECASE)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )


def render(template: str, *, report: ReportSettings, scripts: tuple[str, ...] = (), **values: Any) -> str:
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
    values
        What the template shows; text of users is escaped by the template engine.
    """
    style = page_style(report)
    return (
        _environment()
        .get_template(template)
        .render(
            policy=content_policy(scripts, (style, "")),
            style=Markup(inlined(style)),
            scripts=[Markup(inlined(script)) for script in scripts],
            language=report.language,
            **values,
        )
    )


def content_policy(scripts: tuple[str, ...], styles: tuple[str, ...]) -> str:
    """
    Content security policy: nothing but these very scripts and styles, and pictures that the page itself holds.

    The hash of the empty style is among them: plotly adds an empty style element and fills it by rules.
    """
    return (
        f"default-src 'none'; script-src {' '.join(map(_source_hash, scripts)) or repr('none')}; "
        f"style-src {' '.join(map(_source_hash, styles))}; img-src data:; base-uri 'none'; form-action 'none'"
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
    colours = f":root{{--left:{report.colour_left};--right:{report.colour_right}}}\n"
    return colours + asset("page.css")


@lru_cache
def plotly_script() -> str:
    """Text of plotly.js, as its Python package carries it."""
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


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
    return Markup(written.translate(_JSON_ESCAPES))
