#!/usr/bin/env bash
# The commands of docs/guide/tickets.md, word for word: every block marked "sh tickets", in a copy
# of the tree's inputs, against the programs that this build made. Expected answers are those that
# the guide tells.
# usage: tickets_guide.sh SOURCE_DIR BIN_DIR
. "$(dirname "$0")/guide_lib.sh"
guide_runs "$1" "$2" tickets tickets

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
