#!/usr/bin/env bash
# The commands of docs/guide/wallet.md, word for word: every block marked "sh wallet", in a copy
# of the tree's inputs, against the programs that this build made. Expected answers are those that
# the guide tells.
# usage: wallet_guide.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1 bin_dir=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-wallet.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/build/dev"
ln -s "$bin_dir" "$work/build/dev/bin"
ln -s "$source_dir/docs" "$work/docs"
ln -s "$source_dir/tests" "$work/tests"
# shellcheck disable=SC2016 # the back quotes are Markdown's
sed -n '/^```sh wallet$/,/^```$/p' "$source_dir/docs/guide/wallet.md" | sed '/^```/d' >"$work/commands.sh"
cd "$work"
[ -s commands.sh ] || { echo "no block marked 'sh wallet' in docs/guide/wallet.md" >&2; exit 1; }
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
want '^  apple-store-card '
want '^columns: *serial, code, balance$'
want 'write rgb\(34, 94, 168\)$'
want 'did you mean labelColor\?$'
want 'invoice.pdf .*remove it: everything in the folder would go to every customer$'
want '^A dry run: nothing was spent or written.$'
want 'expired.pem: validity: it expired on 2021-01-01; ask its issuer for a new one$'
want '^passes: *100$'
want '^links: *2$'
want '^trusted: *yes$'
want '^whole: *no$'
[ "$(grep -c '^exit 1$' out.txt)" = 3 ] || { echo "not three refusals" >&2; exit 1; }
[ "$(unzip -p build/cards.zip index.csv)" = $'file,email\n1.pkpass,ann@example.com\n2.pkpass,bob@example.com' ] ||
  { echo "another index" >&2; exit 1; }
# which serials a batch skips is chance
ticket=$(unzip -p build/concert.zip index.csv | sed -n 2p)
unzip -p build/concert.zip "$ticket" >c.pkpass
unzip -p c.pkpass pass.json | grep -q '"message":"CM1:' ||
  { echo "no ticket in the pass" >&2; exit 1; }
[ -e build/none.zip ] && { echo "a file of a run that failed" >&2; exit 1; }
echo "the guide of wallet passes: every command did what it says"
