#!/usr/bin/env bash
# The commands of docs/guide/tickets.md, word for word: every block marked "sh tickets", in a copy
# of the tree's inputs, against the programs that this build made. Expected answers are those that
# the guide tells.
# usage: tickets_guide.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1 bin_dir=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-tickets.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/build/dev"
ln -s "$bin_dir" "$work/build/dev/bin"
ln -s "$source_dir/docs" "$work/docs"
# shellcheck disable=SC2016 # the back quotes are Markdown's
sed -n '/^```sh tickets$/,/^```$/p' "$source_dir/docs/guide/tickets.md" | sed '/^```/d' >"$work/commands.sh"
cd "$work"
[ -s commands.sh ] || { echo "no block marked 'sh tickets' in docs/guide/tickets.md" >&2; exit 1; }
bash -euo pipefail commands.sh >out.txt 2>err.txt || {
  echo "the guide's commands failed:" >&2
  tail -n 40 out.txt >&2
  tail -n 5 err.txt >&2
  exit 1
}

want() {
  grep -qE "$1" out.txt || {
    printf 'the guide promises "%s"; it said:\n' "$1" >&2
    cat out.txt err.txt >&2
    exit 1
  }
}
want '^tickets: *3$'
want '^seat: *A 1$'
want '^checked: *no$'
want '^unit: *not_open_yet$'
want '^valid: *yes$'
want '^exit 1$'
want 'already_redeemed'
want '^follows previous: *yes$'
want '^tickets: *10$'
want '^ADMITTED  A 2$'
want '^REFUSED   was admitted before'
want '^REFUSED   its issuer took it back'
want '^already: *2$'
want '^redeemed: *2$'
want '^conflict: *2$'
for f in tickets.pdf receipts.pdf north.csv south.csv; do
  [ -s "build/$f" ] || { echo "no build/$f" >&2; exit 1; }
done
[ "$(wc -l <build/tickets.csv)" = 4 ] || { echo "not three tickets" >&2; exit 1; }
echo "the guide of tickets: every command did what it says"
