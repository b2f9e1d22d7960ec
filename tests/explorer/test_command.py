"""`w2v explore` as a command: what it prints, how it ends, what it says when it cannot begin."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

pytest.importorskip("starlette", reason="needs the extra w2v[explore]")
pytest.importorskip("uvicorn", reason="needs the extra w2v[explore]")


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "w2v", "explore", *arguments], capture_output=True, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal there")
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_the_server_and_the_process_that_draws(serve, demo_vectors, times):
    server = serve("-v", demo_vectors)
    server.ask("map")
    for _ in range(times):
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.02)  # two that come at once are one
    assert server.process.wait(10) == 0
    assert server.process.stderr.read() == ""
    deadline = time.monotonic() + 10
    drawing = ["pgrep", "-f", f"w2v.explorer.atlas {demo_vectors.resolve()}"]
    while subprocess.run(drawing, capture_output=True).stdout:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_port_that_is_taken_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--no-open", "--port", str(port))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: cannot listen on 127.0.0.1, port {port} (")
    assert "choose another --port" in result.stderr


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--port", "-1"], ["--host", "no such host"]])
def test_an_address_that_is_none_is_one_line(arguments):
    result = run("--no-open", *arguments)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: cannot listen on")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    result = run("--no-open", "-v", str(tmp_path / "none.txt"))
    assert (result.returncode, result.stdout) == (1, "")
    assert "none.txt: no such file" in result.stderr


def test_without_the_extra_the_command_says_how_to_get_it():
    code = "import sys; sys.modules['starlette.applications'] = None; from w2v.cli import cli; cli(['explore'])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == "Error: w2v explore needs an extra: pip install 'w2v[explore]'\n"


@pytest.mark.parametrize("arguments", [["--help"], ["explore", "--help"], ["similar", "--help"]])
def test_no_help_loads_a_server(arguments):
    asked = f"try:\n    cli({arguments})\nexcept SystemExit:\n    print(list(sys.modules))"
    code = f"import sys\nfrom w2v.cli import cli\n{asked}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = result.stdout.splitlines()[-1]
    assert "'click'" in loaded
    assert not any(f"'{name}'" in loaded for name in ("numpy", "starlette", "uvicorn", "w2v.explorer"))


def test_the_server_is_reached_by_its_own_names_only():
    from w2v.explorer.guard import allowed_name, is_loopback

    everywhere = "0.0.0.0"  # noqa: S104  # nothing is bound
    assert is_loopback("::1")
    assert not allowed_name("example.org", everywhere)  # a name may be pointed at any machine
    assert allowed_name("192.168.1.7", everywhere)  # a number may not
    assert allowed_name(socket.gethostname(), everywhere)
    assert not allowed_name("192.168.1.7", "127.0.0.1")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of xdg-open")
def test_without_a_browser_the_address_is_all_that_is_said(demo_vectors):
    for screen in ({}, {"DISPLAY": ":99"}):  # no screen at all, and one that no browser is found for
        env = {
            name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "w2v", "explore", "-v", str(demo_vectors)],
            env=env | screen | {"PATH": "/nowhere"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == ("", "")


def test_a_file_without_words_is_one_line(tmp_path):
    (tmp_path / "none.txt").write_text("0 5\n")
    result = run("--no-open", "-v", str(tmp_path / "none.txt"))
    assert result.returncode == 1
    assert result.stderr == f"Error: {tmp_path / 'none.txt'}: holds no words; there is nothing to see\n"
