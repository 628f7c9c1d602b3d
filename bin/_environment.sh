# Sourced by bin/serve and bin/test: finds Python, makes .venv, installs what is missing.
# The rule: nothing here runs twice without need, and nothing asks a question.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
stamps=$checkout/.venv/stamps

say() { printf '%s\n' "$*" >&2; }

# A relative ASSAY_HOME means the caller's folder, not the checkout.
if [ -n "${ASSAY_HOME:-}" ]; then
  mkdir -p -m 700 "$ASSAY_HOME"
  ASSAY_HOME=$(cd "$ASSAY_HOME" && pwd)
  export ASSAY_HOME
fi
cd "$checkout"

find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3.14 python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$name"
      return 0
    fi
  done
  say "Assay needs Python 3.11 or later. On Debian: apt-get install python3 python3-venv"
  return 1
}

# apt_install PACKAGE...: 0 when they are there in the end, 1 when they may not be installed from here.
apt_install() {
  local may=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true >/dev/null 2>&1 || return 1
    may=(sudo -n)
  fi
  say "Installing system packages: $*"
  "${may[@]}" apt-get update -qq </dev/null >&2 || say "The package lists could not be refreshed; going on with the old ones."
  "${may[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}

# make_environment REQUIREMENTS: .venv with exactly these packages; quick when nothing has changed.
make_environment() {
  local wanted python
  wanted=$(cat requirements*.txt | sha256sum | cut -d' ' -f1)
  if [ -x .venv/bin/python ] && [ "$(cat "$stamps/$1" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
      apt_install python3-venv || { say "Python's venv module is missing. On Debian: apt-get install python3-venv"; return 1; }
    fi
    say "Making the environment in .venv …"
    "$python" -m venv --clear .venv
  fi
  say "Installing the packages of $1 …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --requirement "$1" </dev/null >&2
  mkdir -p "$stamps"
  printf '%s\n' "$wanted" >"$stamps/$1"
}

pango_packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)

has_pango() {
  .venv/bin/python - <<'PYTHON' >/dev/null 2>&1
import ctypes
for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"):
    ctypes.CDLL(name)
PYTHON
}

# What every script of the world needs to be printed; governance/reports/fonts/fonts.conf names their folders.
font_packages=(fonts-dejavu-core fonts-noto-core fonts-noto-cjk)

has_fonts() {
  local fonts=/usr/share/fonts
  [ -e $fonts/truetype/dejavu/DejaVuSans.ttf ] && [ -e $fonts/truetype/noto/NotoSans-Regular.ttf ] && [ -e $fonts/opentype/noto/NotoSansCJK-Regular.ttc ]
}
