"""Reports: what they say, how sure they say it, and that nothing a user wrote can run in them."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import report_examples as examples
from report_examples import HOSTILE, READINGS, assessment_of, ledger_of, ledger_row, options_of, reference_for

from kinematics.conventions import CLASSES, CURVE_NAMES, DataError
from kinematics.figures import curve_figure
from kinematics.ledger import low_limit, probability_low
from kinematics.ledger.change import smallest_change
from kinematics.ledger.terms import terms
from kinematics.report import (
    IndexRow,
    plotly_file,
    render_cohort,
    render_index,
    render_patient_page,
    render_report,
    write_report,
)
from kinematics.report.behind import sticks
from kinematics.report.change import change
from kinematics.report.downloads import as_csv, csv_files
from kinematics.report.healthy import label_frequency, side_spread_deg
from kinematics.report.packing import packed_rows
from kinematics.report.page import content_policy, json_block, readable, render
from kinematics.report.recording import Recording, row_medians
from kinematics.report.sayings import position, reason_words, verdict_sentence
from kinematics.report.still_frame import across, frames_of, paths_of
from kinematics.report.trace import option_trace
from kinematics.report.visit import read_visit
from kinematics.report.wording import (
    catalogue,
    degrees,
    extension,
    ledger_words,
    number,
    percent,
    probability_words,
    sentences,
)
from kinematics.settings import Settings

TEXT = catalogue("en")
#: An offline file with plotly.js and 100 strides a side may weigh this much. [bytes]
LARGEST = 5_300_000
SENTENCES = {
    "available_unused": "Extends less than most reference runners; the table test is not reduced.",
    "low_both": "Low in running and on the test; the cause is not known from this.",
    "low_test_only": "Test low, running not low; repeat the test first.",
    "typical": "Extends as most reference runners do; the table test is not reduced either.",
    "inconclusive": "No clear reading: the extension used lies too close to the limit for its error.",
}


class Page(HTMLParser):
    """Elements, visible words and attributes of a page, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag in ("script", "style"):
            getattr(self, f"{tag}s").append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside in ("script", "style"):
            held = getattr(self, f"{self._inside}s")
            held[-1] += data
        else:
            self.texts.append((self._inside, data))

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(text for _, text in self.texts))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: render_report(make(), reference=reference_for) for name, make in examples.EXAMPLES.items()}


def words_of(html: str) -> str:
    return Page(html).words


# What is said


@pytest.mark.parametrize("reading", CLASSES)
def test_each_class_has_its_plain_sentence(reading):
    assert verdict_sentence(ledger_row("left", reading), TEXT) == SENTENCES[reading]


def test_every_reason_of_the_ledger_has_words():
    from kinematics.ledger.reasons import REASONS

    assert set(REASONS) <= set(TEXT["reason"])


def test_a_reason_without_words_of_its_own_is_still_told():
    assert "odd thing" in reason_words("odd_thing", TEXT)


def test_no_class_name_of_the_tables_reaches_a_reader(pages):
    shown = " ".join(words_of(pages[name]) for name in ("unused", "low", "unclear"))
    assert not [name for name in CLASSES if "_" in name and name in shown]


def test_a_negative_extension_is_written_as_short_of_neutral():
    assert extension(-6.2, TEXT) == "6 deg short of neutral"


def test_an_extension_that_rounds_to_zero_is_not_short_of_neutral():
    assert extension(-0.4, TEXT) == "0 deg"


def test_whole_degrees_are_written_where_the_standard_error_is_half_a_degree_or_more():
    assert degrees(8.26, TEXT, 2.6) == "8 ± 5 deg"


def test_a_tenth_is_written_where_the_standard_error_is_below_half_a_degree():
    assert degrees(8.26, TEXT, 0.4) == "8.3 ± 0.8 deg"


def test_an_error_is_never_written_as_none():
    assert degrees(12.0, TEXT, 0.01) == "12.0 ± 0.1 deg"


def test_a_number_that_rounds_to_zero_has_no_minus():
    assert number(-0.2) == "0"


def test_certainty_is_never_claimed():
    assert (percent(0.9999, TEXT), percent(0.0001, TEXT)) == ("over 99 %", "under 1 %")


def test_a_probability_has_its_words():
    words = [probability_words(probability, TEXT) for probability in (0.992, 0.93, 0.5, 0.05)]
    assert words == ["virtually certain", "very likely", "about as likely as not", "very unlikely"]


def test_position_at_the_reference_mean_with_no_error_is_the_middle():
    row = ledger_row("left", "typical", used_deg=7.9, used_se_deg=0.0)
    assert position(row, TEXT) == "14 of 28 extend more"


def test_position_is_the_range_that_the_error_leaves():
    # 95 % range 2.1 -+ 1.96 x 2.7 = -3.2 .. 7.4; share below it 0.7 % .. 45.6 %, so 55 to 99 % of 28 extend more
    row = ledger_row("left", "inconclusive", used_deg=2.1)
    assert position(row, TEXT) == "15 to 28 of 28 extend more"


@pytest.mark.parametrize("reading", CLASSES)
def test_the_first_screen_answers_used_available_sure_and_next(reading):
    page = words_of(render_report(assessment_of(ledger_row("left", reading), None), reference=reference_for))
    used, available, _ = READINGS[reading]
    expected = [SENTENCES[reading], extension(used, TEXT, 2.7), extension(available, TEXT, 3.0), "How sure", "Next"]
    assert [words for words in expected if words not in page] == []


def test_the_errors_of_a_visit_stand_before_its_readings(pages):
    page = words_of(pages["unclear"])
    assert 0 < page.index("'n.a.' is not a number") < page.index("R.ASISX") < page.index("No clear reading")


def test_a_side_without_a_table_test_says_so(pages):
    assert "no table test of hip extension is recorded for this side" in words_of(pages["unclear"])


def test_a_safety_question_replaces_readings_and_options(pages):
    page = words_of(pages["safety"])
    gone = [SENTENCES["available_unused"], SENTENCES["typical"], "Virtually certain", "Split-stance"]
    assert ("Two safety questions are open" in page, [words for words in gone if words in page]) == (True, [])


def test_measurements_stay_while_a_safety_question_is_open(pages):
    assert "6 ± 5 deg short of neutral" in words_of(pages["safety"])


def test_a_visit_without_any_trial_still_has_its_report(pages):
    page = words_of(pages["nothing"])
    assert "P01_run45.txt: the file is empty." in page and "This side was not measured in this visit." in page


def test_plotly_is_left_out_where_there_is_nothing_to_draw(pages):
    assert len(pages["nothing"]) < 100_000


def test_every_option_is_shown_with_dose_reason_and_mark(pages):
    page, table = words_of(pages["unused"]), options_of().table
    wanted = table[["name", "dose", "reason", "basis", "counter_signs"]].to_numpy().ravel()
    missing = [value for value in wanted if value not in page]
    assert (missing, page.count(" draft ")) == ([], len(table))


def test_what_holds_for_a_whole_category_is_said_once(pages):
    shared = options_of().table["reason"].iloc[0]
    assert words_of(pages["unused"]).count(shared) == 1  # for warm-up and loading together, not for five exercises


def test_what_was_left_out_is_there_with_its_reason(pages):
    assert "Stretching is not indicated by this measurement." in words_of(pages["unused"])


def test_strides_left_out_are_counted_by_reason(pages):
    assert "gap in the data: 1; unusual stride time: 1" in words_of(pages["unused"])


def test_the_passport_names_every_file_with_its_hash(pages):
    assert "P01_run35.txt" in pages["unused"] and "ab" * 32 in pages["unused"]


def test_the_two_lanes_are_never_joined_and_not_to_be_subtracted(pages):
    html = pages["unused"]
    assert (html.count('<svg class="lane"'), "Not the same zero: do not subtract." in html) == (4, True)


def test_every_picture_has_a_name_for_those_who_do_not_see_it(pages):
    pictures = [attributes for tag, attributes in Page(pages["low"]).elements if tag == "svg"]
    named = [attributes for attributes in pictures if attributes.get("role") == "img"]
    assert (
        all("aria-labelledby" in attributes or "aria-label" in attributes for attributes in named) and len(named) == 20
    )


def test_ids_are_unique(pages):
    ids = [attributes["id"] for _, attributes in Page(pages["low"]).elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_no_reference_is_said_with_its_reason():
    row = ledger_row("left", "inconclusive", reason="no_reference", used_reference_mean_deg=math.nan,
                     used_reference_sd_deg=math.nan, used_low_below_deg=math.nan, used_reference_n=math.nan,
                     used_reference="", probability_used_low=math.nan, speed_m_s=math.nan)  # fmt: skip
    page = words_of(render_report(assessment_of(row, None, speeds=(math.nan,)), reference=reference_for))
    assert page.count("No walking reference of adults ships with this version.") == 2


def test_the_limits_and_the_disclaimer_are_on_every_report(pages):
    wanted = ("shown for walking", "quality of life", "not a medical device")
    assert all(words in words_of(html) for html in pages.values() for words in wanted)


def test_no_sentence_of_the_reports_claims_to_name_or_cure_a_disease():
    written = json.dumps(TEXT).lower()
    forbidden = r"\bdiagnoses\b|prescrib|\btreats?\b|treatment|\bmust\b|bad posture|\bcures?\b"
    assert re.findall(forbidden, written) == []


def test_a_thigh_30_deg_back_is_drawn_half_its_length_behind_the_hip():
    x1, _, x2, _ = sticks(30.0, 0.0).thigh
    assert x1 - x2 == pytest.approx(84 / 2)


def test_a_forward_tilted_pelvis_is_drawn_lower_in_front():
    _, back, _, front = sticks(0.0, 20.0).pelvis
    assert front - back == pytest.approx(2 * 26 * math.sin(math.radians(20)), abs=0.1)


def test_the_default_reference_comes_from_the_norms():
    page = words_of(render_report(examples.unused_left()))
    assert "28 runners, 27 men and 1 woman" in page and "RBDS 2017" in page


# Beside others


def test_healthy_runners_differ_by_1_7_deg_at_3_metres_a_second():
    assert side_spread_deg("run", 3.0) == 1.7  # between 1.5 at 2.5 m/s and 1.9 at 3.5 m/s


def test_a_side_difference_beyond_the_healthy_spread_is_called_larger(pages):
    # 14 - (-6) = 20 deg; 1.96 x 1.9 = 3.7
    wanted = "Right extends 20 deg more than left in running. 95 of 100 healthy runners lie within 4 deg at this speed."
    assert f"{wanted} This difference is larger." in words_of(pages["unused"])


def test_two_labels_that_exclude_each_other_share_the_healthy_runners():
    rows = [ledger_row("left", reading) for reading in CLASSES]
    shares = [label_frequency(row, 0.9) for row in rows]
    assert sum(shares) == pytest.approx(1.0) and max(shares[:3]) < 0.1  # low labels are rare among the healthy


def test_a_label_of_healthy_runners_is_as_frequent_as_in_a_simulation():
    row, generator = ledger_row("left", "typical", used_se_deg=2.6, available_se_deg=2.6), np.random.default_rng(3)
    used, available = generator.normal(7.9, 4.5, 20_000), generator.normal(10.6, 9.6, 20_000)
    low = [
        probability_low(value, 2.6, limit, low_limit(mean, sd, n)[1])
        for value, limit, mean, sd, n in ((used, 2.1, 7.9, 4.5, 28), (available, -1.7, 10.6, 9.6, 300))
    ]
    expected = np.mean((1 - low[0]) * (1 - low[1]) >= 0.9)
    assert label_frequency(row, 0.9) == pytest.approx(expected, abs=0.02)


def test_in_what_the_person_is_not_represented_is_said(pages):
    page = words_of(pages["unused"])
    assert "or hardly: this person's sex." in page
    assert "not stated: this person's level of running; this surface." in page


def test_degrees_of_reserve_stand_only_where_both_share_their_zero(pages):
    direct = words_of(render_report(examples.three_comparisons(), reference=reference_for))
    assert "20 ± 5 deg, one zero for both" in direct and "one zero for both" not in words_of(pages["unused"])


def test_all_three_comparisons_are_told_with_their_own_sentences():
    page = words_of(render_report(examples.three_comparisons(), reference=reference_for))
    wanted = (TEXT["verdict"][kind]["available_unused"] for kind in ("reference", "sides", "direct"))
    assert [words for words in wanted if words not in page] == []


def test_the_smallest_change_of_two_errors_of_2_5_deg_is_6_9_deg():
    assert smallest_change(2.5, 2.5) == pytest.approx(6.93, abs=0.005)


def test_a_change_of_18_deg_is_called_changed_and_one_of_1_deg_is_not():
    now, earlier = examples.three_visits()
    rows = change(read_visit(now, reference_for, earlier=earlier)).rows
    said = {(row.name, row.side): (row.change, row.reading) for row in rows}
    assert said["Hip extension used, at most", "left"] == ("+18 deg", "changed")
    assert said["Available on the test", "left"] == ("+1 deg", "no change can be shown")


def test_visits_of_another_convention_are_not_compared():
    now, _ = examples.three_visits()
    other = examples.assessment_of(
        ledger_row("left", "typical"), None, session="2", passport=examples.passport_of("x").with_(zero="standing")
    )
    found = change(read_visit(now, reference_for, earlier=[other]))
    assert found.rows[:-2] == () and "visit 2" in found.note


def test_earlier_visits_are_drawn_fainter_with_their_marks():
    now, earlier = examples.three_visits()
    html = render_report(now, earlier=earlier, reference=reference_for)
    assert (html.count('class="curve earlier e1'), html.count('class="curve earlier e2')) == (6, 6)  # 3 angles, 2 sides


# Languages


def flat(table, path=""):
    """Dotted key -> sentence of a catalogue."""
    pairs = table.items() if isinstance(table, dict) else enumerate(table)
    found = {}
    for key, value in pairs:
        inner = flat(value, f"{path}{key}.") if isinstance(value, dict | list) else {f"{path}{key}": value}
        found |= inner
    return found


def test_both_catalogues_have_the_same_keys():
    assert flat(sentences("de")).keys() == flat(TEXT).keys()


def test_each_sentence_has_the_same_placeholders_in_both_languages():
    german, english = flat(catalogue("de")), flat(TEXT)
    found = [
        key for key in english if set(re.findall(r"{\w+}", english[key])) != set(re.findall(r"{\w+}", german[key]))
    ]
    assert found == []


def test_a_german_report_has_no_english_sentence_of_the_catalogue():
    page = words_of(render_report(examples.in_german(examples.low_both_and_test_only()), reference=reference_for))
    german = set(flat(catalogue("de")).values())
    english = [words for words in flat(TEXT).values() if "{" not in words and len(words) > 25 and words not in german]
    assert [words for words in english if words in page] == []


def test_a_german_report_says_that_its_exercises_are_in_english():
    html = render_report(examples.in_german(examples.unused_left()), reference=reference_for)
    assert "nur auf Englisch" in html and '<div class="block" lang="en">' in html


def test_german_numbers_have_a_comma():
    assert "Laufen mit 3,5 m/s" in words_of(render_report(examples.in_german(examples.unused_left())))


def test_each_reason_of_the_ledger_has_its_next_step_in_german():
    from kinematics.ledger.reasons import NEAR_LIMIT, REASONS

    untold = [reason for reason in set(REASONS) - set(NEAR_LIMIT) if not ledger_words("x", reason, "de")]
    assert untold == []


def test_the_ledgers_own_step_is_known_in_german():
    said = terms()["steps"]["none"]
    assert "zweiter Tag" in ledger_words(said, "used_near_limit", "de")


# What can be saved


def test_a_cell_that_looks_like_a_formula_is_saved_as_text():
    saved = as_csv(pd.DataFrame({"=a": ["=1+1", "+1", "-1", "@x", "\tx", "P01"], "n": [-2.5, 1, 2, 3, 4, math.nan]}))
    assert saved.splitlines() == ["'=a,n", "'=1+1,-2.5", "'+1,1.0", "'-1,2.0", "'@x,3.0", "'\tx,4.0", "P01,"]


def test_options_are_not_saved_while_a_safety_question_is_open():
    assert list(csv_files(read_visit(examples.safety_open(), reference_for))) == [
        "P01_1_ledger.csv",
        "P01_1_metrics.csv",
    ]


# The runner's page


def test_a_runners_page_has_exercises_dose_and_rules_but_no_reading():
    page = words_of(render_patient_page(examples.reviewed(), approved_by="A. Clinician"))
    wanted = (
        "A. Clinician",
        "Split-stance hip-extension rock",
        "2 sets of 5 a side",
        "Pain rule",
        "See a doctor at once",
    )
    shown = [words for words in SENTENCES.values() if words in page]
    assert ([words for words in wanted if words not in page], shown) == ([], [])


def test_a_runners_page_is_refused_while_a_safety_question_is_open():
    visit = examples.reviewed()
    with pytest.raises(DataError, match="safety questions of this visit are not all answered"):
        open_question = replace(visit.session, intake=visit.session.intake.iloc[1:])
        render_patient_page(replace(visit, session=open_question), approved_by="A. Clinician")


def test_a_runners_page_is_refused_with_an_exercise_that_nobody_reviewed():
    visit = examples.reviewed()
    with pytest.raises(DataError, match="6 exercises of this visit not reviewed yet"):
        render_patient_page(replace(visit, options=options_of()), approved_by="A. Clinician")


def test_a_runners_page_is_refused_without_a_name():
    with pytest.raises(DataError, match="nobody is named"):
        render_patient_page(examples.reviewed(), approved_by=" ")


# One safe file


def test_the_same_assessment_gives_the_same_bytes(pages):
    assert render_report(examples.low_both_and_test_only(), reference=reference_for) == pages["low"]


def test_nothing_of_a_page_is_loaded_from_anywhere(pages):
    loading = [
        (tag, value)
        for html in pages.values()
        for tag, attributes in Page(html).elements
        for name, value in attributes.items()
        if name in ("src", "href", "xlink:href", "action", "data", "srcset") and not value.startswith(("#", "data:,"))
    ]
    assert loading == []


def hashes_of(sources: list[str]) -> set[str]:
    digests = (hashlib.sha256(source.encode()).digest() for source in sources)
    return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}


@pytest.mark.parametrize("name", ["unused", "nothing", "hostile"])
def test_the_policy_names_exactly_the_scripts_and_styles_of_the_page(pages, name):
    page = Page(pages[name])
    policy = next(
        attributes["content"] for tag, attributes in page.elements if tag == "meta" and "content" in attributes
    )
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    kinds = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
    scripts = [script for script, kind in zip(page.scripts, kinds, strict=True) if kind is None]
    assert directives["default-src"] == "'none'"
    assert set(directives["script-src"].split()) == (hashes_of(scripts) or {"'none'"})
    assert set(directives["style-src"].split()) == hashes_of([*page.styles, ""])


def test_no_policy_allows_inline_code_in_general():
    assert "unsafe" not in content_policy(("a",), ("b",), loads=True)


def test_a_linked_report_of_100_strides_a_side_stays_below_300_kb():
    rows = ledger_row("left", "low_both"), ledger_row("right", "typical")
    visit = assessment_of(*rows, speeds=(3.5, 2.8, 4.2), n=100, angles=CURVE_NAMES)
    assert len(render_report(visit, reference=reference_for, shared_script=plotly_file()).encode()) <= 300_000


def test_a_shared_script_lies_beside_the_page():
    with pytest.raises(ValueError, match="no plain name"):
        render_report(examples.unused_left(), reference=reference_for, shared_script="../elsewhere.js")


def test_words_in_a_pale_side_colour_are_written_in_ink():
    assert (readable("#b3372b"), readable("#1f5fa8"), readable("#e0a030")) == (True, True, False)


def test_hostile_words_make_no_element_and_no_attribute(pages):
    hostile, tame = Page(pages["hostile"]), Page(pages["unused"])
    handlers = [name for _, attributes in hostile.elements for name in attributes if name.startswith("on")]
    assert (hostile.count("img"), hostile.count("script"), handlers) == (0, tame.count("script"), [])


def test_hostile_words_are_shown_as_they_were_written(pages):
    assert HOSTILE in "".join(text for _, text in Page(pages["hostile"]).texts)


def test_data_cannot_end_its_script_element():
    written = str(json_block({"name": "</script><!--\u2028&"}))
    assert re.search("[<>&\u2028]", written) is None and json.loads(written)["name"] == "</script><!--\u2028&"


def test_a_script_that_would_end_its_own_element_is_refused():
    with pytest.raises(ValueError, match="end of its own element"):
        render("index.html.j2", report=Settings().report, scripts=("a('</SCRIPT>')",))


def test_a_report_of_100_strides_a_side_in_all_planes_stays_below_its_size():
    visit = assessment_of(
        ledger_row("left", "low_both"),
        ledger_row("right", "typical"),
        speeds=(3.5, 2.8, 4.2),
        n=100,
        angles=CURVE_NAMES,
    )
    assert len(render_report(visit, reference=reference_for).encode()) <= LARGEST


def test_all_strides_of_one_trial_with_100_a_side_are_embedded():
    visit = assessment_of(ledger_row("left", "low_both"), ledger_row("right", "typical"), n=100)
    assert "Show single strides<" in render_report(visit, reference=reference_for)


def unpacked(packed: dict) -> np.ndarray:
    """Rows in degrees from their starts and steps, as curves.js makes them."""
    steps = np.frombuffer(base64.b64decode(packed["steps"]), {8: "i1", 16: "<i2"}[packed["bits"]])
    starts = np.array(packed["starts"])[:, np.newaxis]
    return np.cumsum(np.hstack([starts, steps.reshape(len(starts), -1)]), axis=1) / packed["per_deg"]


@pytest.mark.parametrize(("jump_deg", "bits"), [(1.0, 8), (12.7, 8), (12.8, 16), (300.0, 16)])
def test_packed_rows_are_the_rows_to_a_tenth_of_a_degree_however_steep_they_are(jump_deg, bits):
    rows = np.round(np.random.default_rng(1).normal(0, 1, (5, 51)), 1)
    rows[3, 20:] = rows[3, 19] + jump_deg
    packed = packed_rows(rows)
    assert packed["bits"] == bits
    np.testing.assert_array_equal(unpacked(packed), rows)


def test_the_page_holds_the_strides_and_means_that_a_figure_of_them_draws(pages):
    data = next(script for script in Page(pages["unused"]).scripts if script.startswith('[{"key"'))
    held = json.loads(data)[0]
    strides = examples.unused_left().trials[0].strides
    right = curve_figure(strides, "hip_flexion_deg")["data"][-1]
    styles = [held["styles"][style] for style, *_ in held["figures"][0]["data"]]
    place = max(place for place, style in enumerate(styles) if style["meta"] == "mean")
    (_, first, _), lines = held["figures"][0]["data"][place], unpacked(held["lines"])
    assert (right["meta"], right["name"], lines[first].tolist()) == ("mean", "right", right["y"])
    np.testing.assert_allclose(unpacked(held["strides"])[0], strides.curves["hip_flexion_deg"][0, ::2], atol=0.0501)


def test_paths_written_all_at_once_are_those_written_point_by_point():
    lines = np.random.default_rng(3).normal(0, 40, (4, 3, 101))
    frames = frames_of(lines, [0, 3])
    assert frames[1] == frames_of(lines[3:], [0])[0] != frames[0]
    for (upper, lower, mean), frame, (path, band) in zip(
        lines, frames[:1] * 3 + frames[1:], paths_of(lines, frames[:1] * 3 + frames[1:]), strict=True
    ):
        there = range(0, 101, 2)
        points = {
            name: [f"{across(x)},{frame.y(row[x])}" for x in there]
            for name, row in zip("uml", (upper, mean, lower), strict=True)
        }
        assert path == f"M{' '.join(points['m'])}"
        assert band == f"M{' '.join(points['u'])} {' '.join(points['l'][::-1])}Z"


def test_a_stride_with_a_gap_in_an_angle_is_left_out_of_that_angle_and_its_mean_alone():
    result = examples.unused_left().trials[0]
    hip, tilt = (result.strides.curves[name].copy() for name in ("hip_flexion_deg", "pelvis_anterior_tilt_deg"))
    left = result.strides.table["side"].to_numpy(object) == "left"
    hip[np.flatnonzero(left)[0], 50], tilt[left, 3] = np.nan, np.nan
    curves = {**result.strides.curves, "hip_flexion_deg": hip, "pelvis_anterior_tilt_deg": tilt}
    recording = Recording(result.entry, replace(result.strides, curves=curves), None)
    np.testing.assert_allclose(recording.lines["hip_flexion_deg"]["left"][2], hip[left][1:].mean(axis=0))
    assert len(recording.curves["hip_flexion_deg"]["left"]) == left.sum() - 1
    assert list(recording.lines["pelvis_anterior_tilt_deg"]) == ["right"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_sentence_holds_what_a_template_would_run(language):
    def said(value) -> list[str]:
        if isinstance(value, str):
            return [value]
        return [words for one in (value.values() if isinstance(value, dict) else value) for words in said(one)]

    assert [words for words in said(catalogue(language)) if re.search(r"\{[{%#]", words)] == []


def test_medians_of_columns_leave_gaps_out_as_pandas_does():
    values = np.random.default_rng(1).normal(size=(9, 40))
    values[np.random.default_rng(2).random(values.shape) < 0.4] = np.nan
    values[:, 0] = np.nan
    np.testing.assert_array_equal(row_medians(values.T), pd.DataFrame(values).median())


def test_a_report_is_written_whole_with_plain_line_ends(tmp_path):
    path = write_report(tmp_path / "reports" / "P01_1.html", examples.nothing_usable())
    assert [path.name] == [found.name for found in path.parent.iterdir()] and b"\r" not in path.read_bytes()


# Index and cohort


def row_of(**changes) -> IndexRow:
    values = {
        "participant": "P01", "session": "1", "href": "P01_1.html", "trials": "run at 3.5 m/s",
        "left_class": "available_unused", "right_class": "", "n_strides": 48, "errors": (),
    }  # fmt: skip
    return IndexRow(**{**values, **changes})


def test_the_index_links_each_report_and_says_its_readings_in_words():
    page = Page(render_index("demo", [row_of()]))
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert "P01_1.html" in links and "low in running, test not low" in page.words and "no reading" in page.words


def test_the_index_shows_errors_of_sessions_and_of_the_study():
    words = words_of(render_index("demo", [row_of(href="", errors=("a.txt: empty.",))], errors=("exam.csv: row 5.",)))
    assert "a.txt: empty." in words and "exam.csv: row 5." in words and "no report" in words


@pytest.mark.parametrize("href", ["javascript:alert(1)", "../other.html", "https://a.org/x.html", "//a.org/x.html"])
def test_a_link_that_leads_away_from_the_index_is_not_made(href):
    elements = Page(render_index("demo", [row_of(href=href)])).elements
    links = [attributes["href"] for tag, attributes in elements if tag == "a"]
    assert links == ["#content", "cohort.html"]


def test_a_hostile_index_makes_no_element():
    fields = ("participant", "session", "href", "trials", "left_class")
    row = row_of(**dict.fromkeys(fields, HOSTILE), errors=(HOSTILE,))
    page = Page(render_index(HOSTILE, [row], errors=(HOSTILE,)))
    assert (page.count("img"), page.count("script")) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "complete"),
        ({"left_class": "inconclusive"}, "unclear"),
        ({"errors": ("a.txt: empty.",)}, "partial"),
        ({"right_class": "withheld", "errors": ("a.txt: empty.",)}, "safety"),
        ({"href": ""}, "failed"),
    ],
)
def test_the_index_shows_the_gravest_state_of_a_session(changes, state):
    assert f'<span class="state {state}">' in render_index("demo", [row_of(**changes)])


def test_an_index_without_sessions_says_so():
    assert "This study has no session." in words_of(render_index("empty", []))


def test_the_cohort_page_has_a_strip_per_speed_and_a_mark_per_leg():
    slow = [ledger_row(side, "typical", speed_m_s=2.8) for side in ("left", "right")]
    fast = [ledger_row("left", "low_both", participant="P02")]
    html = render_cohort("demo", ledger_of(*slow, *fast))
    marks = html.count('<circle class="point"') + html.count('<rect class="point open"')
    assert (html.count("<h2>"), marks) == (2, 3)


def test_legs_of_different_conventions_never_share_a_strip():
    rows = [ledger_row("left", "typical"), ledger_row("right", "typical", used_reference="runners, standing zero")]
    page = words_of(render_cohort("demo", ledger_of(*rows)))
    assert page.count("Running at 3.5 m/s") == 2 * 2  # heading and name of the picture


def test_a_cohort_without_a_comparison_says_so():
    assert "No leg could be compared in this study." in words_of(render_cohort("demo", ledger_of()))


def test_a_hostile_cohort_makes_no_element():
    page = Page(render_cohort(HOSTILE, ledger_of(ledger_row("left", "typical", participant=HOSTILE, session=HOSTILE))))
    assert (page.count("img"), page.count("script")) == (0, 0)


def test_the_method_names_rules_and_basis_of_every_option_in_print_too(pages):
    method = words_of(pages["unused"]).split("Options: rules and basis")[1].split("Versions")[0]
    names = [f"{row['name']} ({row['rules'].replace(';', ', ')})" for _, row in examples.options_of().table.iterrows()]
    assert all(name in method for name in names) and "mechanism and cohort studies (B) Sources: SEED2; MET19" in method


def test_rules_behind_all_options_are_named_once():
    table = examples.options_of().table.assign(rules="R1;I1", sources="")
    visit = assessment_of(ledger_row("left", "typical"), None, options=options_of(table=table))
    found = option_trace(read_visit(visit, reference_for))
    assert (found.rules, "(" in found.bases[0].exercises, found.bases[0].sources) == ("R1; I1", False, "")


def test_no_option_is_traced_while_options_are_withheld(pages):
    assert "Options: rules and basis" not in words_of(pages["safety"])
