#!/usr/bin/env bash
# A device's file of 10,000 entries, and a sync that is killed again and again: what was taken in
# stays, nothing is taken in twice, and in the end each entry is redeemed exactly once. Moments are
# shares of the time that one whole sync takes here.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

kills=4 tickets=10000
[ -z "${CM_PROVE:-}" ] || kills=60
make_shop
gives 0 countermark ticket issuer add ACME --not-after 2090-01-01
gives 0 countermark batch add gala --scheme cola --quantity $tickets --date 2026-11-24 \
  --attribute sku=CM-1 --attribute flavour=cola --product Gala
gives 0 countermark ticket issue gala --count $tickets --out tickets.csv --exp 2089-01-01
gives 0 countermark batch open gala
gives 0 countermark ticket issuer export --out acme.trust
gives 0 countermark ticket device key --out north.pem --json
gives 0 countermark ticket device add north --public-key "$(json 'v.public_key' out)"
node -e 'const fs = require("fs"), lines = fs.readFileSync("tickets.csv", "utf8").trim().split("\n").slice(1);
  fs.writeFileSync("tickets.txt", lines.map((l) => l.match(/CM1:[^"]*/)[0]).join("\n") + "\n");'
gives 0 countermark ticket admit --file tickets.txt --trust acme.trust --test --spends north.spends \
  --device north.pem
[ "$(grep -c ADMITTED out)" = $tickets ] || fail "not all were let in"

# sum: redeemed now and before, of the last sync.
sum() { json 'v.redeemed + v.already' out; }
cp -r shop empty
start=$(date +%s%N)
gives 0 countermark ticket sync north.spends --door default --report report.csv --json
whole=$(($(date +%s%N) - start))
[ "$(json '[v.entries, v.redeemed, v.noted].join()' out)" = $((tickets + 1)),$tickets,1 ] || fail "the whole file"
[ "$(wc -l <report.csv)" = $((tickets + 2)) ] || fail "not a row for each entry"
printf '%s entries synced in %s s\n' "$tickets" "$(node -p "($whole / 1e9).toFixed(2)")"

rm -rf shop && cp -r empty shop
stopped=0
for k in $(seq "$kills"); do
  countermark ticket sync north.spends --door default --json >out 2>err &
  pid=$!
  pids+=("$pid")
  sleep "$(node -p "($whole / 1e9 * ($k % 7 + 1) / 9).toFixed(4)")"
  kill -9 "$pid" 2>/dev/null && stopped=$((stopped + 1))
  wait "$pid" 2>/dev/null || true # dead, and its lock with it
done
[ "$stopped" -gt 0 ] || fail "no kill came before the end"
gives 0 countermark fsck
gives 0 countermark ticket sync north.spends --door default --report report.csv --json
[ "$(sum),$(json 'v.conflict' out)" = $tickets,0 ] || fail "an admission was lost or taken twice"
gives 0 countermark ticket sync north.spends --door default --json
[ "$(json '[v.already, v.redeemed].join()' out)" = $tickets,0 ] || fail "a last sync changed something"
gives 0 countermark batch list --json
[ "$(json 'v.batches.find((b) => b.name === "gala").redeemed' out)" = $tickets ] || fail "the ledger counts otherwise"
