"""The house rules that a program can hold: who imports whom, what is loaded when, where numba is."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PACKAGE = TOP / "w2v"

# A module may import from rows above its own, and from its own room.
ROWS = [
    {"bars", "errors", "languages", "peers", "places"},
    {"encodings"},
    {"settings", "kernels", "archives", "clusters", "files", "resources", "spelling"},
    {"vocabulary"},
    {"vectors", "defaults"},
    {"subwords"},
    {"corpus", "formats", "objectives"},
    {"training", "evaluation", "queries", "export", "maps"},
    {"explanation"},
    {"explorer", "items", "tuning"},
    {"cli"},
    {"__main__"},
]


def rooms_imported(path):
    """Yield the rooms of w2v that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "w2v":
            yield from (alias.name for alias in node.names if not alias.name.startswith("__"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("w2v."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("w2v."))


def row_of(room):
    return next(number for number, row in enumerate(ROWS) if room in row)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_from_rows_above_their_own(path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room == "__init__":
        return  # the public names, found lazily
    for imported in rooms_imported(path):
        # Formats compile what they parse and write with; training reads a corpus: both are rows above.
        assert imported == room or row_of(imported) < row_of(room), f"{path}: {room} imports {imported}"


def test_numba_is_imported_in_kernels_alone():
    for path in PACKAGE.rglob("*.py"):
        if "kernels" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] in ("numba", "llvmlite") for name in names), path


def loaded_by(code):
    """Return the modules that a fresh interpreter has loaded after running `code`."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=TOP)
    return set(result.stdout.split("\n"))


@pytest.mark.parametrize("command", ["", "train", "similar", "analogy", "evaluate", "plot", "explain"])
def test_help_loads_neither_numpy_nor_numba(command):
    arguments = [command, "--help"] if command else ["--help"]
    loaded = loaded_by(f"from w2v.cli import cli; cli({arguments})")
    assert "click" in loaded
    assert not loaded & {"numpy", "numba", "tqdm", "matplotlib"}


def test_importing_w2v_loads_nothing_heavy():
    assert not loaded_by("import w2v; w2v.__version__") & {"numpy", "numba", "click"}


def test_a_query_loads_no_numba(tmp_path, demo_vectors):
    loaded = loaded_by(f"from w2v.cli import cli; cli(['similar', '-v', '{demo_vectors}', 'king'])")
    assert "numpy" in loaded
    assert "numba" not in loaded


def test_all_public_names_are_there():
    import w2v

    for name in w2v.__all__:
        assert getattr(w2v, name).__name__ == name
    assert dir(w2v) == sorted(w2v.__all__)
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        w2v.trian  # noqa: B018  # looking it up is the test
