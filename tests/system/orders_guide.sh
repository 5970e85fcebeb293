#!/usr/bin/env bash
# The commands of docs/guide/orders.md, word for word: every block marked "sh orders", in a copy of
# the tree's inputs, against the programs that this build made. Expected answers are those that the
# guide tells.
# usage: orders_guide.sh SOURCE_DIR BIN_DIR
. "$(dirname "$0")/guide_lib.sh"
guide_runs "$1" "$2" orders orders

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
