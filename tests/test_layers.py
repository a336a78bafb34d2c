"""The layers of docs/architecture.md hold in the code, and start-up stays light."""

from __future__ import annotations

import ast
import graphlib
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import kinematics

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "kinematics"
HEAVY_FOR_IMPORT = ("scipy", "plotly", "pandas", "pyarrow")
HEAVY_FOR_HELP = ("scipy", "plotly")


def read_layers(text: str) -> dict[str, int]:
    """Name -> line of the ```layers block, 0 at the bottom."""
    block = re.search(r"```layers\n(.*?)```", text, re.DOTALL)
    assert block, "docs/architecture.md has no ```layers block"
    lines = [line.split() for line in block[1].splitlines() if line.strip()]
    return {name: level for level, names in enumerate(lines) for name in names}


def find_modules(package: Path) -> dict[str, Path]:
    """Dotted name -> file, of every module below the package; the package's own __init__ left out."""
    files = (path for path in package.rglob("*.py") if path != package / "__init__.py")
    return {_dotted(path.relative_to(package.parent)): path for path in files}


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, module: str, *, is_package: bool, modules: set[str]) -> set[str]:
    """Modules of the project that the source imports, at its top or inside functions."""
    nodes = list(ast.walk(ast.parse(source)))
    own_names = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "kinematics"
    }
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("kinematics.")}
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module, is_package=is_package)
            if base.split(".")[0] == "kinematics":
                found |= {_target(base, alias.name, modules) for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in own_names:
            found.add(_target("kinematics", node.attr, modules))
    return {name for name in found if name != module and not name.startswith("kinematics.__")}


def _base(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parents = module.split(".")
    parents = parents[: len(parents) - node.level + is_package]
    return ".".join([*parents, *([node.module] if node.module else [])])


def _target(base: str, name: str, modules: set[str]) -> str:
    if base == "kinematics" and name in kinematics._HOME:
        return f"kinematics.{kinematics._HOME[name]}"
    return f"{base}.{name}" if f"{base}.{name}" in modules or base == "kinematics" else base


def breaches(imports: dict[str, set[str]], level: dict[str, int]) -> list[str]:
    """One sentence for each import that does not point to a line above the module's own."""
    found = []
    for module, targets in sorted(imports.items()):
        own = module.split(".")[1]
        for target in sorted(targets):
            unit = target.split(".")[1]
            if unit != own and level.get(unit, len(level)) >= level.get(own, -1):
                found.append(f"{module} imports {target}, which is not in a line above its own")
    return found


@pytest.fixture(scope="module")
def layers() -> dict[str, int]:
    return read_layers((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    modules = find_modules(PACKAGE)
    return {
        name: imports_of(path.read_text(encoding="utf-8"), name, is_package=path.stem == "__init__", modules={*modules})
        for name, path in modules.items()
    }


def test_every_module_stands_in_the_list_of_layers(layers, imports):
    assert {module.split(".")[1] for module in imports} <= layers.keys()


def test_a_module_imports_only_from_lines_above_its_own(layers, imports):
    assert breaches(imports, layers) == []


def test_no_module_imports_itself_by_way_of_others(imports):
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        pytest.fail("circular import: " + " -> ".join(error.args[1]))


def test_the_public_names_come_from_modules_in_the_list(layers):
    assert set(kinematics._HOME.values()) <= layers.keys()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("from kinematics.report import write_report", "kinematics.report"),
        ("def f():\n    from kinematics import report", "kinematics.report"),
        ("from kinematics import write_report", "kinematics.report"),
        ("import kinematics.report", "kinematics.report"),
        ("from .report import write_report", "kinematics.report"),
        ("from . import report", "kinematics.report"),
        ("import kinematics as kin\nkin.write_report('a.html', b)", "kinematics.report"),
        ("from kinematics.events import foot_events", "kinematics.events"),
    ],
)
def test_an_import_from_above_or_beside_is_found_however_it_is_written(layers, source, target):
    found = imports_of(source, "kinematics.angles", is_package=False, modules={"kinematics.report"})
    assert found == {target}
    assert len(breaches({"kinematics.angles": found}, layers)) == 1


def test_an_import_from_a_line_above_is_allowed(layers):
    found = imports_of("from kinematics.trial import Trial", "kinematics.angles", is_package=False, modules=set())
    assert breaches({"kinematics.angles": found}, layers) == []


def loaded_by(*command: str) -> tuple[str, set[str]]:
    """What the command prints, and the top-level packages that it imports."""
    environment = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert done.returncode == 0, "\n".join(said)
    names = re.findall(r"^import time:.*\|\s*([\w.]+)\s*$", done.stderr, re.MULTILINE)
    return done.stdout, {name.split(".")[0] for name in names}


def test_importing_the_package_loads_nothing_heavy():
    _, loaded = loaded_by(sys.executable, "-c", "import kinematics")
    assert "kinematics" in loaded
    assert not loaded & {*HEAVY_FOR_IMPORT}


def test_the_import_of_a_heavy_package_would_be_seen():
    _, loaded = loaded_by(sys.executable, "-c", "import kinematics, pyarrow")
    assert "pyarrow" in loaded


@pytest.mark.parametrize("way", ["script", "module"])
def test_the_command_line_helps_without_scipy_and_plotly(way):
    script = Path(sysconfig.get_path("scripts")) / ("kinematics.exe" if os.name == "nt" else "kinematics")
    command = [str(script)] if way == "script" else [sys.executable, "-m", "kinematics.cli"]
    printed, loaded = loaded_by(*command, "--help")
    assert "run" in printed
    assert not loaded & {*HEAVY_FOR_HELP}
