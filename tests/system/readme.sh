#!/usr/bin/env bash
# The README's commands, word for word: every block marked "sh readme", in a copy of the tree's
# inputs, against the programs that this build made. Expected answers are those the README tells.
# usage: readme.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1 bin_dir=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-readme.XXXXXX")
cleanup() {
  local job
  for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/build/dev"
ln -s "$bin_dir" "$work/build/dev/bin"
ln -s "$source_dir/docs" "$work/docs"
# shellcheck disable=SC2016 # the back quotes are Markdown's
sed -n '/^```sh readme$/,/^```$/p' "$source_dir/README.md" | sed '/^```/d' >"$work/commands.sh"
cd "$work"
[ -s commands.sh ] || { echo "no block marked 'sh readme' in README.md" >&2; exit 1; }
bash -euo pipefail commands.sh >out.txt 2>err.txt || {
  echo "the README's commands failed:" >&2
  cat out.txt err.txt >&2
  exit 1
}

want() {
  grep -q "$1" out.txt || {
    printf 'the README promises "%s"; it said:\n' "$1" >&2
    cat out.txt err.txt >&2
    exit 1
  }
}
want 'accepted'
want 'already_redeemed'
want 'refused, as it should be'
want '"verdict":"accepted"'
want 'sent total: *12'
# Ten thousand pictures and their index; two dozen stickers on a page, which poppler takes for a PDF.
[ "$(unzip -Z1 build/lemon.zip | grep -c '\.svg$')" = 10000 ] || want '10,000 pictures'
[ "$(pdfinfo build/stickers.pdf | sed -n 's/^Pages: *//p')" = 1 ] || want 'one page of stickers'
echo "README: every command did what it says"
