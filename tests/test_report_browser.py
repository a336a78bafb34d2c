"""Reports in a real browser: nothing is loaded, nothing hostile runs, and all essentials need no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest
import report_examples as examples
from report_examples import in_german, ledger_of, ledger_row, reference_for

from kinematics.figures import curve_figure
from kinematics.report import (
    IndexRow,
    plotly_file,
    render_cohort,
    render_index,
    render_patient_page,
    render_report,
    write_shared_script,
)

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("unused", "low", "unclear", "safety", "nothing", "hostile")
#: Pages that axe looks through; `report` has earlier visits, `direct` all three comparisons.
CHECKED = [f"{name}_{language}" for name in ("report", "small_index", "cohort", "patient") for language in ("en", "de")]
CHECKED += ["direct_en", "safe_en"]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def in_language(language: str) -> dict[str, str]:
    """The pages that axe looks through, in one language."""
    turned = in_german if language == "de" else (lambda visit: visit)
    style = turned(examples.unused_left()).session.settings.report
    linked = partial(render_report, reference=reference_for, shared_script=plotly_file())
    now, earlier = examples.three_visits()
    states = [("", "typical"), ("", "withheld"), ("a.txt: empty.", "typical"), ("", "inconclusive")]
    rows = [
        IndexRow(
            f"P{place}", "1", f"P{place}_1.html", "run 3.5 m/s", reading, reading, 48, tuple(filter(None, [error]))
        )
        for place, (error, reading) in enumerate(states)
    ]
    ledger = ledger_of(*(ledger_row(side, "typical") for side in ("left", "right")))
    return {
        "report": linked(turned(now), earlier=[turned(one) for one in earlier]),
        "direct": linked(turned(examples.three_comparisons())),
        "safe": linked(turned(examples.safety_open())),
        "small_index": render_index("demo", rows, errors=("exam.csv: row 5.",), report=style),
        "cohort": render_cohort("demo", ledger, report=style),
        "patient": render_patient_page(turned(examples.reviewed()), approved_by="A. Clinician", instructions={}),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder with every kind of page."""
    folder = tmp_path_factory.mktemp("site")
    pages = {name: render_report(examples.EXAMPLES[name](), reference=reference_for) for name in NAMES}
    for language in ("en", "de"):
        pages |= {f"{name}_{language}": html for name, html in in_language(language).items()}
    rows = [
        IndexRow(f"P{place:04}", "1", f"P{place:04}_1.html", "run at 3.5 m/s", "low_both", "typical", 2000 - place)
        for place in range(1000)
    ]
    rows[7] = IndexRow(examples.HOSTILE, examples.HOSTILE, "", examples.HOSTILE, "", "", 0, (examples.HOSTILE,))
    pages["index"] = render_index("demo", rows)
    ledger = ledger_of(*(ledger_row(side, "typical", participant=examples.HOSTILE) for side in ("left", "right")))
    pages["cohort"] = render_cohort("demo", ledger)
    pages["linked"] = render_report(examples.unused_left(), reference=reference_for, shared_script=plotly_file())
    evil = examples.reviewed()
    table = evil.options.table.assign(**dict.fromkeys(("name", "dose", "caution"), examples.HOSTILE))
    evil = replace(evil, options=replace(evil.options, table=table))
    pages["patient"] = render_patient_page(evil, approved_by=examples.HOSTILE, instructions={})
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    write_shared_script(folder)
    return folder


@pytest.fixture(scope="module")
def running() -> Iterator[dict]:
    """Browsers that this module has started, by their path; started at most once each."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started: dict = {"launch": playwright.chromium.launch}
        yield started
        for path, browser in started.items():
            if path != "launch":
                browser.close()


@pytest.fixture
def browser(chromium: str, running: dict):
    """A running browser."""
    if chromium not in running:
        running[chromium] = running["launch"](executable_path=chromium, args=FLAGS)
    yield running[chromium]
    for context in running[chromium].contexts:
        context.close()


class Visit:
    """A page that was opened, with everything it asked for, said or tried."""

    def __init__(self, browser, path: Path, *, width: int = 1200, javascript: bool = True) -> None:
        self.page = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript
        ).new_page()
        self.requests: list[str] = []
        self.console: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(path.as_uri(), wait_until="load")

    def _dismiss(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@pytest.mark.parametrize("name", ["unused", "hostile", "nothing", "index", "cohort", "patient"])
def test_a_page_asks_for_nothing_but_itself_and_says_nothing_on_the_console(browser, site, name):
    path = site / f"{name}.html"
    visit = Visit(browser, path)
    visit.page.wait_for_timeout(150)
    elsewhere = [url for url in visit.requests if url not in (path.as_uri(), "data:,")]
    assert (elsewhere, visit.console, visit.dialogs) == ([], [], [])


def test_a_linked_page_asks_for_its_shared_script_alone_and_draws_with_it(browser, site):
    visit = Visit(browser, site / "linked.html")
    visit.page.wait_for_selector("#curves .js-plotly-plot .scatterlayer path.js-line")
    asked = {url.rpartition("/")[2] for url in visit.requests if not url.startswith("data:")}
    assert (asked, visit.console) == ({"linked.html", plotly_file()}, [])


@pytest.mark.parametrize("name", CHECKED)
def test_axe_finds_nothing_at_wcag_2_2_aa(browser, site, name):
    page = Visit(browser, site / f"{name}.html").page
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = true; })")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, { runOnly: { type: 'tag', values: tags } })", AXE_TAGS)
    told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]]
    assert (told, len(found["passes"]) > 10) == ([], True)


@pytest.mark.parametrize("name", ["hostile", "index", "cohort", "patient", "report_de", "direct_de"])
def test_a_narrow_screen_needs_no_sideways_scrolling(browser, site, name):
    page = Visit(browser, site / f"{name}.html", width=320).page
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_curves_are_drawn_where_scripts_run(browser, site):
    page = Visit(browser, site / "unused.html").page
    page.wait_for_selector("#curves .js-plotly-plot .scatterlayer path.js-line")
    assert (page.locator(".js-plotly-plot").count(), page.locator("svg.still:visible").count()) == (3, 0)


def test_the_page_draws_the_very_points_of_the_figure_in_a_notebook(browser, site):
    page = Visit(browser, site / "unused.html").page
    page.wait_for_selector("#r0-hip-flexion-deg.js-plotly-plot")
    points = "trace => [trace.meta, Array.from(trace.x), Array.from(trace.y)]"
    drawn = page.evaluate(f"document.getElementById('r0-hip-flexion-deg').data.map({points})")
    strides = examples.unused_left().trials[0].strides
    reference = reference_for("run", 3.5, zero="", hip_centre="").curves["hip_flexion_deg"]
    figure = curve_figure(strides, "hip_flexion_deg", reference=reference)
    assert drawn == [[trace["meta"], trace["x"], trace["y"]] for trace in figure["data"]]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_figure_is_saved(browser, site, kind):
    visit = Visit(browser, site / "unused.html")
    visit.page.wait_for_selector("#curves .js-plotly-plot")
    with visit.page.expect_download() as download:
        visit.page.click(f".save button[data-format={kind}] >> nth=0")
    begin = {"svg": b"<svg", "png": b"\x89PNG"}[kind]
    saved = Path(download.value.path()).read_bytes()
    assert (download.value.suggested_filename, saved[:4], visit.console) == (
        f"P01_1_r0_hip_flexion_deg.{kind}",
        begin,
        [],
    )


def test_a_table_is_saved_as_csv(browser, site):
    page = Visit(browser, site / "unused.html").page
    with page.expect_download() as download:
        page.click("button[data-table='P01_1_metrics.csv']")
    header, *rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert (header.split(",")[:3], len(rows)) == (["participant", "session", "trial"], 2)


def test_a_word_of_the_first_screen_is_explained_where_the_keyboard_stands(browser, site):
    page = Visit(browser, site / "unused.html").page
    page.locator("a.term").first.focus()
    shown = page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    assert "largest hip extension in a stride" in shown


def test_single_strides_appear_when_asked_for(browser, site):
    page = Visit(browser, site / "unused.html").page
    lines = page.locator("#r0-hip-flexion-deg .scatterlayer path.js-line")
    before = lines.count()
    page.check("#curve-strides")
    page.wait_for_timeout(300)
    assert lines.count() == before + 2 * 24  # plotly draws a path per stride


def test_another_recording_can_be_chosen(browser, site):
    page = Visit(browser, site / "low.html").page
    page.select_option("#curve-choice", "r1")
    page.wait_for_selector("#r1-hip-flexion-deg .scatterlayer path.js-line")
    assert (page.locator("#set-r0").is_visible(), page.locator("#set-r1").is_visible()) == (False, True)


def test_without_scripts_readings_lanes_options_and_still_curves_are_there(browser, site):
    page = Visit(browser, site / "unused.html", javascript=False).page
    seen = [page.locator(f"{part}:visible").count() for part in (".verdict", "svg.lane", ".choice", "svg.still")]
    assert seen == [2, 4, 6, 3]


def test_without_scripts_the_index_shows_every_session(browser, site):
    page = Visit(browser, site / "index.html", javascript=False).page
    assert page.locator("#sessions tbody tr:visible").count() == 1000


def test_the_index_finds_a_session_among_a_thousand(browser, site):
    page = Visit(browser, site / "index.html").page
    page.fill("#search", "P0042")
    assert page.locator("#sessions tbody tr:visible").count() == 1


def test_the_index_shows_one_state_alone(browser, site):
    page = Visit(browser, site / "small_index_en.html").page
    page.select_option("#state", "safety")
    assert page.locator("#sessions tbody tr:visible th").all_inner_texts() == ["P1"]


def test_the_index_sorts_numbers_as_numbers(browser, site):
    page = Visit(browser, site / "index.html").page
    page.click("#sessions thead th:nth-child(7) button")
    page.click("#sessions thead th:nth-child(7) button")
    assert page.locator("#sessions tbody tr").first.locator("th").inner_text() == "P0000"


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(browser, site):
    page = Visit(browser, site / "low.html").page
    reached, outlines = [], []
    for _ in range(22):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.localName"))
        outlines.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert {"a", "summary", "curve-choice", "curve-strides"} <= set(reached)
    assert {style for name, style in zip(reached, outlines, strict=True) if name != "body"} == {"solid"}


@pytest.mark.parametrize("name", ["low", "report_de"])
def test_a_printed_report_has_two_to_four_pages(browser, site, name):
    printed = Visit(browser, site / f"{name}.html").page.pdf(prefer_css_page_size=True)
    pages = max(int(count) for count in re.findall(rb"/Count (\d+)", printed))
    assert 2 <= pages <= 4


def test_print_shows_the_still_curves_of_every_recording(browser, site):
    page = Visit(browser, site / "low.html").page
    page.wait_for_selector(".js-plotly-plot")
    page.emulate_media(media="print")
    assert (page.locator("svg.still:visible").count(), page.locator(".plot:visible").count()) == (6, 0)


def test_no_figure_is_taller_than_a_printed_page_and_none_may_be_cut(browser, site):
    page = Visit(browser, site / "report_en.html", width=688).page
    page.emulate_media(media="print")
    found = page.evaluate(
        """() => [...document.querySelectorAll('main figure, main svg, .card')]
        .filter(e => e.getBoundingClientRect().height)
        .map(e => [e.getBoundingClientRect().height, getComputedStyle(e).breakInside])"""
    )
    assert len(found) > 10 and all(height < 1000 and kind == "avoid" for height, kind in found)


def test_the_first_screen_holds_both_readings(browser, site):
    page = Visit(browser, site / "unused.html").page
    bottoms = [box["y"] + box["height"] for card in page.locator(".card").all() if (box := card.bounding_box())]
    assert (len(bottoms), max(bottoms) <= 900) == (2, True)


def test_text_keeps_its_contrast_on_white_and_on_the_band(browser, site):
    page = Visit(browser, site / "unused.html").page
    lowest = page.evaluate(
        """() => { const tone = colour => colour.match(/\\d+/g).slice(0, 3).map(Number)
            .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        const light = colour => { const [r, g, b] = tone(colour); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const band = light(getComputedStyle(document.querySelector('svg.lane .band')).fill);
        const inks = [...document.querySelectorAll('svg.lane text, svg .name, .small, dt, .verdict')]
            .map(e => e instanceof SVGElement ? getComputedStyle(e).fill : getComputedStyle(e).color);
        return Math.min(...inks.map(ink => (band + 0.05) / (light(ink) + 0.05))); }"""
    )
    assert lowest >= 4.5
