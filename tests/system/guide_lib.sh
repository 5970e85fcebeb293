#!/usr/bin/env bash
# A guide's commands, word for word: every block marked "sh NAME" of docs/guide/GUIDE.md, in a copy of
# the tree's inputs, against the programs that a build made. Sourced; then guide_runs SOURCE_DIR
# BIN_DIR NAME GUIDE goes into a folder of its own, which ends with the test, and leaves out.txt and
# err.txt of all commands there.
set -euo pipefail

guide_runs() {
  local source_dir=$1 bin_dir=$2 name=$3 guide=$4
  guide_work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-$name.XXXXXX")
  trap 'rm -rf "$guide_work"' EXIT
  mkdir -p "$guide_work/build/dev"
  ln -s "$bin_dir" "$guide_work/build/dev/bin"
  ln -s "$source_dir/docs" "$source_dir/tests" "$guide_work"
  sed -n '/^```sh '"$name"'$/,/^```$/p' "$source_dir/docs/guide/$guide.md" | sed '/^```/d' \
    >"$guide_work/commands.sh"
  cd "$guide_work"
  [ -s commands.sh ] || { echo "no block marked 'sh $name' in docs/guide/$guide.md" >&2; exit 1; }
  bash -euo pipefail commands.sh >out.txt 2>err.txt || {
    echo "the guide's commands failed:" >&2
    tail -n 40 out.txt >&2
    tail -n 5 err.txt >&2
    exit 1
  }
}

# want PATTERN: the guide's commands said so.
want() {
  grep -qE "$1" out.txt || {
    printf 'the guide promises "%s"; it said:\n' "$1" >&2
    cat out.txt err.txt >&2
    exit 1
  }
}
