#!/usr/bin/env bash
# The commands of docs/guide/wallet.md, word for word: every block marked "sh wallet", in a copy
# of the tree's inputs, against the programs that this build made. Expected answers are those that
# the guide tells.
# usage: wallet_guide.sh SOURCE_DIR BIN_DIR
. "$(dirname "$0")/guide_lib.sh"
guide_runs "$1" "$2" wallet wallet

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
unzip -p c.pkpass pass.json >ticket.json
grep -q '"message":"CM1:' ticket.json ||
  { echo "no ticket in the pass" >&2; exit 1; }
[ -e build/none.zip ] && { echo "a file of a run that failed" >&2; exit 1; }
echo "the guide of wallet passes: every command did what it says"
