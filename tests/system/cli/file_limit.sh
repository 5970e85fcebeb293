#!/usr/bin/env bash
# The largest file that may be (ulimit -f) is an error that says so, of the command line and of the
# daemon, and no death by signal.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
gives 0 countermark mint monday --out monday.txt --format text
gives 0 countermark batch open monday
# limited COMMAND...: no file may grow beyond 8 KiB.
limited() { (ulimit -f 8 && exec "$@"); }
remedy='no room for the ledger'\''s files; free some space on its disk, or let files be larger (ulimit -f)'
refused 3 "$COUNTERMARK_WORKSPACE: $remedy" limited countermark redeem "$(head -n 1 monday.txt)"
code=0
limited countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 >out 2>err || code=$?
[[ $code -gt 0 && $code -lt 128 ]] || fail "the daemon ended by a signal, or did not end: $code"
err_has "$remedy"
gives 0 countermark fsck
gives 0 countermark redeem "$(head -n 1 monday.txt)" # nothing of it was done before
