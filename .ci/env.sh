# shellcheck shell=bash disable=SC2034
# Sourced by every script beside it: where things are, what the tests may rely on, and three small helpers.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export TELLUS_REPO=$ROOT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
export TELLUS_SANDBOX_BIN=$CARGO_TARGET_DIR/debug/tellus-sandbox
LOGS=$CARGO_TARGET_DIR/tests
VENV=$ROOT/.venv
SWIFT_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/tellus-swift
PATH=$PATH:/usr/sbin:/sbin

# One set of features for every cargo call, so that no call builds again what another one built.
CARGO_SET=(--workspace --exclude tellus-python --features tellus-ffi/bindgen --locked)
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never

required() { [ "${TELLUS_REQUIRE_ALL:-}" = 1 ]; }

# The published API contract is not part of this repository; where it is to hand, tests compare against it.
TELLUS_CONTRACT=${TELLUS_CONTRACT:-$ROOT/../shared/contract/openapi-1.3.json}
if [ -f "$TELLUS_CONTRACT" ]; then
  TELLUS_CONTRACT=$(cd "$(dirname "$TELLUS_CONTRACT")" && pwd -P)/$(basename "$TELLUS_CONTRACT")
  export TELLUS_CONTRACT
else
  unset TELLUS_CONTRACT
fi

say() { printf '\n=== %s ===\n' "$*"; }

left_out() {
  echo "LEFT OUT: $*"
  [ -z "${GITHUB_ACTIONS:-}" ] || echo "::warning::left out: $*"
}

# need COMMAND PACKAGE...: has Debian's packages installed where that is allowed, else says what to install.
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null || install_debian "$@"
}

install_debian() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing $*"
    apt_get update && apt_get install -y --no-install-recommends "$@" && return
  fi
  echo "not installed: please run 'apt-get install $*' (or what your system calls it) and try again" >&2
  return 1
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
