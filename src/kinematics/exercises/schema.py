"""JSON Schema of an exercise's file, from the closed vocabularies, for editors that complete and check while typing."""

from __future__ import annotations

import json
from typing import Any

from kinematics.exercises.exercise import LEVELS, WARM_UP_REPS, WARM_UP_SETS, Vocabulary

DRAFT = "https://json-schema.org/draft/2020-12/schema"
EXERCISE_ID = "^[a-z][a-z0-9_]*$"

Schema = dict[str, Any]


def exercise_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of `exercises/<id>.yaml`; what no single file can show (links, bands, gates) the loader checks."""
    words = vocabulary.words
    link: Schema = {"type": ["string", "null"], "pattern": EXERCISE_ID}
    movement = {
        "plane": _one(words("planes")),
        "direction": _many(words("directions")),
        "contraction": _many(words("contractions")),
        "side": _one(words("sides")),
        "chain": _one(words("chains")),
    }
    groups = {"type": "array", "items": {**_many(words("equipment")), "minItems": 1}}
    equipment = {"required": groups, "optional": _many(words("equipment"))}
    return _closed(
        {
            "id": {"type": "string", "pattern": EXERCISE_ID},
            "category": _one(words("categories")),
            "level": {"type": "integer", "minimum": LEVELS[0], "maximum": LEVELS[1]},
            "movement": _closed(movement),
            "equipment": _closed(equipment),
            "demand": _demand(vocabulary),
            "load": _load(vocabulary),
            "dose": _dose(vocabulary),
            "links": _closed({"regress": link, "progress": link}),
            "tags": _many(words("tags")),
            "gate": {"enum": [*words("gates"), None]},
            "provenance": _closed({"name": _one(words("provenances"))}, {"source": _one(list(vocabulary.sources))}),
            "review": _closed({"status": _one(words("review_statuses"))}, {"by": {}, "date": {}, "due": {}}),
        },
        {"stage": {"type": "integer", "minimum": 0}, "external": {"type": "object"}},
    ) | {"$schema": DRAFT, "title": "Exercise"}


def schema_text(vocabulary: Vocabulary) -> str:
    """The schema as the file `data/schema/exercise.schema.json` holds it."""
    return json.dumps(exercise_schema(vocabulary), indent=1, ensure_ascii=False) + "\n"


def _demand(vocabulary: Vocabulary) -> Schema:
    words, number = vocabulary.words, {"type": "number"}
    basis = _one([*words("bases"), *vocabulary.sources])
    return _closed(
        {
            "hip_flexion_deg": _closed({"min": number, "max": number, "basis": basis}),
            "hip_flexion_band": _one(words("bands")),
            "opposite_hip_flexion_band": _one(words("bands")),
            "rotation": _one(words("rotations")),
            "pelvis": _one(words("pelvis")),
            "weight_bearing": _one(words("weight_bearing")),
        }
    )


def _load(vocabulary: Vocabulary) -> Schema:
    words = vocabulary.words
    evidence = _closed(
        {"measure": _one(words("measures")), "value": {"type": "string"}, "source": _one(list(vocabulary.sources))},
        {"unit": {"type": "string"}, "condition": {"type": "string"}},
    )
    listed = {"evidence": {"type": "array", "items": evidence}}
    return _closed({"class": _one(words("loads")), **listed}, {"up_to": _one(words("loads"))})


def _dose(vocabulary: Vocabulary) -> Schema:
    span = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    basis = _one(["proposal", *vocabulary.sources])
    extra = {name: span for name in ("effort_percent", "rpe", "rest_s", "days_per_week")}
    unit, sides = _one(vocabulary.words("units")), {"type": "boolean"}
    start = _closed({"sets": span, "amount": span, "unit": unit, "per_side": sides, "basis": basis}, extra)
    sets = {"type": "integer", "minimum": 1, "maximum": WARM_UP_SETS}
    cap = _closed({"sets": sets, "amount": {**sets, "maximum": WARM_UP_REPS}, "basis": basis})
    return _closed({"start": start}, {"cap": cap})


def _one(words: list[str]) -> Schema:
    return {"enum": words}


def _many(words: list[str]) -> Schema:
    return {"type": "array", "items": _one(words)}


def _closed(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these names and no others."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
