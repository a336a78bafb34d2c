"""The library and the rules as files: what loads, and the sentence for each way of breaking them by hand."""
# ruff: noqa: E501  (the broken texts and their sentences read better on one line)

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from kinematics.cli import main
from kinematics.conventions import DataError
from kinematics.exercises import exercise_options, session_options
from kinematics.exercises.cert import self_check
from kinematics.exercises.checking import check_options
from kinematics.exercises.conditions import can_hold, holds
from kinematics.exercises.facts import FACTS, REASONS_ASKED
from kinematics.exercises.folders import DATA, Shelf, overlaid
from kinematics.exercises.library import load_library
from kinematics.exercises.rules import load_rules
from kinematics.exercises.schema import schema_text
from kinematics.exercises.wording import unsuitable
from kinematics.intake import fields
from kinematics.ledger import REASONS
from kinematics.settings import Settings
from kinematics.study import Participant, Session

LIBRARY, RULES = load_library(), load_rules()


@pytest.fixture
def broken(tmp_path):
    """A copy of the data in which one text of one file is replaced; loading it has to raise."""
    shutil.copytree(DATA, tmp_path / "data")

    def _broken(file: str, old: str, new: str, load=load_library) -> str:
        path = tmp_path / "data" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DataError) as caught:
            load(Shelf((tmp_path / "data",)))
        return str(caught.value)

    return _broken


def test_the_library_holds_63_exercises_and_7_running_stages():
    stages = [exercise.stage for exercise in LIBRARY.exercises.values() if exercise.category == "RUN"]
    assert (len(LIBRARY.exercises) - len(stages), sorted(stages)) == (63, [0, 1, 2, 3, 4, 5, 6])


def test_the_rules_are_63():
    assert len(RULES) == 63


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("exercises/hf_aslr.yaml", "plane: sagittal", "plane: sagital", "row 5, column 'movement.plane': 'sagital' is not known here. The nearest known word is 'sagittal'."),
        ("exercises/hf_aslr.yaml", "max: 60", "max: 95", "'moderate' does not agree with 95 deg, which is 'high'"),
        ("exercises/hf_aslr.yaml", "min: 0", "min: 70", "min 70 is above max 60"),
        ("exercises/hf_aslr.yaml", "source: JUA24, condition: hip near 45", "source: JAU24, condition: hip near 45", "The nearest known word is 'JUA24'"),
        ("exercises/hf_aslr.yaml", "progress: hf_band_thorborg", "progress: hf_band_thorburg", "'hf_band_thorburg' is no exercise of the library. The nearest known word is 'hf_band_thorborg'."),
        ("exercises/hf_heel_slide.yaml", "regress: null", "regress: hf_hanging_raise", "the links run in a circle: hf_dead_bug -> hf_heel_slide -> hf_hanging_raise"),
        ("exercises/ext_sl_bridge.yaml", "progress: ext_hip_thrust", "progress: ext_bridge", "progress leads from level 2 to level 1 of EXT"),
        ("exercises/wu_leg_swing.yaml", "amount: [5, 5]", "amount: [12, 12]", "2 x 12 passes the warm-up's cap of 2 x 5"),
        ("exercises/wu_leg_swing.yaml", "cap: {sets: 2, amount: 5", "cap: {sets: 3, amount: 5", "3 is not a whole number from 1 to 2"),
        ("exercises/wu_leg_swing.yaml", "  cap: {sets: 2, amount: 5, basis: SEED2}\n", "", "a warm-up drill needs its cap"),
        ("exercises/mob_half_kneel.yaml", "gate: mobility", "gate: null", "category MOB does not go with gate 'None'. Write 'gate: mobility'."),
        ("exercises/ext_bridge.yaml", "basis: proposal", "basis: my_own", "'my_own' is not known here"),
        ("exercises/hf_aslr.yaml", ", source: JUA24}\nexternal", "}\nexternal", "'found' needs the source it was found in"),
        ("exercises/hf_aslr.yaml", "level: 2", "level: 4", "4 is not a whole number from 1 to 3"),
        ("exercises/hf_aslr.yaml", "level: 2", "level: 2\nlevell: 2", "column 'levell': 'levell' is not known here. The nearest known word is 'level'."),
        ("exercises/hf_aslr.yaml", "level: 2", "level: 2\nlevel: 3", "row 4, column 'level': 'level' is given twice"),
        ("exercises/hf_aslr.yaml", "tags: []\n", "", "'tags' is missing"),
        ("exercises/hf_aslr.yaml", "id: hf_aslr", "id: hf_alsr", "'hf_alsr' is not known here. The nearest known word is 'hf_aslr'."),
        ("exercises/abd_pelvic_drop.yaml", "required: [[step]]", "required: [step]", "Write [[bench, chair]]"),
        ("exercises/hf_aslr.yaml", "id: hf_aslr", "id: [hf_aslr", "this is not valid YAML"),
        ("text/en/exercises/hf_aslr.yaml", "how: ", "hwo: ", "'how' is missing"),
        ("vocab.yaml", "towel, mini_band", "towel, minni_band", "stands in only one of vocab.yaml and the intake's fields"),
    ],
)  # fmt: skip
def test_a_library_broken_by_hand_gives_its_sentence(broken, file, old, new, said):
    sentence = broken(file, old, new)
    assert said in sentence and sentence.startswith(file.partition("/")[0])


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rules/20_irritability.yaml", "pain_in_extension: {gt: 2}", "pain_in_extention: {gt: 2}", "The nearest known word is 'pain_in_extension'"),
        ("rules/20_irritability.yaml", "pain_in_extension: {gt: 2}", "pain_in_extension: {above: 2}", "'above' is not known here"),
        ("rules/20_irritability.yaml", "when: {irritability: high}", "when: {irritability: hgih}", "The nearest known word is 'high'"),
        ("rules/20_irritability.yaml", "when: {irritability: high}", "when: {irritability: {gt: 2}}", "'irritability' is a word and cannot be compared"),
        ("rules/20_irritability.yaml", "pain_in_extension: {gt: 2}", "pain_in_extension: 2", "'pain_in_extension' is a number"),
        ("rules/30_range.yaml", "select: {WU: 3, EXT: 1}", "select: {WUP: 3, EXT: 1}", "The nearest known word is 'WU'"),
        ("rules/30_range.yaml", "forbid_tags: [static_stretch]", "forbid_tags: [static_strech]", "The nearest known word is 'static_stretch'"),
        ("text/en/rules.yaml", "extension while {task} is low and the table", "extension while {tsak} is low and the table", "The nearest known word is 'task'"),
        ("rules/30_range.yaml", "example: {extension_class: available_unused}", "example: {extension_class: typical}", "rule 'R1' does not fire in its own example"),
        ("rules/30_range.yaml", "- id: R3", "- id: R1", "rule 'R1' is there twice"),
        ("text/en/rules.yaml", "  withheld: \"Not asked for by the rules that fired.\"\n", "", "needs its 'withheld' sentence"),
        ("rules/50_gates.yaml", "when: {safety: clear}", "when: {safety: clear, stage: load}", "one predicate was expected"),
        ("rules/50_gates.yaml", "when: {hop_pain: \"yes\"}", "when: {all: [{hop_pain: \"yes\"}, {hop_pain: \"no\"}]}", "rule 'G1_hop' can never fire"),
        ("text/en/rules.yaml", "\nG1_hop:\n", "\nG1_hopp:\n", "rule 'G1_hop' has no sentences"),
        ("rules/50_gates.yaml", "confidence: C", "confidence: D", "'D' is not known here"),
    ],
)  # fmt: skip
def test_rules_broken_by_hand_give_their_sentence(broken, file, old, new, said):
    sentence = broken(file, old, new, load_rules)
    assert said in sentence and re.match(r"(rules|text/en)/\w+\.yaml: row \d+", sentence)


def test_a_text_without_its_exercise_is_refused(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data/exercises/rot_airplane.yaml").unlink()
    with pytest.raises(DataError, match=r"rot_airplane.yaml: this text has no exercise"):
        load_library(Shelf((tmp_path / "data",)))


def test_the_digest_changes_with_any_file(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    profile = tmp_path / "data/profile.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert Shelf((tmp_path / "data",)).digest("profile") != Shelf().digest("profile")


def test_the_digest_does_not_depend_on_line_ends(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    for path in (tmp_path / "data").rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_library(Shelf((tmp_path / "data",))).digest == LIBRARY.digest


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ({"all": []}, True),
        ({"any": []}, False),
        ({"stage": "load"}, True),
        ({"stage": {"eq": "settle"}}, False),
        ({"stage": {"in": ["load", "settle"]}}, True),
        ({"pain_in_flexion": {"gt": 2}}, True),
        ({"pain_in_flexion": {"lt": 3}}, False),
        ({"pain_in_extension": {"lt": 9}}, False),
        ({"not": {"pain_in_extension": {"lt": 9}}}, True),
        ({"all": [{"stage": "load"}, {"any": [{"pain_in_flexion": {"gt": 5}}, {"stage": "settle"}]}]}, False),
    ],
)
def test_predicates_say_what_they_mean_and_an_unanswered_fact_fulfils_none(condition, true):
    assert holds(condition, {"stage": "load", "pain_in_flexion": 3.0, "pain_in_extension": None}) is true


@pytest.mark.parametrize("category", ["WU", "HF1", "EXT", "ABD", "ADD", "ROT"])
def test_an_easily_irritated_hip_finds_something_with_floor_wall_and_chair_alone(category):
    there = set(LIBRARY.vocabulary.words("always_at_hand"))
    found = [
        exercise.id
        for exercise in LIBRARY.exercises.values()
        if (exercise.category, exercise.level, exercise.demand.band) == (category, 1, "low")
        and all(there & set(group) for group in exercise.required)
    ]
    assert found


def test_every_source_of_a_rule_and_an_exercise_has_a_reference():
    sources = yaml.safe_load((DATA / "sources.yaml").read_text(encoding="utf-8"))
    used = {key for rule in RULES for key in rule.sources}
    used |= {key for exercise in LIBRARY.exercises.values() for key in exercise.sources}
    assert used <= set(sources)


def printable() -> list[tuple[str, str]]:
    """Every text that the library, the rules and the intake's form can print, with the file it stands in."""
    files = [*DATA.rglob("*.yaml"), DATA.parent.parent / "intake_fields.yaml"]
    found: list[tuple[str, str]] = []
    for path in files:
        if path.name not in ("sources.yaml", "vocab.yaml") and "rules" not in path.parts:
            _strings(yaml.safe_load(path.read_text(encoding="utf-8")), path.name, found)
    return found


def _strings(value, name: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, str):
        found.append((name, value))
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _strings(part, name, found)


def test_no_printable_sentence_claims_a_medical_act_or_blames_posture():
    assert [(name, text) for name, text in printable() if unsuitable(text)] == []


def test_every_fact_is_asked_by_some_rule():
    asked = {name for rule in RULES for name in FACTS if f"'{name}'" in repr(rule.when)}
    assert asked == set(FACTS)


def test_the_manual_names_every_rule_category_and_field():
    manual = Path(__file__).parent.parent / "docs" / "exercises.md"
    text = manual.read_text(encoding="utf-8")
    wanted = [f"| {rule.id} |" for rule in RULES] + [f"| `{name}` |" for name in fields()]
    wanted += [f"| {category} |" for category in LIBRARY.vocabulary.words("categories")]
    assert [name for name in wanted if name not in text] == []


# ---- a clinic's own folder


@pytest.fixture
def own(tmp_path):
    """A clinic's own folder with the files given."""

    def _own(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / "own" / name.replace("__", "/").replace("_yaml", ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "own"

    return _own


OWN_RULE = """- id: CLINIC
  when: {stage: settle}
  then: {cap_sets: {all: 1}}
  confidence: C
  sources: []
  example: {stage: settle}
"""
OWN_TEXT = "CLINIC:\n  message: One set while settling.\n  basis: Own practice.\n  example: One set.\n"


def test_a_clinic_s_own_rule_and_threshold_are_laid_over_ours(own):
    folder = own(
        rules__60_clinic_yaml=OWN_RULE,
        text__en__rules_yaml=OWN_TEXT,
        profile_yaml="profile: clinic\nhigh_pain: {value: 5, unit: '0-10', basis: own practice}\n",
    )
    assert check_options(folder) == ()
    rows = [("P01", "1", name, "", "no", "") for name, field in fields().items() if field.group == "safety"]
    rows += [("P01", "1", "stage", "", "settle", ""), ("P01", "1", "pain_daily", "", "5", "")]
    intake = pd.DataFrame(rows, columns=["participant", "session", "field", "side", "value", "unit"])
    ledger = pd.DataFrame(columns=["participant", "session"])
    ours, theirs = exercise_options(ledger, intake), exercise_options(ledger, intake, overlay=folder)
    assert "One set while settling." in theirs.messages and "One set while settling." not in ours.messages
    assert all(dose.startswith("1 x") for dose in theirs.table["dose"])
    assert theirs.versions["rules"] != ours.versions["rules"] and theirs.versions["profile"] != ours.versions["profile"]
    assert "I1_high" in theirs.table.iloc[0]["rules"] and "I1_moderate" in ours.table.iloc[0]["rules"]


def test_a_safety_rule_cannot_be_replaced(own):
    folder = own(rules__10_safety_yaml=OWN_RULE.replace("CLINIC", "S1"), text__en__rules_yaml=OWN_TEXT)
    assert any("'S1' is a safety rule and cannot be replaced" in str(fault) for fault in check_options(folder))


def test_one_check_gives_every_problem_with_file_and_line(own):
    ours = (DATA / "exercises/hf_aslr.yaml").read_text(encoding="utf-8")
    broken = ours.replace("sagittal", "sagital").replace("level: 2", "level: 7").replace("chain: open", "chain: opn")
    folder = own(
        exercises__hf_aslr_yaml=broken, profile_yaml="profile: own\nhigh_pian: {value: 5, unit: a, basis: b}\n"
    )
    said = [str(fault) for fault in check_options(folder)]
    assert [text.split(",")[0] for text in said[:3]] == [
        "exercises/hf_aslr.yaml: row 3",
        "exercises/hf_aslr.yaml: row 5",
        "exercises/hf_aslr.yaml: row 9",
    ]
    assert any("The nearest known word is 'high_pain'" in text for text in said)


def test_a_blaming_sentence_is_found_with_its_line(own):
    folder = own(
        text__en__rules_yaml='R5:\n  basis: "x"\n  message: "You must correct your posture."\n  example: "x"\n'
    )
    said = [str(fault) for fault in check_options(folder)]
    assert any("row 3" in text and "'must' is a command" in text for text in said)


def test_an_empty_category_is_named(own):
    ours = (DATA / "exercises/trk_front_plank.yaml").read_text(encoding="utf-8")
    folder = own(exercises__trk_front_plank_yaml=ours.replace("status: draft", "status: retired"))
    said = [str(fault) for fault in check_options(folder)]
    assert said == [
        "exercises: category TRK has nothing at level 2 with floor, wall and chair alone. Add a row, or retire the others of that level."
    ]


def test_our_own_library_and_rules_have_no_problem():
    assert check_options() == ()


def test_the_schema_is_that_of_the_vocabulary_and_every_file_fulfils_it():
    jsonschema = pytest.importorskip("jsonschema")
    text = (DATA / "schema/exercise.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(LIBRARY.vocabulary)
    validator = jsonschema.Draft202012Validator(json.loads(text))
    for path in (DATA / "exercises").glob("*.yaml"):
        assert [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text("utf-8")))] == []


def test_a_language_that_is_not_there_is_named():
    with pytest.raises(DataError, match=r"there is no text in 'xx'. Known: en"):
        load_library(overlaid(None, language="xx"))


def test_a_condition_that_contradicts_itself_can_never_hold():
    assert not can_hold({"all": [{"stage": "load"}, {"stage": "settle"}]})
    assert can_hold({"all": [{"pain_in_flexion": {"gt": 2}}, {"pain_in_flexion": {"lt": 4}}]})


def test_the_reasons_that_rules_ask_are_the_ledger_s():
    assert set(REASONS_ASKED) <= set(REASONS)


def test_every_item_of_the_reporting_template_is_answered_or_left_to_a_clinician():
    rows = [("P01", "1", name, "", "no", "") for name, field in fields().items() if field.group == "safety"]
    intake = pd.DataFrame(rows, columns=["participant", "session", "field", "side", "value", "unit"])
    table = self_check(exercise_options(pd.DataFrame(columns=["participant", "session"]), intake))
    assert len({item.rstrip("ab") for item in table["item"]}) == 16
    left = table["where"].str.startswith("left to the clinician")
    assert table.loc[~left & (table["item"] != "16b"), "answered"].all() and not table.loc[left, "answered"].any()


def test_the_command_prints_each_problem_and_says_how_many(own):
    folder = own(profile_yaml="profile: own\nhigh_pian: {value: 5, unit: a, basis: b}\n")
    done = CliRunner().invoke(main, ["options", "check", str(folder)])
    assert done.exit_code == 1 and done.output.splitlines()[-1] == "1 problem found."
    assert done.output.startswith("profile.yaml: row 2, column 'high_pian'")
    assert CliRunner().invoke(main, ["options", "check"]).output == "0 problems found.\n"
    assert CliRunner().invoke(main, ["options", "check", "nowhere"]).exit_code == 2


def test_the_closed_vocabularies_cannot_be_replaced(own):
    with pytest.raises(DataError, match=r"vocab\.yaml: a clinic's own folder cannot replace this file"):
        check_options(own(vocab_yaml="bands: [any]\n", rules__60_clinic_yaml=OWN_RULE))


def test_a_session_s_own_folder_is_the_one_its_study_names(own):
    folder = own(rules__60_clinic_yaml=OWN_RULE, text__en__rules_yaml=OWN_TEXT)
    person = Participant("P01", "F", 31.0, 170.0, 60.0, "", "right", "", "", float("nan"), "")
    rows = [("P01", "1", name, "", "no", "") for name, field in fields().items() if field.group == "safety"]
    rows += [("P01", "1", "stage", "", "settle", "")]
    intake = pd.DataFrame(rows, columns=["participant", "session", "field", "side", "value", "unit"])
    settings = Settings.model_validate({"exercises": {"overlay": "own"}})
    session = Session(person, "1", (), pd.DataFrame(), intake, settings, folder.parent, ())
    options = session_options(session, pd.DataFrame(columns=["participant", "session"]))
    assert "One set while settling." in options.messages
