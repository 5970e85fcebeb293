# shellcheck shell=bash
# What every lint shares. A lint defines check (prints one line an offence for the tree in $ROOT)
# and plant (its own proof: catches and spares below), then calls `lint_main "$@"`.
# Usage of a lint: NAME.sh [ROOT]   |   NAME.sh --self-test
set -euo pipefail
shopt -s lastpipe # catches and spares count in this shell, though they end a pipe
export LC_ALL=C
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PLANTED=0

# files 'GLOB'...: the files of the tree by name, relative to it, sorted; never built or foreign ones.
files() {
  local tests=() glob
  for glob in "$@"; do tests+=(-o -name "$glob"); done
  (cd "$ROOT" && find . \( -path ./build -o -path ./.git -o -name node_modules \) -prune -o \
    -type f \( "${tests[@]:1}" \) -print) | sed 's|^\./||' | sort
}

# c_code FILE: the file with comments, texts and character constants blanked, lines kept.
c_code() {
  awk '{
    out = ""; n = length($0); i = 1
    while (i <= n) {
      two = substr($0, i, 2); one = substr($0, i, 1)
      if (inside) { if (two == "*/") { inside = 0; i++ } i++; continue }
      if (two == "/*") { inside = 1; i += 2; continue }
      if (two == "//") break
      if (one == "\"" || one == "\047") {
        for (i++; i <= n && substr($0, i, 1) != one; i++) if (substr($0, i, 1) == "\\") i++
        out = out one one; i++; continue
      }
      out = out one; i++
    }
    print out
  }' "$1"
}

# tree PATH: make an empty tree with one file, its text from standard input.
tree() {
  rm -rf "${ROOT:?}"/*
  mkdir -p "$ROOT/$(dirname "$1")"
  cat >"$ROOT/$1"
}

# catches WHAT PATH <TEXT: the lint must name PATH when a tree holds just this file.
catches() {
  local found
  tree "$2"
  found=$(check)
  PLANTED=$((PLANTED + 1))
  case $found in
    *"$2"*) ;;
    *) printf 'self-test: %s in %s was not seen\n' "$1" "$2" >&2 && exit 1 ;;
  esac
}

# spares WHAT PATH <TEXT: the lint must have nothing to say about it.
spares() {
  local found
  tree "$2"
  found=$(check)
  PLANTED=$((PLANTED + 1))
  [ -z "$found" ] || { printf 'self-test: %s was blamed: %s\n' "$1" "$found" >&2 && exit 1; }
}

lint_main() {
  local found name
  name=$(basename "$0" .sh)
  if [ "${1:-}" = --self-test ]; then
    ROOT=$(mktemp -d)
    trap 'rm -rf "$ROOT"' EXIT
    plant
    [ "$PLANTED" -ge 2 ] || { printf '%s: self-test plants too little\n' "$name" >&2 && exit 1; }
    printf '%s: %d planted cases judged rightly\n' "$name" "$PLANTED"
    return
  fi
  if [ -n "${1:-}" ]; then ROOT=$1; fi
  [ -n "$(files '*.c')" ] || { printf '%s: no C file below %s\n' "$name" "$ROOT" >&2 && exit 1; }
  found=$(check)
  if [ -n "$found" ]; then
    printf '%s\n' "$found"
    printf '%s: %d offences; the rules stand in docs/design/style.md\n' \
      "$name" "$(printf '%s\n' "$found" | wc -l)" >&2
    exit 1
  fi
}
