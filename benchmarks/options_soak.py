"""
Random visits through the exercise options: what may never happen, what can be reached, and how long it takes.

    python benchmarks/options_soak.py [--visits 20000] [--seed 1]

Prints the table that docs/exercises.md holds. Every visit is tried twice more: once again as it is (same answer), and
with one red flag, pain or error more (no option more, no level higher).
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

import pandas as pd

from kinematics.conventions import CLASSES
from kinematics.exercises import Options, exercise_options
from kinematics.exercises.facts import thresholds
from kinematics.exercises.facts_intake import irritability
from kinematics.exercises.facts_range import NEEDED, OPTIONAL
from kinematics.exercises.library import load_library
from kinematics.exercises.overrides import CLINICIAN
from kinematics.exercises.rules import load_rules
from kinematics.intake import COLUMNS, answers, fields

LIBRARY, RULES = load_library(), load_rules()
FIELDS = fields()
SAFETY = [name for name, field in FIELDS.items() if field.group == "safety"]
NAMES = ["participant", "session", *NEEDED, *OPTIONAL]
DIRECTIONS = ("extension", "flexion", "internal_rotation", "abduction")
LIMITS = {"high": (1, 0, 1, 2), "moderate": (2, 1, 1, 3), "low": (3, 2, 3, 4)}  # level, band, load, sets
PAINS = (
    "pain_daily",
    "pain_in_flexion",
    "pain_in_extension",
    "pain_during_session",
    "pain_ten_hops",
    "pain_walk_30_min",
)
ALWAYS = set(LIBRARY.vocabulary.words("always_at_hand"))
REASONS = ("", "used_near_limit", "zero_unknown", "available_near_limit", "exceeds_test")
OPEN_ENDS = ("", "firm", "soft", "bony", "pain")

Given = dict[str, str]


def random_ledger(draw: random.Random) -> list[dict[str, object]]:
    """Headline rows of some sides and directions, and sometimes a direct or a side comparison."""
    rows = []
    for side in ("left", "right"):
        for direction in DIRECTIONS:
            if draw.random() < (0.85 if direction == "extension" else 0.3):
                rows.append(_row(draw, side, direction, "reference", headline=True))
        if draw.random() < 0.2:
            rows.append(_row(draw, side, "extension", draw.choice(["direct", "sides"]), headline=False))
    return rows


def _row(draw: random.Random, side: str, direction: str, comparison: str, *, headline: bool) -> dict[str, object]:
    return dict.fromkeys(NAMES, "") | {
        "participant": "P01",
        "session": "1",
        "task": draw.choice(["run", "walk"]),
        "side": side,
        "direction": direction,
        "comparison": comparison,
        "headline": headline,
        "class": draw.choice([*CLASSES, "low_both"] if direction in ("extension", "flexion") else CLASSES),
        "reason": draw.choice(REASONS),
        "used_deg": draw.uniform(-5, 15),
        "available_deg": draw.uniform(-5, 25),
        "estimate_se_deg": draw.uniform(1, 4),
        "n_repetitions": draw.choice([1, 2, 3]),
        "pelvis_controlled": draw.choice(["yes", "yes", "yes", ""]),
        "limited_by": draw.choice(OPEN_ENDS),
        "next_measurement": "Record 20 more strides.",
    }


def random_answers(draw: random.Random) -> Given:
    """Answers of a form that is mostly filled in and mostly calm."""
    given = {name: "no" for name in SAFETY}
    if draw.random() < 0.1:
        given[draw.choice(SAFETY)] = "yes"
    if draw.random() < 0.05:
        del given[draw.choice(SAFETY)]
    calm = draw.random() < 0.5
    for name, field in FIELDS.items():
        if field.group in ("safety", "questionnaire", "decision") or draw.random() < 0.25:
            continue
        if field.side == "required":
            given |= {f"{name}__{side}": f"{draw.uniform(0.8, 1.6):.2f}" for side in ("left", "right")}
        elif field.kind == "number" and field.range:
            low, high = field.range
            top = min(high, 2.0) if calm and name.startswith("pain") else high
            given[name] = f"{draw.uniform(low, top):.0f}"
        elif field.kind == "word":
            given[name] = draw.choice(field.values)
        elif field.kind == "words":
            given[name] = ";".join(draw.sample(field.values, draw.randint(1, len(field.values))))
        elif draw.random() < 0.4:
            given[name] = ";".join(draw.sample(sorted(LIBRARY.exercises), draw.randint(1, 12)))
    if calm:
        given |= {"sleep_broken": "no", "settle_time": draw.choice(["0.5", "0.5", "2"])}
        given |= {"irritability": "low", "settled_in_24_h": "yes", "pain_next_morning_change": "0"}
        given |= {"pain_in_flexion": "1", "pain_in_extension": "0", "pain_during_session": "1"}
        given |= {name: "1" for name in ("pain_now", "pain_daily", "pain_next_morning")}
    if draw.random() < 0.5:
        given["equipment"] = ";".join(FIELDS["equipment"].values)
    if draw.random() < 0.2:
        given = {name: value for name, value in given.items() if not name.startswith("strength")}
    if draw.random() < 0.4:
        given |= {"level_2_done": "yes", "level_3_flexion_done": "yes", "days_without_flare": "20"}
        given |= {"stage": draw.choice(["return_to_running", "long_term"])}
        given |= {"pain_daily": "1", "pain_walk_30_min": "1", "pain_ten_hops": "1"}
        for name in ("pain_now", "pain_next_morning", "pain_in_extension"):
            given[name] = "1"
    return given


def frames(rows: list[dict[str, object]], given: Given) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ledger and intake as the readers give them."""
    answered = []
    for name, value in given.items():
        field, _, side = name.partition("__")
        answered.append(("P01", "1", field, side, value, ""))
    ledger = {name: [row[name] for row in rows] for name in NAMES}
    intake = dict(zip(COLUMNS, zip(*answered, strict=True), strict=True))
    return pd.DataFrame(ledger), pd.DataFrame(intake)


def random_strides(draw: random.Random) -> list[SimpleNamespace]:
    """A slow and a fast run with a stride a side, or none."""
    if draw.random() < 0.9:
        return []
    keys = [{"task": "run", "valid": True, "trial": f"run{v}", "speed_m_s": v} for v in (2.5, 4.5)]
    rows = [key | {"side": side} | _metrics(draw) for key in keys for side in ("left", "right")]
    return [SimpleNamespace(table=pd.DataFrame(rows))]


def _metrics(draw: random.Random) -> dict[str, float]:
    return {
        "pelvis_tilt_excursion_deg": draw.uniform(1, 12),
        "contralateral_pelvic_drop_deg": draw.uniform(0, 11),
        "peak_hip_adduction_deg": draw.uniform(5, 20),
        "pelvis_anterior_tilt_at_peak_hip_flexion_deg": draw.uniform(8, 22),
    }


def broken(options: Options, given: Given, intake: pd.DataFrame) -> Iterator[str]:
    """What a list may never hold."""
    if options.status == "withheld":
        if len(options.table) or not options.messages:
            yield "withheld with options, or without a word"
        return
    if set(SAFETY) - set(given):
        yield "options with an open safety question"
    level = irritability(answers(intake), thresholds())[0]
    stopped = set(given.get("exercises_stopped", "").split(";")) - {""}
    top, deep, load, sets = LIMITS[level]
    there = ALWAYS | set(given.get("equipment", "").split(";"))
    lines = options.table["order"].nunique()
    if not (0 if stopped else 5) <= lines <= 7:
        yield f"{lines} lines"
    for row in options.table.to_dict("records"):
        one = LIBRARY.exercises[row["exercise"]]
        places = LIBRARY.places[one.id]
        if row["rules"] == CLINICIAN:
            continue
        if one.level > top or max(places.band, places.opposite_band) > deep or places.load > load:
            yield f"{one.id} passes the caps of {level} irritability"
        if any(there.isdisjoint(group) for group in one.required):
            yield f"{one.id} without its equipment"
        if int(row["dose"].split(" x")[0].split("-")[-1]) > (2 if row["category"] == "WU" else sets):
            yield f"{one.id}: {row['dose']} passes the cap of sets"
        if row["category"] == "WU" and "x 5 per side" not in row["dose"]:
            yield f"{one.id}: {row['dose']} passes the warm-up"
        if one.id in stopped:
            yield f"{one.id} was stopped"
        if one.gate is not None and not _gate(options, one.gate):
            yield f"{one.id} behind the gate {one.gate}"


def _gate(options: Options, gate: str) -> bool:
    assert options.behind is not None
    facts = options.behind.facts
    if gate == "mobility":
        return any(
            values[f"{direction}_class"] == "low_both" and values[f"{direction}_gate"] == "open"
            for values in facts.sides.values()
            for direction in ("extension", "flexion")
        )
    return facts.values["running_gate"] == "open"


def worse(draw: random.Random, rows: list[dict[str, object]], given: Given) -> tuple[list, Given, str]:
    """The same visit with one red flag, pain, stopped exercise or error more."""
    kind = draw.choice(["flag", "open", "pain", "irritable", "lost"])
    if kind == "flag":
        return rows, given | {draw.choice(SAFETY[10:]): "yes"}, kind
    if kind == "open":
        return rows, {name: value for name, value in given.items() if name != SAFETY[3]}, kind
    if kind == "pain":
        name = draw.choice(PAINS)
        return rows, given | {name: f"{max(float(given.get(name, 0)), draw.choice([3, 6, 9])):g}"}, kind
    if kind == "irritable":
        return rows, given | {"irritability": "high"}, kind
    return [row | {"class": "inconclusive"} for row in rows], given, kind


def more(before: Options, after: Options, kind: str) -> Iterator[str]:
    """What a worse visit offers that the better one did not."""
    was, now = levels(before), levels(after)
    allowed = {"WU"} if kind == "lost" else set()  # the default plan has the two gentlest drills
    if extra := set(now) - set(was) - allowed:
        yield f"{kind}: {sorted(extra)} more"
    for name in set(now) & set(was):
        if max(now[name]) > max(was[name]):
            yield f"{kind}: {name} rises from level {max(was[name])} to {max(now[name])}"
        if len(now[name]) > len(was[name]) and name not in allowed:
            yield f"{kind}: {name} has more rows"


def levels(options: Options) -> dict[str, list[int]]:
    """Levels of the rules' own options, by family."""
    found: dict[str, list[int]] = {}
    cells = (options.table[name].tolist() for name in ("category", "level", "rules"))
    for category, level, rules in zip(*cells, strict=True):
        if rules != CLINICIAN:
            found.setdefault(LIBRARY.vocabulary.family(category), []).append(level)
    return found


def soak(visits: int, seed: int) -> tuple[Counter, Counter, Counter, list[str]]:
    """Counts of answers, of exercises offered and of rules fired, and every breach."""
    draw = random.Random(seed)
    states: Counter = Counter()
    offered: Counter = Counter()
    fired: Counter = Counter()
    breaches: list[str] = []
    for number in range(visits):
        rows, given = random_ledger(draw), random_answers(draw)
        ledger, intake = frames(rows, given)
        side = draw.choice(["", "left", "right", "both"])
        runs = random_strides(draw)
        options = exercise_options(ledger, intake, symptomatic_side=side, strides=runs)
        states[options.status] += 1
        offered.update(options.table["exercise"])
        fired.update(one.rule.id for one in options.behind.fired)  # type: ignore[union-attr]
        breaches += [f"visit {number}: {text}" for text in broken(options, given, intake)]
        again = exercise_options(ledger, intake, symptomatic_side=side, strides=runs)
        if not again.table.equals(options.table) or again.messages != options.messages:
            breaches.append(f"visit {number}: not the same twice")
        worse_rows, worse_given, kind = worse(draw, rows, given)
        after = exercise_options(*frames(worse_rows, worse_given), symptomatic_side=side, strides=runs)
        breaches += [f"visit {number}: {text}" for text in more(options, after, kind)]
    return states, offered, fired, breaches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    parser.add_argument("--visits", type=int, default=20_000)
    parser.add_argument("--plans", type=int, default=10_000, help="plans to time on one core")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    states, offered, fired, breaches = soak(given.visits, given.seed)
    draw = random.Random(given.seed)
    visits = [frames(random_ledger(draw), random_answers(draw)) for _ in range(200)]
    begin = time.process_time()
    for number in range(given.plans):
        exercise_options(*visits[number % len(visits)])
    seconds = time.process_time() - begin
    print("| measured | value |\n|---|---|")
    print(f"| random visits | {given.visits} |")
    for state in ("options", "default", "withheld"):
        print(f"| answered with {state} | {states[state]} |")
    print(f"| breaches | {len(breaches)} |")
    print(f"| exercises offered at least once | {len(offered)} of {len(LIBRARY.exercises)} |")
    print(f"| rules fired at least once | {len(fired)} of {len(RULES)} |")
    print(f"| {given.plans} plans, processor time | {seconds:.1f} s |")
    for text in breaches[:20]:
        print(text)
    print("never offered:", ", ".join(sorted(set(LIBRARY.exercises) - set(offered))) or "none")
    print("never fired:", ", ".join(rule.id for rule in RULES if rule.id not in fired) or "none")


if __name__ == "__main__":
    main()
