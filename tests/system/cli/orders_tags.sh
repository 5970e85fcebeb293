#!/usr/bin/env bash
# Orders of cards in their wider forms: sets of key tags with numbers of their own or with the
# card's, the pool's own control numbers, chips paired in the return, layouts beside the records.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"
openssl ecparam -name prime256v1 -genkey -noout -out bureau.key
openssl req -new -x509 -key bureau.key -subj "/CN=bureau" -days 30 -out bureau.pem \
  -addext keyUsage=critical,keyAgreement 2>/dev/null
orders=$COUNTERMARK_WORKSPACE/orders
content() { # FILE OUT
  openssl cms -decrypt -binary -inform DER -in "$1" -inkey bureau.key -recip bureau.pem >content.der
  openssl cms -verify -binary -inform DER -in content.der -purpose any -out content.txt \
    -CAfile "$COUNTERMARK_WORKSPACE/order-signer.pem" 2>/dev/null
  tr -d '\r' <content.txt >"$2"
}
# pool NAME ID PREFIX IDENTIFIERS: gift cards without PINs.
pool() {
  node -e 'const [name, id, prefix, identifiers, from] = process.argv.slice(1);
    const p = JSON.parse(require("fs").readFileSync(from, "utf8"));
    Object.assign(p, { name, id: +id, prefix, pin_digits: 0, odds: 100000, identifiers: JSON.parse(identifiers) });
    delete p.life.pin_tries;
    console.log(JSON.stringify(p));' "$@" "$source_dir/docs/examples/gift-cards.json" >"$1.json"
  gives 0 countermark cards pool add "$1.json"
  gives 0 countermark door pool default "$1"
  gives 0 countermark batch open "$1"
}
gives 0 countermark init --sandbox
pool tagged 1 9528 '[{"kind": "tags", "items": 3, "numbers": "own", "prefix": "9529", "digits": 16},
  {"kind": "control", "prefix": "C-", "digits": 11}]'
pool shared 2 9530 '[{"kind": "tags", "items": 2, "numbers": "same"},
  {"kind": "track2", "layout": "iso", "expiry": "3105"}]'
cat >tags.json <<'J'
{"format": 1, "name": "tags", "about": "cards and their key tags", "kind": "csv", "separator": ";",
 "fields": [{"name": "control", "value": "{control}"}, {"name": "member", "value": "{member}"},
  {"name": "number", "value": "{number}"}, {"name": "tag", "value": "{tag}"},
  {"name": "picture", "value": "{image}"}, {"name": "until", "value": "{expiry}"}]}
J

# ---- Own numbers: a record a tag, joined by the pool's control number ---------------------------
earliest=$(date -u -d '+1095 days' +%y%m)
gives 0 countermark order make tagged --count 40 --template tags.json --to bureau.pem --no-approval --json
[ "$(json '[v.units, v.records].join()' out)" = 40,120 ] || fail "40 sets of 3 tags are 120 records"
content "$orders/ORDER-000001/ORDER-000001-numbers-0001.csv.cms" tagged.csv
sed -i 1d tagged.csv
[ "$(cut -d';' -f4 tagged.csv | sort -u | wc -l)" = 120 ] || fail "a tag's number stands there twice"
[ "$(cut -d';' -f3 tagged.csv | sort -u | wc -l)" = 40 ] || fail "not 40 cards"
[ "$(cut -d';' -f5 tagged.csv | sort -u | wc -l)" = 120 ] || fail "two tags have one picture"
first=$(sed -n 1p tagged.csv | cut -d';' -f1) last=$(sed -n 120p tagged.csv | cut -d';' -f1)
case $first in C-???????????) ;; *) fail "control number $first is not the pool's" ;; esac
[ "$(sed -n 1p tagged.csv | cut -d';' -f5)" = "$first-01.png" ] || fail "the picture's name"
json '[v.control_numbers ?? v.control ?? v.controls].flat().join()' "$orders/ORDER-000001/manifest.json" >between
grep -q "$first" "$orders/ORDER-000001/manifest.json" || fail "the manifest does not name $first"
grep -q "$last" "$orders/ORDER-000001/manifest.json" || fail "the manifest does not name $last"
grep -q "$last" "$orders/ORDER-000001/ORDER.txt" || fail "ORDER.txt does not name $last"
# Sold from today on for 1,095 days; the month may have changed meanwhile.
case $(sed -n 1p tagged.csv | cut -d';' -f6) in
"$earliest" | "$(date -u -d '+1095 days' +%y%m)") ;;
*) fail "the expiry" ;;
esac
# A tag opens to its card.
card=$(sed -n 1p tagged.csv | cut -d';' -f3) tag=$(sed -n 2p tagged.csv | cut -d';' -f4)
gives 0 countermark card activate "$tag" --amount 2500
gives 0 countermark card show "$card" --json
[ "$(json v.balance out)" = 2500 ] || fail "the card did not get what its tag loaded"

# ---- Back: by control number, a set at a time; chips paired -------------------------------------
{
  echo control,state,uid
  sed -n '1~3p' tagged.csv | cut -d';' -f1 | awk '{ printf "%s,%s,%014x\n", $1, NR == 5 ? "spoiled" : "shipped", NR + 1193046 }'
} >chips.csv
gives 0 countermark order receive 1 chips.csv --json
[ "$(json '[v.made_void, v.returned.shipped, v.returned.spoiled, v.returned.missing].join()' out)" = 1,117,3,0 ] ||
  fail "the account differs: $(cat out)"
gives 0 countermark card show 00000000123457 --json # the first chip, as a reader says it
[ "$(json v.balance out)" = 2500 ] || fail "the chip is not the card's"
second=$(sed -n 4p tagged.csv | cut -d';' -f3)
gives 0 countermark card activate "$second" --amount 1000
gives 0 countermark card check 00000000123458
gives 1 countermark card check "$(sed -n 13p tagged.csv | cut -d';' -f3)" # spoiled: void
out_has void
gives 1 countermark card check 00000000ABCDEF # nobody's chip
gives 0 countermark order receive 1 chips.csv --json
[ "$(json '[v.known, v.made_void].join()' out)" = true,0 ] || fail "a second time changed something"

# ---- Made again: what took a spoiled set's place ------------------------------------------------
gives 0 countermark order make tagged --remake 1 --template tags.json --to bureau.pem --no-approval
content "$orders/ORDER-000002/ORDER-000002-numbers-0001.csv.cms" again.csv
fifth=$(sed -n 13p tagged.csv | cut -d';' -f1) new=$(sed -n 2p again.csv | cut -d';' -f1)
printf 'control,state,as\n%s,remade,%s\n' "$fifth" "$first" >as.csv
gives 1 countermark order receive 1 as.csv --dry-run
out_has 'the replacement is no record of an order that makes up for this one'
printf 'control,state,as\n%s,remade,%s\n' "$fifth" "$new" >as.csv
gives 0 countermark order receive 1 as.csv
gives 0 countermark order close 1

# ---- The card's number on each tag; the order's control numbers; the stripe's expiry ------------
gives 0 countermark order make shared --count 10 --template tags.json --to bureau.pem --no-approval
content "$orders/ORDER-000003/ORDER-000003-numbers-0001.csv.cms" shared.csv
[ "$(sed 1d shared.csv | wc -l)" = 20 ] || fail "10 sets of 2 tags are 20 records"
[ "$(sed 1d shared.csv | awk -F';' '$3 == $4' | wc -l)" = 20 ] || fail "a tag has a number of its own"
[ "$(sed 1d shared.csv | cut -d';' -f6 | sort -u)" = 3105 ] || fail "print and stripe differ"
sed 1d shared.csv | cut -d';' -f1 | cmp - <(seq -f 000003%08.0f 20) || fail "control numbers"

# ---- A layout beside the records, approved with them --------------------------------------------
gives 0 countermark operator key --out alice.key --json
gives 0 countermark operator add alice --public-key "$(json v.public_key out)"
gives 0 countermark operator key --out bob.key --json
gives 0 countermark operator add bob --public-key "$(json v.public_key out)" --by alice --operator-key alice.key
gives 0 countermark order make shared --count 5 --template opencard --to bureau.pem --approval \
  --by alice --operator-key alice.key
gives 0 countermark order approve 4 --by bob --operator-key bob.key
gives 0 countermark order release 4 --out outbox
gives 0 countermark order signer --manifest-key sender.pem --out signer.pem
gives 0 countermark order verify outbox/ORDER-000004 --key sender.pem
layout=outbox/ORDER-000004/shared-order.svg
xmllint --noout "$layout" || fail "the layout is no XML"
grep -q '<title>shared-order</title>' "$layout" || fail "the layout is of another order"
content outbox/ORDER-000004/ORDER-000004-numbers-0001.*.cms cards.txt
grep -qx '@Gshared-order.svg' cards.txt || fail "the records do not name their layout"
grep -q 'shared-order.svg' outbox/ORDER-000004/SHA256SUMS || fail "SHA256SUMS leaves it out"
(cd outbox/ORDER-000004 && sha256sum -c --quiet SHA256SUMS)
certificate=$orders/ORDER-000004
echo '<!-- -->' >>"$layout"
gives 1 countermark order verify outbox/ORDER-000004 --key sender.pem
out_has 'shared-order.svg'
gives 0 countermark order resend 4 --out anew --to bureau.pem --by bob --operator-key bob.key
cmp anew/ORDER-000004-R1/shared-order.svg "$certificate/shared-order.svg" || fail "a reseal lost the layout"
gives 3 countermark order make shared --count 5 --name 'my order' --template opencard --to bureau.pem \
  --no-approval
err_has "a companion's name is no name of a file"
gives 0 countermark fsck
echo "orders of cards: key tags, own control numbers, chips, layouts"
