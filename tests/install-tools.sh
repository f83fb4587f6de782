#!/usr/bin/env bash
# Fetches the programs that tests run beside the server, from the distribution's packages. They are unpacked under
# artifacts/tools, not installed: no service is started, nothing outside this folder changes. Where they cannot be had,
# the tests that need them say so by name and are skipped.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools=artifacts/tools

fetch() {
  local work
  work=$(mktemp -d)
  # apt downloads as a user of its own, who must get in here.
  chmod 0755 "$work"
  if ! (cd "$work" && apt-get -o DPkg::Lock::Timeout=500 download -qq "$1" 2> /dev/null); then
    # A fresh machine has no lists yet; only root may get them.
    [ "$(id -u)" -eq 0 ] || return 1
    apt-get -o DPkg::Lock::Timeout=500 update -qq || return 1
    (cd "$work" && apt-get -o DPkg::Lock::Timeout=500 download -qq "$1") || return 1
  fi

  mkdir -p "$tools/$1"
  dpkg-deb --extract "$work/$1"_*.deb "$tools/$1" || return 1
  rm -r "$work"
}

# need PROGRAM [LIBRARY...]: packages of these names; the program's comes last, so that its file shows that all are there.
need() {
  local program=$1
  if command -v "$program" > /dev/null || [ -x "$tools/$program/usr/bin/$program" ]; then
    return
  fi

  local package
  for package in "${@:2}" "$program"; do
    if ! command -v apt-get > /dev/null || ! fetch "$package"; then
      echo "tests: the package $package cannot be had here; what needs it is skipped." >&2
      return
    fi
  done
}

need prometheus
need strace libunwind8
