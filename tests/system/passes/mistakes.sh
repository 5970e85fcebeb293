#!/usr/bin/env bash
# What people try first with tickets, right and wrong: lists without rows, a file that holds tickets
# already, rehearsals, a device with nothing but the program and the trust file.
# usage: mistakes.sh BUILD
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"
make_shop
gives 0 countermark ticket issuer add ACME
issue() { countermark ticket issue monday "$@"; }

# ---- a list without rows spends nothing and leaves no file
printf 'seat,value\n' >none.csv
refused 3 'none.csv: there are no rows; give it a row for each ticket' issue --from none.csv --out t.csv
[ ! -e t.csv ] || fail "a file of no tickets"
printf 'seat,value\nA 1,25.00\n' >one.csv
refused 2 "one.csv: there is no column 'saet'; did you mean 'seat'?" \
  issue --from one.csv --seat-from saet --out t.csv
refused 2 '--out: say where the tickets go; --out FILE.csv' issue --count 3

# ---- a rehearsal needs no file
before=$(imprint)
gives 0 issue --from one.csv --currency EUR --dry-run --json
[ "$(json '[v.tickets, v.dry_run].join()' out)" = 1,true ] || fail "what would be issued is not said"
[ "$(imprint)" = "$before" ] || fail "a rehearsal spent something"

# ---- tickets are not written over; lost ones are made again
gives 0 issue --from one.csv --currency EUR --out t.csv
refused 3 't.csv: it is there already, and may hold tickets that count; name another file' \
  issue --count 1 --out t.csv
gives 0 issue --from one.csv --currency EUR --again 0 --out t.csv

refused 2 "--out: tickets are printed as PDF, not as '.png'; --out FILE.pdf" \
  countermark ticket print t.csv --out t.png
refused 3 '--currency: no currency of ISO 4217; write its three letters, as EUR' issue --from one.csv --currency EURO --out u.csv

# ---- a door that has the program and the trust file, and nothing else
gives 0 countermark ticket issuer export --out acme.trust
sed -n 2p t.csv | cut -d, -f2 >ticket
mkdir door
cp acme.trust ticket door
(
  cd door || exit 1
  gives 0 env -i "$(command -v countermark)" ticket verify --file ticket --test --offline --trust acme.trust
  gives 1 env -i "$(command -v countermark)" ticket verify --file ticket --offline --trust acme.trust
  out_has 'a TEST ticket where live ones count'
  [ "$(find . -type f | wc -l)" -le 4 ] || fail "the device has files that it did not ask for"
) || exit 1

# ---- the largest file that may be is an error like any other
awk 'BEGIN { print "code"; for (i = 0; i < 50000; i++) printf "CODE%08d\n", i }' >many.csv
for out in many.zip many/ many.pdf; do
  gives 3 bash -c "ulimit -f 64; countermark symbol --from many.csv --out $out"
  err_has 'File too large'
done
[ -z "$(find . -name 'many*' ! -name many.csv)" ] || fail "something was left behind"
