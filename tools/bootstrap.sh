#!/bin/sh
# Makes .venv with the pinned dependencies and this project, installed editable.
#
#   sh tools/bootstrap.sh            what `carveout` itself needs
#   sh tools/bootstrap.sh dev,bench  the named extras of pyproject.toml besides
#
# Needs a Python >= 3.12, found by name, under pyenv, or, as the last resort, fetched by uv.
# PYTHON=/path/to/python chooses one. Written for any POSIX sh: the first python3 may be too old
# to run anything of ours.
set -eu
cd "$(dirname "$0")/.."

extras=${1:-}
venv=.venv
pins=requirements.txt

say() { printf '%s\n' "$*" >&2; }

# Version managers leave a python3.12 on the path that only prints an error: ask, don't look.
suits() {
    "$1" -c 'import sys
sys.exit(sys.version_info < (3, 12) or sys.implementation.name != "cpython")' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3 python3.14 python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python; do
        if suits "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

find_uv() {
    command -v uv && return
    for path in "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; do
        if [ -x "$path" ]; then
            printf '%s\n' "$path"
            return
        fi
    done
    return 1
}

# Too old a Python still has a pip that can fetch uv, and uv can fetch a new Python.
uv_by_old_pip() {
    for name in python3 python; do
        if "$name" -m pip install --quiet --target build/uv -c "$pins" uv >&2; then
            printf '%s\n' "$PWD/build/uv/bin/uv"
            return
        fi
    done
    return 1
}

make_venv() {
    if python=$(find_python); then
        say "Making $venv with $("$python" --version 2>&1)"
        "$python" -m venv --clear "$venv" 2>/dev/null && return
        say "That Python cannot make environments itself (no ensurepip): trying uv"
        [ -n "$uv" ] || uv=$(uv_by_old_pip) || return 1
        "$uv" venv --quiet --clear --seed --python "$python" "$venv"
    else
        say "No Python 3.12 or newer found: asking uv for one"
        [ -n "$uv" ] || uv=$(uv_by_old_pip) || return 1
        "$uv" venv --quiet --clear --seed --python 3.13 "$venv"
    fi
}

# uv is several times faster, but knows nothing of a mirror that only pip is configured for.
install() {
    if [ -n "$uv" ]; then
        "$uv" pip install --quiet --python "$venv/bin/python" "$@" && return
        say "uv could not install them: trying pip"
        uv=
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

uv=$(find_uv) || uv=
if ! suits "$venv/bin/python"; then
    make_venv || {
        say "No Python 3.12 or newer was found or could be fetched."
        say "Install one and call again, or name it: make demo PYTHON=/path/to/python3.12"
        exit 1
    }
fi
if [ -z "$uv" ]; then
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c "$pins" uv || true
    [ -x "$venv/bin/uv" ] && uv=$venv/bin/uv
fi

say "Installing the pinned dependencies${extras:+ with $extras} (a minute or so the first time)"
install -c "$pins" hatchling
install -c "$pins" --no-build-isolation -e ".${extras:+[$extras]}"
say "Ready in $venv"
