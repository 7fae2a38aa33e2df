# Sourced by every entry point in setup/: makes sure of Python, its packages and Odoo 19, then leaves the paths in variables.
#
#   PB_ROOT         the checkout
#   PB_CACHE        where everything fetched or generated is kept (PAYMENT_BRIDGE_CACHE chooses another folder)
#   PB_PYTHON       the Python of the virtual environment
#   PB_ODOO_PATH    the folder that holds the `odoo` package (ODOO_SOURCE brings one's own)
#
# Steps print to standard error, so that a command's own output stays clean. Each is skipped once it has been done; two
# runs at the same time wait for each other instead of doing a step twice.

set -euo pipefail

PB_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
PB_CACHE="${PAYMENT_BRIDGE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/payment-bridge}"
PB_LOCK_FILE="$PB_ROOT/setup/requirements.lock"
mkdir -p "$PB_CACHE"
PB_CACHE="$(cd "$PB_CACHE" && pwd)"

# shellcheck source=setup/lib/debian.sh
source "$PB_ROOT/setup/lib/debian.sh"

pb_say() { printf '%s\n' "$*" >&2; }

pb_fail() {
    pb_say "✗ $1"
    shift
    for line in "$@"; do pb_say "  $line"; done
    exit 1
}

# pb_step LABEL COMMAND…: run the command quietly and print how long it took; on failure print what it said. The shell
# does not stop by itself inside a step: a function of several commands returns at the first that fails.
pb_step() {
    local label="$1" log started=$SECONDS
    shift
    log="$(mktemp)"
    printf '· %s … ' "$label" >&2
    if "$@" >"$log" 2>&1; then
        printf '%d s\n' "$((SECONDS - started))" >&2
        rm -f "$log"
    else
        printf 'failed after %d s\n' "$((SECONDS - started))" >&2
        tail -n 25 "$log" | sed 's/^/  | /' >&2
        rm -f "$log"
        return 1
    fi
}

# pb_once DONE COMMAND…: run the command under a lock unless the file DONE exists.
pb_once() {
    local done_mark="$1"
    shift
    [ -e "$done_mark" ] && return 0
    (
        flock 9
        [ -e "$done_mark" ] || "$@"
    ) 9>"$PB_CACHE/bootstrap.lock"
}

pb_python_serves() { "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Print the first Python ≥ 3.11 that can make virtual environments.
pb_find_python() {
    local candidate
    for candidate in "${PAYMENT_BRIDGE_PYTHON:-}" /usr/bin/python3 python3 python3.11 python3.12 python3.13; do
        if [ -n "$candidate" ] && pb_python_serves "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

pb_make_venv() {
    local python partial="$1.partial"
    if ! python="$(pb_find_python)"; then
        pb_apt_install python3 python3-venv
        python="$(pb_find_python)" || pb_fail "No Python 3.11 or newer was found." \
            "Install one with its venv module, or name it in PAYMENT_BRIDGE_PYTHON."
    fi
    rm -rf "$partial" "$1"
    pb_step "making a Python environment" "$python" -m venv "$1"
    pb_step "installing $(grep -c == "$PB_LOCK_FILE") Python packages" \
        "$1/bin/python" -m pip install --disable-pip-version-check --no-input --use-pep517 --no-deps -r "$PB_LOCK_FILE" ||
        pb_fail "The Python packages could not be installed." "Is a package index reachable? Run the command again when it is."
    touch "$1/.complete"
}

pb_use_venv() {
    local venv
    venv="$PB_CACHE/venv-$(sha256sum "$PB_LOCK_FILE" | cut -c1-12)"
    pb_once "$venv/.complete" pb_make_venv "$venv"
    PB_PYTHON="$venv/bin/python"
}

pb_use_odoo() {
    if [ -n "${ODOO_SOURCE:-}" ]; then
        [ -d "$ODOO_SOURCE/odoo" ] || pb_fail "ODOO_SOURCE=$ODOO_SOURCE holds no \`odoo\` package."
        PB_ODOO_PATH="$(cd "$ODOO_SOURCE" && pwd)"
        return
    fi
    pb_once "$PB_CACHE/odoo-19/.complete" pb_fetch_odoo "$PB_CACHE/odoo-19"
    PB_ODOO_PATH="$PB_CACHE/odoo-19/usr/lib/python3/dist-packages"
}

# What the browser tests need from the system.
pb_use_browser() {
    local missing=()
    command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
    [[ "$(fc-list 2>/dev/null)" == *CJK* ]] || missing+=(fonts-noto-cjk)
    [ ${#missing[@]} -eq 0 ] || pb_apt_install "${missing[@]}"
}

# pb_python MODULE ARGS…: become one of the Python programs in setup/lib.
pb_python() {
    local program="$1" own_path="$PB_ODOO_PATH:$PB_ROOT/setup/lib:$PB_ROOT/tests"
    shift
    export PB_ROOT PB_CACHE PB_ODOO_PATH
    case "${PYTHONPATH:-}" in
        "$own_path"*) ;; # a shell that took over setup/env
        *) export PYTHONPATH="$own_path${PYTHONPATH:+:$PYTHONPATH}" ;;
    esac
    exec "$PB_PYTHON" "$PB_ROOT/setup/lib/$program.py" "$@"
}

pb_use_venv
pb_use_odoo
