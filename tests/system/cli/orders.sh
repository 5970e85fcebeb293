#!/usr/bin/env bash
# The life of orders through the programs: kills at any moment, a file system that takes no more,
# two people, return files. Units are counted by the ledger and by openssl's reading of the files.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

certificate() { # NAME: NAME.key, NAME.pem
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -x509 -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.pem" \
    -addext keyUsage=critical,keyAgreement 2>/dev/null
}
# content FILE NAME: what the holder of NAME's key reads, verified against our signer.
content() {
  openssl cms -decrypt -binary -inform DER -in "$1" -inkey "$2.key" -recip "$2.pem" >content.der
  openssl cms -verify -binary -inform DER -in content.der -CAfile "$COUNTERMARK_WORKSPACE/order-signer.pem" \
    -purpose any -out content.txt 2>/dev/null
}
spent() { # POOL
  countermark cards pool list --json >pools.json
  json "v.pools.find(p => p.name === '$1').made" pools.json
}

certificate bureau
certificate letters
gives 0 countermark init --sandbox
sed 's/"volume": 10000/"volume": 1000000/; s/"odds": 1000000000/"odds": 1000000/' \
  "$source_dir/docs/examples/gift-cards.json" >pool.json
gives 0 countermark cards pool add pool.json

# ---- Killed at any moment, resumed: exactly N units, no gap, no double --------------------------
units=300000
countermark order make gift-2026 --template csv-comma --to bureau.pem --count "$units" \
  --pin-template pin-letter --pin-to letters.pem --no-approval --per-file 100000 >out 2>err &
pids+=("$!")
# From the first sealed bytes on, units are spent.
until [ -s "$COUNTERMARK_WORKSPACE/orders/ORDER-000001.part/ORDER-000001-numbers-0001.csv.cms" ] ||
  ! kill -0 "${pids[0]}" 2>/dev/null; do :; done
kill -9 "${pids[0]}" 2>/dev/null || true
wait "${pids[0]}" 2>/dev/null || true
pids=()
for pause in 0.02 0.05 0.09 0.14 0.2; do # the rest of a second, cut elsewhere each time
  countermark order resume 1 >out 2>err &
  pids=("$!")
  sleep "$pause"
  kill -9 "${pids[0]}" 2>/dev/null || true
  wait "${pids[0]}" 2>/dev/null || true
  pids=()
done
gives 0 countermark order list --json
[ "$(json 'v.orders.length' out)" = 1 ] || fail "one order was made"
[ "$(json 'v.orders[0].state' out)" = released ] || gives 0 countermark order resume 1
[ "$(spent gift-2026)" = "$units" ] || fail "the ledger spent $(spent gift-2026) units, not $units"
: >numbers.txt
for n in 1 2 3; do
  content "$COUNTERMARK_WORKSPACE/orders/ORDER-000001/ORDER-000001-numbers-000$n.csv.cms" bureau
  sed 1d content.txt | cut -d, -f2,3 >>numbers.txt
done
[ "$(wc -l <numbers.txt)" = "$units" ] || fail "the files hold $(wc -l <numbers.txt) records"
[ "$(cut -d, -f2 numbers.txt | sort -u | wc -l)" = "$units" ] || fail "a number stands there twice"
seq -f 000001%08.0f 1 "$units" | cmp - <(cut -d, -f1 numbers.txt) || fail "control numbers have a gap"
content "$COUNTERMARK_WORKSPACE/orders/ORDER-000001-PINS/ORDER-000001-pins-0001.csv.cms" letters
[ "$(sed -n '2p' content.txt | cut -d, -f1)" = 00000100000001 ] || fail "PINs do not join the numbers"
(cd "$COUNTERMARK_WORKSPACE/orders/ORDER-000001" && sha256sum -c --quiet SHA256SUMS)
[ ! -e "$COUNTERMARK_WORKSPACE/orders/ORDER-000001.part" ] || fail "a half-made folder was left"

# ---- A file system that takes no more: nothing half-made, the same units afterwards -------------
gives 3 bash -c 'trap "" XFSZ; ulimit -f 4096; exec "$@"' - \
  countermark order make gift-2026 --template csv-comma --to bureau.pem --count 100000 \
  --pin-template pin-letter --pin-to letters.pem --no-approval
[ ! -e "$COUNTERMARK_WORKSPACE/orders/ORDER-000002" ] || fail "a folder appeared on a full disk"
gives 0 countermark order resume 2
[ "$(spent gift-2026)" = 400000 ] || fail "a full disk cost units: $(spent gift-2026)"

# ---- The same bytes again; sealed anew it says so -----------------------------------------------
gives 0 countermark order resend 2 --out again
gives 0 countermark order resend 2 --out twice
diff -r again twice >/dev/null || fail "resend gave other bytes"
diff -r again/ORDER-000002 "$COUNTERMARK_WORKSPACE/orders/ORDER-000002" >/dev/null || fail "resend differs"
certificate renewed
gives 0 countermark order resend 2 --out anew --to renewed.pem
grep -q '"reseal_of"' anew/ORDER-000002-R1/manifest.json || fail "the manifest does not tell of the reseal"
content anew/ORDER-000002-R1/ORDER-000002-numbers-0001.csv.cms renewed
[ "$(wc -l <content.txt)" = 100001 ] || fail "the new certificate does not open it"
gives 0 countermark order show 2 --json
[ "$(json 'v.recipients[0].sequence' out)" = 3 ] || fail "a reseal takes the next number"

# ---- Return files: to the unit, late, twice, in any order ---------------------------------------
gives 0 countermark order make gift-2026 --template csv-comma --to bureau.pem --count 1000 \
  --carton 100 --pin-template pin-letter --pin-to letters.pem --no-approval
lines() { # FIRST LAST STATE: whole cartons
  local i
  for ((i = $1; i <= $2; i++)); do printf '000003%08d,%s,%d\n' "$i" "$3" $(((i - 1) / 100 + 1)); done
}
{ echo control,state,carton; lines 1 500 shipped; } >first.csv
{ echo control,state,carton; lines 501 1000 shipped | sed '7s/shipped/spoiled/;9s/shipped/spoiled/'; } >second.csv
gives 0 countermark order receive 3 second.csv --json # out of order
[ "$(json 'v.returned.shipped + v.returned.spoiled' out)" = 500 ] || fail "500 records came back"
[ "$(json 'v.made_void' out)" = 2 ] || fail "two units were spoiled"
gives 3 countermark order close 3
err_has "500 of 1000 records are missing"
gives 0 countermark order receive 3 second.csv --json # twice
[ "$(json 'v.known && v.made_void === 0 && v.returned.shipped === 498' out)" = true ] || fail "a second time changed something"
gives 0 countermark order receive 3 first.csv --dry-run --json
[ "$(json 'v.taken' out)" = false ] || fail "a dry run took it"
[ "$(json 'v.dry_run && v.returned.records - v.returned.missing > 0' out)" = true ] ||
  fail "a dry run does not tell what would be"
gives 0 countermark order receive 3 first.csv
gives 3 countermark order close 3
err_has "2 records were spoiled"
gives 0 countermark order make gift-2026 --remake 3 --template csv-comma --to bureau.pem \
  --pin-template pin-letter --pin-to letters.pem --no-approval --json
[ "$(json 'v.units' out)" = 2 ] || fail "the remake has the spoiled units, new"
gives 0 countermark order close 3 --dry-run --json
[ "$(json 'v.dry_run && v.state' out)" = released ] || fail "a dry run closed it"
gives 0 countermark order close 3
gives 3 countermark order receive 3 first.csv # closed

# A void unit opens nothing any more.
content "$COUNTERMARK_WORKSPACE/orders/ORDER-000003/ORDER-000003-numbers-0001.csv.cms" bureau
gives 0 countermark door pool default gift-2026
gives 0 countermark batch open gift-2026
gives 1 countermark card check "$(sed -n 508p content.txt | cut -d, -f3)"
out_has void

# ---- A name that no manifest could bear is refused before a unit is spent on it ------------------
for name in $'spring\nmode: LIVE' '=HYPERLINK("x")'; do
  gives 3 countermark order make gift-2026 --template csv-comma --to bureau.pem --count 10 \
    --pin-template pin-letter --pin-to letters.pem --no-approval --name "$name"
  err_has "control characters"
done

# ---- Withdrawn before it left -------------------------------------------------------------------
gives 0 countermark order make gift-2026 --template csv-comma --to bureau.pem --count 10 \
  --pin-template pin-letter --pin-to letters.pem --approval
gives 3 countermark order release 5
err_has "nobody has approved it yet"
gives 0 countermark order withdraw 5 --dry-run --json
[ "$(json 'v.dry_run && v.state' out)" = sealed ] || fail "a dry run withdrew it"
mkdir "$COUNTERMARK_WORKSPACE/orders/ORDER-000005.held.part" "$COUNTERMARK_WORKSPACE/orders/ORDER-000005-PINS.part"
gives 0 countermark order list
out_has "'countermark order release 5' begins it anew"
gives 0 countermark order withdraw 5
gives 3 countermark order release 5
[ -z "$(find "$COUNTERMARK_WORKSPACE/orders" -name 'ORDER-000005*')" ] || fail "withdrawn files are still there"

# ---- What goes out is what a person who still stands has approved -------------------------------
person() { # NAME: NAME.key; prints the public key
  countermark operator key --out "$1.key" --json >person.json
  json 'v.public_key' person.json
}
gives 0 countermark operator add alice --public-key "$(person alice)"
gives 0 countermark operator add bob --public-key "$(person bob)" --by alice --operator-key alice.key
gives 0 countermark order make gift-2026 --template csv-comma --to bureau.pem --count 10 \
  --pin-template pin-letter --pin-to letters.pem --approval --by alice --operator-key alice.key
gives 3 countermark order approve 6 --by alice --operator-key alice.key
gives 0 countermark order approve 6 --by bob --operator-key bob.key
held=$COUNTERMARK_WORKSPACE/orders/ORDER-000006.held/ORDER-000006-numbers-0001.csv.cms
cp "$held" held.cms
flip "$held" $(($(stat -c %s "$held") - 40))
gives 3 countermark order release 6
err_has "not the file that was sealed"
cp held.cms "$held"
# Sealed files that are lost went to nobody: they are made again of the same units, and approved again.
used=$(spent gift-2026)
gives 3 countermark order resume 6
err_has "the order is sealed"
rm -r "${held%/*}"
gives 3 countermark order release 6
err_has "'countermark order resume' makes its files again, to be approved again"
gives 0 countermark order resume 6 --json
[ "$(json '[v.state, v.approvals.length, v.spent_units].join()' out)" = sealed,0,10 ] || fail "it is not sealed anew"
[ "$(spent gift-2026)" = "$used" ] || fail "new units were spent: $(spent gift-2026), not $used"
[ "$(json 'v.files.find((f) => f.records === 10).sha256' out)" = "$(sha256sum <"$held" | cut -d" " -f1)" ] ||
  fail "the ledger does not name the new file"
! cmp -s held.cms "$held" || fail "the lost file was kept"
gives 3 countermark order release 6
err_has "nobody has approved it yet"
gives 0 countermark order approve 6 --by bob --operator-key bob.key
gives 0 countermark operator add carol --public-key "$(person carol)" --by alice --operator-key alice.key
grep -qE 'state: *proposed' out || fail 'carol is no proposal'
gives 3 countermark order approve 6 --by carol --operator-key carol.key
gives 3 countermark operator confirm carol --by alice --operator-key alice.key
err_has "a second person confirms it"
gives 0 countermark operator confirm carol --by bob --operator-key bob.key
gives 0 countermark operator revoke bob --by alice --operator-key alice.key
gives 3 countermark operator confirm bob --by bob --operator-key bob.key
err_has "for or against themself"
gives 0 countermark operator confirm bob --by carol --operator-key carol.key
gives 3 countermark operator confirm bob --by carol --operator-key carol.key
err_has "nothing is proposed"
gives 0 countermark operator list
gives 0 countermark order approve 6 --by carol --operator-key carol.key --dry-run
gives 3 countermark order release 6 --dry-run
gives 3 countermark order release 6
err_has "nobody has approved it yet"
gives 0 countermark order approve 6 --by carol --operator-key carol.key
gives 0 countermark order release 6 --out nowhere --dry-run --json
[ "$(json 'v.dry_run && v.state' out)" = sealed ] || fail "a dry run released it"
[ ! -e nowhere ] || fail "a dry run copied files"
events=$(countermark stats --json | grep -o '"next_sequence":[0-9]*')
gives 0 countermark order approve 6 --by carol --operator-key carol.key # twice
grep -qE 'approved by: *carol' out || fail "who approved is not told"
[ "$(countermark stats --json | grep -o '"next_sequence":[0-9]*')" = "$events" ] ||
  fail "approving twice was stored twice"
gives 0 countermark order release 6
# A stop between the ledger and the folders' names: the same bytes get them later, and no others.
orders=$COUNTERMARK_WORKSPACE/orders
sums() { (cd "$orders" && sha256sum ORDER-000006/* ORDER-000006-PINS/*); }
sums >before.sums
mv "$orders/ORDER-000006" "$orders/ORDER-000006.part" # PINs appeared, numbers not yet
gives 0 countermark order release 6 --out late
sums | cmp - before.sums || fail "other bytes under the same number"
[ -e late/ORDER-000006/manifest.cose ] || fail "the delivery was not copied"
mv "$orders/ORDER-000006" "$orders/ORDER-000006.part"
mv "$orders/ORDER-000006-PINS" "$orders/ORDER-000006-PINS.part"
printf x >>"$orders/ORDER-000006-PINS.part/manifest.cose" # not what the ledger has: no name for it
mkdir "$orders/ORDER-000006-R1.part" "$orders/ORDER-000077.part" # a reseal that was stopped; a stranger's
gives 0 countermark order list --json
[ "$(json 'v.leftovers.map((l) => l.folder.replace(/.*\//, "") + ": " + l.why).sort().join("\n")' out)" = "\
ORDER-000006-PINS.part: it waits for its name, or is not what the ledger has of it
ORDER-000006-R1.part: a try that was stopped
ORDER-000006.part: it waits for its name, or is not what the ledger has of it
ORDER-000077.part: the ledger has no such order" ] || fail "other leftovers: $(cat out)"
countermark doctor >out 2>err || [ $? -eq 1 ] || fail "doctor failed" # this machine may have other cares
out_has "ORDER-000006-R1.part: a try that was stopped; nobody has it: remove it"
rmdir "$orders/ORDER-000006-R1.part" "$orders/ORDER-000077.part"
gives 0 countermark order show 6
[ -e "$orders/ORDER-000006" ] || fail "numbers have no name"
[ ! -e "$orders/ORDER-000006-PINS" ] || fail "a foreign folder got the name"
truncate -s -1 "$orders/ORDER-000006-PINS.part/manifest.cose"
gives 0 countermark order show 6
sums | cmp - before.sums || fail "other bytes under the same number"

# What is lost after it went out is not made a second time.
mv "$orders/ORDER-000006" kept
gives 3 countermark order resend 6 --out renewed --to renewed.pem --by carol --operator-key carol.key
err_has "bring its folder back from a copy"
! grep -q "order resume" err || fail "what went out would be made again"
gives 3 countermark order resume 6
err_has "the order is released"
mv kept "$orders/ORDER-000006"
# A daemon does the same, step by step: it opens no more than it did before.
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
for _ in $(seq 300); do grep -qs ' serving ' daemon.log || sleep 0.1; done
gives 0 countermark order resend 6 --out by-daemon --to renewed.pem --by carol --operator-key carol.key
content by-daemon/ORDER-000006-R1/ORDER-000006-numbers-0001.csv.cms renewed
[ "$(wc -l <content.txt)" = 11 ] || fail "the daemon's copy has other records"
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"

# ---- No number, code or PIN outside sealed files ------------------------------------------------
number=$(sed -n 2p content.txt | cut -d, -f3)
! grep -rqaF "$number" "$COUNTERMARK_WORKSPACE" || fail "a number lies open in the workspace"
gives 0 countermark fsck
echo "orders: killed, filled up, resent, resealed, returned, remade, withdrawn"
