"""The public names can be loaded, explain themselves and are annotated."""

from __future__ import annotations

import inspect

import pytest

import kinematics

NAMES = [name for name in kinematics.__all__ if name != "__version__"]


def first_paragraph(name: str) -> str:
    """First paragraph of the name's own docstring; empty where it has none or a generated one."""
    value = getattr(kinematics, name)
    text = inspect.cleandoc(value.__dict__.get("__doc__") or "" if inspect.isclass(value) else value.__doc__ or "")
    return "" if text.startswith(f"{name}(") else text.split("\n\n")[0]


def test_the_list_of_public_names_is_sorted():
    assert kinematics.__all__ == sorted(kinematics.__all__)


def test_dir_shows_the_public_names():
    assert dir(kinematics) == kinematics.__all__


def test_an_unknown_name_is_refused_by_name():
    with pytest.raises(AttributeError, match="no attribute 'hip_angels'"):
        kinematics.hip_angels  # noqa: B018


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_that_of_the_thing_itself(name):
    assert getattr(kinematics, name).__name__ == name


@pytest.mark.parametrize("name", NAMES)
def test_a_public_docstring_begins_with_a_sentence(name):
    opening = first_paragraph(name)
    assert opening.endswith("."), f"{name}: {opening!r}"
    assert len(opening.split()) >= 3, f"{name}: {opening!r}"


@pytest.mark.parametrize("name", NAMES)
def test_a_public_function_has_every_parameter_and_its_result_annotated(name):
    value = getattr(kinematics, name)
    if inspect.isclass(value):
        return
    signature = inspect.signature(value)
    bare = [key for key, parameter in signature.parameters.items() if parameter.annotation is parameter.empty]
    assert bare == []
    assert signature.return_annotation is not signature.empty
