#!/usr/bin/env bash
# The commands of docs/guide/orders.md, word for word: every block marked "sh orders", in a copy of
# the tree's inputs, against the programs that this build made. Expected answers are those that the
# guide tells.
# usage: orders_guide.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1 bin_dir=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-orders.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/build/dev"
ln -s "$bin_dir" "$work/build/dev/bin"
ln -s "$source_dir/docs" "$work/docs"
# shellcheck disable=SC2016 # the back quotes are Markdown's
sed -n '/^```sh orders$/,/^```$/p' "$source_dir/docs/guide/orders.md" | sed '/^```/d' >"$work/commands.sh"
cd "$work"
[ -s commands.sh ] || { echo "no block marked 'sh orders' in docs/guide/orders.md" >&2; exit 1; }
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
want 'what: release'
want 'approved by: *bob'
want 'something does not hold'
want 'names no record of this order'
want 'quarantined: 99'
want 'missing: *1$'
want 'shipped: *998'
want 'made void: *2'
want '^ +1 .*closed'
want '^ +2 .*released'
[ "$(wc -l <build/numbers.csv)" = 1001 ] || { echo "the bureau reads other than 1000 records" >&2; exit 1; }
diff -r build/outbox/ORDER-000001 build/again/ORDER-000001 >/dev/null || { echo "resend gave other bytes" >&2; exit 1; }
echo "the guide of orders: every command did what it says"
