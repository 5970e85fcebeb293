#!/usr/bin/env bash
# Tickets from the command line: issued, judged by programs of other authors, checked with and
# without the workspace, redeemed once beside their codes; mistakes that change nothing; keys that
# are rotated, retired and ended.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"
readers=$source_dir/tests/system/passes/readers
cmp -s "$readers/package-lock.json" "$readers/node_modules/.installed-lock.json" ||
  { echo "the readers of tickets are missing; './dev test' installs them" >&2 && exit 1; }
export CBOR_NATIVE_ACCELERATION_DISABLED=true # readers/package.json

make_shop
# field COLUMN LINE FILE: of a CSV without quotes
field() { sed -n "$2p" "$3" | cut -d, -f"$1"; }

# ---- without an issuer there are no tickets
refused 3 "nobody signs tickets of this brand yet; countermark ticket issuer add NAME makes one" \
  countermark ticket issue monday --count 1 --out t.csv
[ ! -e t.csv ] || fail "a file was left"
refused 3 "ISSUER: not a fit name for an issuer; use A-Z and 0-9, as ACME" \
  countermark ticket issuer add acme
gives 0 countermark ticket issuer add ACME --not-after 2036-12-31
gives 3 countermark ticket issuer add OTHER
err_has "this brand's tickets are issued by ACME already"

# ---- mistakes are told before the first unit is spent
printf 'chair,title,value\nA1,Gala,25.00\nA2,Gala,25.0\n' >bad.csv
refused 3 "bad.csv: row 2, value: not an amount of EUR with 2 decimals; write 25.00 EUR" \
  countermark ticket issue monday --from bad.csv --seat-from chair --currency EUR --out t.csv
refused 2 "bad.csv: there is no column 'seat'; name one of its first line" \
  countermark ticket issue monday --from bad.csv --seat-from seat --out t.csv
refused 3 "--exp: beyond the end of the issuer's key, 2037-01-01T00:00:00.000Z; countermark ticket issuer rotate --not-after DATE makes a longer one" \
  countermark ticket issue monday --count 1 --exp 2037-01-01 --out t.csv
refused 3 "--exp: these tickets would never be valid; give a later day" \
  countermark ticket issue monday --count 1 --exp 2020-01-01 --out t.csv
refused 2 "say how many: --count N, or --from FILE with a row for each" \
  countermark ticket issue monday --out t.csv
refused 3 "monday: 1000 of the ordered units are left; ask for fewer, or make a further batch" \
  countermark ticket issue monday --count 1001 --out t.csv
gives 0 countermark ticket issue monday --count 1000 --dry-run --out t.csv
[ ! -e t.csv ] || fail "a dry run left a file"

# ---- issued, and read by programs of other authors
awk 'BEGIN { print "chair,name,value,price class"
  for (i = 1; i <= 120; i++) printf "Block %d Seat %d,Guest %d,%d.50,%d\n", i % 3, i, i, i, i % 4 }' >seats.csv
gives 0 countermark ticket issue monday --from seats.csv --seat-from chair --title-from name \
  --currency EUR --event 'Gala 2027' --exp 2036-06-30 --code --out t.csv --json
[ "$(json v.tickets out)" = 120 ] || fail "not 120 tickets"
[ "$(stat -c %a t.csv)" = 600 ] || fail "others may read tickets"
[ "$(head -1 t.csv)" = "serial,ticket,code,chair,name,value,price class" ] || fail "other columns"
gives 0 countermark ticket issuer export --out acme.trust --jwk acme.jwk --json
fingerprint=$(json v.fingerprint out)
node "$readers/tickets.mjs" t.csv acme.jwk acme.trust >read.txt || fail "readers of other authors"
[ "$(wc -l <read.txt)" -eq 120 ] || fail "not 120 read"
[ "$(sed -n 7p read.txt | cut -d'|' -f3-)" = "ACME|Gala 2027|Block 1 Seat 7|750 EUR|3|-|Guest 7" ] ||
  fail "they read: $(sed -n 7p read.txt)"
gives 0 countermark ticket inspect "$(field 2 8 t.csv)" --json
[ "$(json v.id out)" = "$(sed -n 7p read.txt | cut -d'|' -f2)" ] || fail "another id"
[ "$(json v.checked out)" = false ] || fail "inspect believes"

# ---- lost tickets are signed again: the same units, the same ids
gives 0 countermark ticket issue monday --count 120 --again 0 --title Again --out again.csv --json
for line in 2 60 121; do
  gives 0 countermark ticket inspect "$(field 2 $line again.csv)" --json
  [ "$(json 'v.id + v.title' out)" = "$(sed -n $((line - 1))p read.txt | cut -d'|' -f2)Again" ] ||
    fail "another unit was signed again"
done
gives 0 countermark batch show monday --json
[ "$(json v.issued out)" = 120 ] || fail "signing again spends units"
refused 3 "--again: fewer units than that were spent from this serial on; ask for fewer, or without it" \
  countermark ticket issue monday --count 100 --again 40 --out again.csv
gives 0 countermark batch add back --scheme cola --quantity 3 --date 2026-11-28 \
  --attribute sku=CM-1 --attribute flavour=cola
gives 0 countermark ticket issue back --count 3 --out back.csv
serial=$(field 1 3 back.csv)
gives 0 countermark ticket revoke "$(field 2 3 back.csv)"
refused 3 "--again: the unit of serial $serial is void; sign those before and those behind it apart" \
  countermark ticket issue back --count 3 --again 0 --out again-back.csv
[ ! -e again-back.csv ] || fail "a file of tickets that were revoked"

# ---- TEST tickets: never valid unless TEST is asked for
gives 0 countermark ticket trust acme.trust --json
[ "$(json v.fingerprint out)" = "$fingerprint" ] || fail "another fingerprint"
first=$(field 2 2 t.csv)
gives 1 countermark ticket verify "$first" --offline --trust acme.trust --json
[ "$(json v.verdict out)" = test ] || fail "a TEST ticket was not told"
gives 0 countermark ticket verify "$first" --offline --trust acme.trust --test
printf '%s\r\n' "$first" >one.txt
gives 0 countermark ticket verify --file one.txt --offline --trust acme.trust --test
gives 0 countermark ticket verify --file - --offline --trust acme.trust --test <one.txt
gives 1 countermark ticket verify "$first" --offline --trust acme.trust --test --at 2036-07-01
gives 1 countermark ticket verify "${first}0" --offline --trust acme.trust --test --json
[ "$(json v.verdict out)" = no_ticket ] || fail "a longer text is a ticket"
gives 2 countermark ticket verify "$first" --trust acme.trust
gives 2 countermark ticket verify "$first" --offline
gives 2 countermark ticket verify
head -c 100 acme.trust >cut.trust
gives 3 countermark ticket verify "$first" --offline --trust cut.trust --test
err_is "cut.trust: not a trust file, cut, or changed; ask the issuer for it: 'countermark ticket issuer export' makes it"

# ---- at the door: a batch of tickets opens as soon as some are out
gives 1 countermark ticket verify "$first" --test --json
[ "$(json v.unit out)" = not_open_yet ] || fail "open before it is opened"
gives 0 countermark batch open monday
gives 0 countermark ticket verify "$first" --test
gives 0 countermark redeem "$first" --json
[ "$(json 'v.answers[0].verdict + v.answers[0].serial' out)" = accepted0 ] || fail "not redeemed"
! grep -qF "$first" out || fail "the answer shows the whole ticket"
gives 1 countermark redeem "$(field 3 2 t.csv)" --json
[ "$(json 'v.answers[0].verdict' out)" = already_redeemed ] || fail "the code of a used ticket"
gives 0 countermark redeem "$(field 3 3 t.csv)"
gives 1 countermark redeem "$(field 2 3 t.csv)" --json
[ "$(json 'v.answers[0].verdict' out)" = already_redeemed ] || fail "the ticket of a used code"
gives 1 countermark ticket verify "$first" --test --json
[ "$(json 'v.verdict + v.unit' out)" = validalready_redeemed ] || fail "a used ticket verifies"
tail -n +4 t.csv | cut -d, -f2 >rest.txt
gives 0 countermark redeem --file rest.txt --out verdicts.csv
[ "$(grep -c accepted verdicts.csv)" -eq 118 ] || fail "not 118 redeemed from a file"
! grep -rqF "${first:0:40}" "$COUNTERMARK_WORKSPACE" || fail "the workspace keeps a ticket"

# ---- a key is rotated: old tickets stay valid, new ones are signed by the new key
gives 0 countermark ticket issue monday --count 1 --exp 2036-12-31 --out old.csv
gives 0 countermark ticket issuer rotate --not-after 2037-12-31
gives 0 countermark ticket issue monday --count 1 --exp 2037-06-30 --out new.csv
gives 0 countermark ticket issuer export --out next.trust
gives 0 countermark ticket trust next.trust --previous acme.trust --json
[ "$(json v.follows_previous out)" = true ] || fail "the next file does not follow"
gives 3 countermark ticket trust acme.trust --previous next.trust
old=$(field 2 2 old.csv) new=$(field 2 2 new.csv)
for ticket in "$old" "$new"; do
  gives 0 countermark ticket verify "$ticket" --test
  gives 0 countermark ticket verify "$ticket" --test --offline --trust next.trust
done
refused 3 "--again: key version 1 is still valid, too: devices would let in its tickets of these units and the new ones; revoke them and issue others; or end that key, with all of its tickets: countermark ticket issuer retire --not-after" \
  countermark ticket issue monday --count 1 --again 0 --out twice.csv
gives 1 countermark ticket verify "$new" --test --offline --trust acme.trust --json
[ "$(json v.verdict out)" = unknown_key ] || fail "a device knows a key that it was not told"
gives 3 countermark ticket verify "$old" --test --offline --trust acme.trust --trust next.trust
err_has 'two trust files of issuer ACME'
gives 3 countermark ticket issuer retire --version 1 --not-after 2040-01-01
gives 0 countermark ticket issuer retire --version 1 --not-after 2026-01-01
gives 1 countermark redeem "$old" --json
[ "$(json 'v.answers[0].verdict' out)" = not_a_code ] || fail "a ticket of an ended key is taken"
gives 0 countermark redeem "$new"
gives 0 countermark ticket issuer retire --version 2
gives 3 countermark ticket issue monday --count 1 --out none.csv
err_is "ACME: every key of this issuer is retired or out of its time; countermark ticket issuer rotate makes a new key"

# ---- many: in chunks, each unit once
gives 0 countermark batch add friday --scheme cola --quantity 5000 --date 2026-11-27 \
  --attribute sku=CM-1 --attribute flavour=cola --gtin 09506000134352
gives 0 countermark ticket issuer rotate
gives 0 countermark ticket issue friday --count 5000 --out many.csv
[ "$(tail -n +2 many.csv | cut -d, -f1 | sort -u | wc -l)" -eq 5000 ] || fail "not 5000 units"
gives 0 countermark ticket inspect "$(field 2 5001 many.csv)" --json
[ "$(json 'v.gtin + v.event' out)" = 09506000134352friday ] || fail "not the product's number"
# ---- the ledger is sound, and says the same when it is built again
gives 0 countermark fsck
gives 0 countermark fsck --rebuild
gives 1 countermark redeem "$new" --json
[ "$(json 'v.answers[0].verdict' out)" = already_redeemed ] || fail "a rebuilt image forgot a ticket"
gives 0 countermark ticket verify "$(field 2 121 t.csv)" --offline --trust next.trust --test

# ---- another maker's codes may begin as tickets do: the list that knows a text has it
awk 'BEGIN { print "code,status"; for (i = 1; i <= 50; i++) printf "CM1:OLD%05d,live\n", i * 7919 }' >old.csv
gives 0 countermark import codes old.csv --commit
gives 0 countermark door import default old
gives 0 countermark batch open old
gives 0 countermark redeem CM1:OLD07919 --json
[ "$(json 'v.answers[0].verdict' out)" = accepted ] || fail "an imported text is taken for a ticket"
gives 1 countermark redeem CM1:OLD07920 --json
[ "$(json 'v.answers[0].verdict' out)" = not_a_code ] || fail "a guess at the list is a typing error"
gives 0 countermark batch open friday
gives 0 countermark redeem "$(field 2 3 many.csv)"

# ---- live tickets: in a workspace that has both kinds, under one issuer's key
export COUNTERMARK_WORKSPACE=$scratch/house
head -c 48 /dev/urandom >house.key && chmod 600 house.key
live() { countermark "$@" --key-file house.key; }
live init --recovery-words-file words.txt >/dev/null
for mode in live test; do
  flag=()
  [ $mode = live ] || flag=(--test)
  countermark plan --volume 1000 --odds 1000000 "${flag[@]}" --out $mode.json --name $mode >/dev/null
  live scheme add $mode.json >/dev/null
  live batch add $mode-1 --scheme $mode --quantity 10 >/dev/null
done
live ticket issuer add ACME >/dev/null
for mode in live test; do
  gives 0 live ticket issue $mode-1 --count 10 --code --out $mode.csv --json
  live batch open $mode-1 >/dev/null
done
live ticket issuer export --out house.trust >/dev/null
live=$(field 2 2 live.csv) test=$(field 2 2 test.csv)
gives 0 live ticket verify "$live"
gives 1 live ticket verify "$live" --test
gives 1 live ticket verify "$test"
gives 0 live ticket verify "$test" --test
gives 0 countermark ticket verify "$live" --offline --trust house.trust
gives 1 countermark ticket verify "$live" --offline --trust house.trust --test
gives 1 countermark ticket verify "$test" --offline --trust house.trust
live door list --json >doors
for door in $(json 'v.doors.map((d) => d.name).join(" ")' doors); do
  kind=$(json "v.doors.find((d) => d.name === '$door').mode.toLowerCase()" doors)
  for mode in live test; do
    wanted=$([ "$kind" = $mode ] && echo accepted || echo not_a_code)
    live check "$(field 2 2 $mode.csv)" --door "$door" --json >out || true
    [ "$(json 'v.answers[0].verdict' out)" = "$wanted" ] || fail "a $mode ticket at the $kind door '$door'"
  done
done
if printf 'a\n' | countermark ticket inspect --file - 2>err; then fail "any text is a ticket"; fi
echo "tickets: issued, read by base45, cbor, cose-kit, @auth0/cose and node, redeemed once"
