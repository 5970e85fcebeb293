#!/usr/bin/env bash
# Issuing tickets is killed again and again: no file is left half, no unit becomes two tickets, and
# what can still be issued is what was never spent.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"
make_shop
countermark batch add gala --scheme cola --quantity 60000 --date 2026-11-23 \
  --attribute sku=CM-2 --attribute flavour=lemon >/dev/null
countermark ticket issuer add ACME >/dev/null
count() { countermark batch show gala --json >shown && json "v.$1" shown; }

kills=0 whole=0
for round in $(seq 1 12); do
  countermark ticket issue gala --count 3000 --out "t$round.csv" >/dev/null 2>&1 &
  pid=$!
  pids+=("$pid")
  sleep "0.$((round % 4 * 15 + 10))" # from before the first unit is spent to after the last
  if kill -9 "$pid" 2>/dev/null; then kills=$((kills + 1)); fi
  wait "$pid" 2>/dev/null || true
  if [ -e "t$round.csv" ]; then
    whole=$((whole + 1))
    [ "$(wc -l <"t$round.csv")" -eq 3001 ] || fail "a file is there and not whole"
  fi
done
[ "$kills" -gt 0 ] || fail "nothing was killed"
[ "$(count issued)" -ge $((whole * 3000)) ] || fail "tickets of units that were never issued"
# ---- Ctrl-C says where to go on: with that, nothing is lost
countermark batch add night --scheme cola --quantity 60000 --date 2026-11-24 \
  --attribute sku=CM-2 --attribute flavour=lemon >/dev/null
countermark ticket issue night --count 60000 --out night.csv >/dev/null 2>told &
pid=$!
pids+=("$pid")
for _ in $(seq 200); do
  [ "$(cat night.csv* 2>/dev/null | wc -c)" -gt 500000 ] && break
  sleep 0.02
done
kill -INT "$pid" 2>/dev/null || true
wait "$pid" || true
if [ ! -e night.csv ]; then
  spent=$(sed -n 's/.*left; \([0-9]*\) units from serial \([0-9]*\) on.*/\1 \2/p' told)
  [ -n "$spent" ] || fail "it does not say what was spent: $(cat told)"
  gives 0 countermark ticket issue night --count "${spent% *}" --again "${spent#* }" --out again.csv
  [ "$(wc -l <again.csv)" -eq $((${spent% *} + 1)) ] || fail "not every spent unit is signed again"
fi

left=$((60000 - $(count issued)))
gives 0 countermark ticket issue gala --count "$left" --out rest.csv
[ "$(count issued)" -eq 60000 ] || fail "not every unit is issued"
shopt -s nullglob
cat rest.csv t[0-9]*.csv | grep -v '^serial,' | cut -d, -f1 | sort -n >serials
[ "$(sort -u serials | wc -l)" -eq "$(wc -l <serials)" ] || fail "a unit has two tickets"
gives 0 countermark batch open gala
tail -n 50 rest.csv | cut -d, -f2 >last.txt
gives 0 countermark redeem --file last.txt --out verdicts.csv
echo "tickets: $kills kills, $whole whole files, $(wc -l <serials) tickets, each of a unit of its own"
