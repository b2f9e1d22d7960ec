# Sourced by the scripts beside it: goes to the top of the repository and makes .venv what they need.
# Quiet when all goes well; when an installation fails, its whole output is shown.
set -eu
cd "$(dirname "$0")/.."

# install EXTRA: make .venv if it is absent, and install w2v[EXTRA] into it if pyproject.toml is newer than that.
install() {
    if [ ! -x .venv/bin/python ]; then
        "${PYTHON:-python3}" -m venv .venv || {
            echo "Cannot make .venv: this needs Python 3.10 or newer, with venv (PYTHON=... names another)." >&2
            exit 1
        }
    fi
    if [ ! ".venv/installed-$1" -nt pyproject.toml ]; then
        echo "Installing w2v[$1] into .venv ..." >&2
        log=$(mktemp)
        if ! .venv/bin/python -m pip install --disable-pip-version-check -e ".[$1]" >"$log" 2>&1; then
            cat "$log" >&2
            rm -f "$log"
            echo "The installation failed, see above." >&2
            exit 1
        fi
        rm -f "$log"
        touch ".venv/installed-$1"
    fi
    # pip compiles what it installs, but not from a checkout: half a second of each command where Python may not either.
    .venv/bin/python -m compileall -q w2v
}
