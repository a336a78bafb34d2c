"""The library and the rules as files: what loads, and the sentence for each way of breaking them by hand."""
# ruff: noqa: E501  (the broken texts and their sentences read better on one line)

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from kinematics.conventions import DataError
from kinematics.exercises.exercise import DATA
from kinematics.exercises.facts import FACTS
from kinematics.exercises.library import load_library
from kinematics.exercises.rules import holds, load_rules
from kinematics.intake import fields

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
            load(tmp_path / "data")
        return str(caught.value)

    return _broken


def test_the_library_holds_59_exercises_and_7_running_stages():
    stages = [exercise.stage for exercise in LIBRARY.exercises.values() if exercise.category == "RUN"]
    assert (len(LIBRARY.exercises) - len(stages), sorted(stages)) == (59, [0, 1, 2, 3, 4, 5, 6])


def test_the_library_has_33_rules():
    assert len(RULES) == 33


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
        ("text/en/hf_aslr.yaml", "how: ", "hwo: ", "'how' is missing"),
        ("vocab.yaml", "  mini_band: mini-band", "  minni_band: mini-band", "stands in only one of vocab.yaml and the intake's fields"),
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
        ("rules/30_range.yaml", "select: {WU: 3, EXT: 2}", "select: {WUP: 3, EXT: 2}", "The nearest known word is 'WU'"),
        ("rules/30_range.yaml", "forbid_tags: [static_stretch]", "forbid_tags: [static_strech]", "The nearest known word is 'static_stretch'"),
        ("rules/30_range.yaml", "while {task} than", "while {tsak} than", "The nearest known word is 'task'"),
        ("rules/30_range.yaml", "given: {extension_class: available_unused}", "given: {extension_class: typical}", "rule 'R1' does not fire in its own example"),
        ("rules/30_range.yaml", "- id: R3", "- id: R1", "rule 'R1' is there twice"),
        ("rules/40_loading.yaml", "  withheld: \"Not asked for by the rules that fired.\"\n", "", "needs its 'withheld' sentence"),
        ("rules/50_gates.yaml", "when: {safety: clear}", "when: {safety: clear, stage: load}", "one predicate was expected"),
        ("rules/50_gates.yaml", "confidence: C", "confidence: D", "'D' is not known here"),
    ],
)  # fmt: skip
def test_rules_broken_by_hand_give_their_sentence(broken, file, old, new, said):
    sentence = broken(file, old, new, load_rules)
    assert said in sentence and sentence.startswith(f"{file}: row ")


def test_a_text_without_its_exercise_is_refused(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data/exercises/rot_airplane.yaml").unlink()
    with pytest.raises(DataError, match=r"rot_airplane.yaml: this text has no exercise"):
        load_library(tmp_path / "data")


def test_the_digest_changes_with_any_file(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    profile = tmp_path / "data/profile.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert load_library(tmp_path / "data").digest != LIBRARY.digest


def test_the_digest_does_not_depend_on_line_ends(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    for path in (tmp_path / "data").rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_library(tmp_path / "data").digest == LIBRARY.digest


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


FORBIDDEN = re.compile(
    r"diagnos|prescri|\btreat|\bmust\b|\bbad\b|\bwrong\b|\bpoor\b|\bfault|posture|tight|\bcorrect|\bcure|\bheal\b|lazy|weak core",
    re.IGNORECASE,
)


def printable() -> list[tuple[str, str]]:
    """Every text that the library, the rules and the intake's form can print, with the file it stands in."""
    files = [*DATA.rglob("*.yaml"), DATA.parent.parent / "intake_fields.yaml"]
    found: list[tuple[str, str]] = []
    for path in files:
        if path.name != "sources.yaml":
            _strings(yaml.safe_load(path.read_text(encoding="utf-8")), path.name, found)
    return found


def _strings(value, name: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, str):
        found.append((name, value))
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _strings(part, name, found)


def test_no_printable_sentence_claims_a_medical_act_or_blames_posture():
    assert [(name, text) for name, text in printable() if FORBIDDEN.search(text)] == []


def test_every_fact_is_asked_by_some_rule():
    asked = {name for rule in RULES for name in FACTS if f"'{name}'" in repr(rule.when)}
    assert asked == set(FACTS)


def test_the_manual_names_every_rule_category_and_field():
    manual = Path(__file__).parent.parent / "docs" / "exercises.md"
    text = manual.read_text(encoding="utf-8")
    wanted = [f"| {rule.id} |" for rule in RULES] + [f"| `{name}` |" for name in fields()]
    wanted += [f"| {category} |" for category in LIBRARY.vocabulary.words("categories")]
    assert [name for name in wanted if name not in text] == []
