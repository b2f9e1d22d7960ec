"""A command whose standard streams are closed, full or read by nobody, as a shell starts it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from where import DATA, TOP

W2V = f"{sys.executable} -m w2v"
SMALL = "--dim 4 --epochs 1 --threads 1"


def shell(line, **more):
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, cwd=TOP, timeout=100, **more
    )


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / "many.txt"
    path.write_text("".join(f"word{i} {i} 1\n" for i in range(20000)))
    return path


@pytest.mark.parametrize("ending", ["2>&-", "2>/dev/full", "2>&1 | head -c 1 >/dev/null", "2> >(true)"])
def test_a_standard_error_that_takes_nothing_ends_no_training(tmp_path, ending):
    output = tmp_path / "v.txt"
    shell(f"{W2V} train {DATA / 'demo.txt'} -o {output} {SMALL} {ending}")
    assert len(output.read_text().splitlines()) > 1000
    assert not list(tmp_path.glob(".*")), "left behind"


def test_nothing_is_printed_into_a_file_that_took_the_number_of_a_closed_stream(tmp_path):
    output, report = tmp_path / "v.txt", tmp_path / "r.json"
    shell(f"{W2V} train {DATA / 'demo.txt'} -o {output} --report {report} {SMALL} <&- >&- 2>&-")
    assert output.read_text().splitlines()[0].split()[1] == "4"
    assert report.read_text().startswith("{")


def test_head_ends_a_command_quietly(vectors):
    shell(f"{W2V} info {vectors}")  # compiles, which would be said
    done = shell(f"{W2V} words -v {vectors} | head -n 1")
    assert (done.stdout, done.stderr) == ("word0\n", "")
    assert done.returncode == 141


def test_a_full_standard_output_is_one_clear_error(vectors):
    done = shell(f"{W2V} words -v {vectors} >/dev/full")
    assert done.stderr == "Error: standard output: cannot be written (No space left on device)\n"
    assert done.returncode == 1


def test_a_closed_standard_output_is_one_clear_error(vectors):
    done = shell(f"{W2V} words -v {vectors} >&-")
    assert done.stderr == "Error: standard output: cannot be written (Bad file descriptor)\n"
    assert done.returncode == 1


def test_a_batch_from_a_closed_standard_input_is_one_clear_error(vectors):
    done = shell(f"{W2V} similar -v {vectors} --batch - <&-")
    assert done.stderr == "Error: standard input: cannot be read (Bad file descriptor)\n"


def test_a_word_that_the_terminal_cannot_show_is_shown_by_its_number(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("犬 1 2\n猫 2 1\n")
    done = shell(f"{W2V} similar -v {path} 犬", env=os.environ | {"PYTHONIOENCODING": "latin-1"})
    assert done.stdout == "\\u732b  0.8000\n"
    assert done.returncode == 0


def test_the_first_run_says_that_it_compiles_and_the_second_does_not(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("a 1 2\nb 2 1\n")
    env = os.environ | {"W2V_CACHE": str(tmp_path / "cache")}
    first = shell(f"{W2V} similar -v {path} a", env=env)
    assert first.stderr.startswith("Note: compiling for this machine, which takes some seconds; the next run finds")
    assert len(first.stderr.splitlines()) == 1
    (tmp_path / "v.txt.w2v").unlink()
    assert shell(f"{W2V} similar -v {path} a", env=env).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (f"info {'x' * 300}", "File name too long"),
        (f"similar -v {'x' * 300} king", "File name too long"),
        (f"train {'x' * 300}", "File name too long"),
        (f"train data/demo.txt -o {'x' * 300}", "File name too long"),
        (f"convert data/demo.txt {'x' * 300}.txt", "File name too long"),
        ("info LOOP", "no such file"),
        ("similar -v LOOP king", "no such file"),
        ("convert data/demo.txt LOOP", "symbolic links"),
        ("train LOOP", "symbolic links"),
        ("train data/demo.txt -o LOOP", "symbolic links"),
        ("similar -v data/demo.txt king --batch LOOP", ""),
        ("words -v VECTORS --among LOOP", "symbolic links"),
        ("similar -v VECTORS $'\\xe9'", "not in the vocabulary"),
        ("info $'\\xe9'", "no such file"),
        ("convert VECTORS $'\\xe9'/x.txt", "there is no folder"),
    ],
)
def test_what_the_system_refuses_is_one_clear_line(vectors, tmp_path, arguments, said):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    done = shell(f"{W2V} {arguments.replace('LOOP', str(loop)).replace('VECTORS', str(vectors))}")
    assert done.returncode in (1, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert said in done.stderr


@pytest.mark.parametrize("arguments", ["train corpus.txt", "info v.txt", "convert v.txt w.txt", "similar king"])
def test_a_deleted_working_folder_is_one_clear_line(tmp_path, arguments):
    gone = tmp_path / "gone"
    env = os.environ | {"PYTHONPATH": str(TOP)}
    done = shell(f"mkdir {gone}; cd {gone}; rmdir {gone}; {W2V} {arguments}", env=env)
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert done.returncode == 1


def test_a_bug_is_shown_whole_with_a_line_that_says_to_report_it():
    code = (
        "import sys, w2v.formats as f; f.load = lambda *a, **k: 1 / 0; sys.argv = ['w2v', 'similar', 'a'];"
        "from w2v.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=TOP)
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("This is a bug in w2v")
    assert done.returncode == 1


def test_a_command_that_fails_while_a_thread_is_within_llvm_ends_with_its_own_code():
    # Threads load and compile kernels while a corpus is read. At an ordinary end LLVM's destructors run under them.
    code = (
        "import sys, threading, time, llvmlite.binding as llvm; from w2v.__main__ import main;"
        "functions = ''.join(f'define i64 @f{i}(i64 %x) {{ ret i64 %x }}' for i in range(100_000));"
        "threading.Thread(target=llvm.parse_assembly, args=(functions,), daemon=True).start();"
        "time.sleep(0.05); sys.argv = ['w2v', 'no-such-command']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=TOP)
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: No such command")


def test_a_command_that_succeeds_does_not_take_the_interpreter_down_either():
    code = (
        "import os, sys; from w2v.__main__ import main;"
        "Late = type('Late', (), {'__del__': lambda self, write=os.write: write(1, b'down')}); late = Late();"
        "sys.argv = ['w2v', '--version']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=TOP)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("w2v")
    assert not done.stdout.endswith("down")
