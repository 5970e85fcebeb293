#!/usr/bin/env bash
# Orders of codes for print houses: from a batch to a sealed list, back as a return file with
# spoilage, made again under other units in a linked order; and what redeeming says of all of them.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"
openssl ecparam -name prime256v1 -genkey -noout -out press.key
openssl req -new -x509 -key press.key -subj "/CN=press" -days 30 -out press.pem \
  -addext keyUsage=critical,keyAgreement 2>/dev/null
orders=$COUNTERMARK_WORKSPACE/orders
# content FILE OUT: what the press reads.
content() {
  openssl cms -decrypt -binary -inform DER -in "$1" -inkey press.key -recip press.pem >content.der
  openssl cms -verify -binary -inform DER -in content.der -purpose any -out "$2" \
    -CAfile "$COUNTERMARK_WORKSPACE/order-signer.pem" 2>/dev/null
}
make_shop
gives 3 countermark batch open monday # nothing was made of it

# ---- What is missing is said before a unit is spent ---------------------------------------------
sed 's/"optional": true/"optional": false/' "$source_dir/templates/orders/vdp-csv.json" >press.json
gives 3 countermark order make monday --template press.json --to press.pem --count 50
err_has 'say the codes'"'"' address: --url https://example.com/{code}'
gives 3 countermark order make monday --template press.json --to press.pem --count 50 \
  --url 'https://drinks.example/'
err_has 'the address does not have {code} in it once'
sed 's/{product}/{expiry}/' press.json >expiry.json
gives 3 countermark order make monday --template expiry.json --to press.pem --count 50 \
  --url 'https://drinks.example/{code}'
err_has 'the format needs {expiry}, of which this set says nothing'
gives 3 countermark order make monday --template csv-comma --to press.pem --count 50
err_has 'the format needs {number}, which units of this set do not have'
gives 0 countermark order list --json
[ "$(json v.orders.length out)" = 0 ] || fail "a refused order is there"
[ "$(countermark stats --json | node -e 'process.stdin.on("data", d => console.log(JSON.parse(d).issued))')" = 0 ] ||
  fail "a refused order spent units"

# ---- Made, read by the press: address, picture, control number ----------------------------------
gives 0 countermark order make monday --template press.json --to press.pem --count 50 \
  --carton 10 --bundle 5 --url 'https://drinks.example/{code}?s=1'
content "$orders/ORDER-000001/ORDER-000001-numbers-0001.csv.cms" records.csv
[ "$(sed 1d records.csv | wc -l)" = 50 ] || fail "not 50 records"
sed 1d records.csv | tr -d '"\r' | cut -d, -f2 | tr -d - >codes.txt
[ "$(sort -u codes.txt | wc -l)" = 50 ] || fail "a code stands there twice"
sed 1d records.csv | tr -d '"\r' | cut -d, -f3 | cmp - <(sed 's,.*,https://drinks.example/&?s=1,' codes.txt) ||
  fail "an address is not its code's"
sed 1d records.csv | tr -d '"\r' | cut -d, -f4 | cmp - <(seq -f 000001%08.0f.png 50) ||
  fail "a picture is not named by its control number"
gives 0 countermark order signer --manifest-key sender.pem --out signer.pem

# ---- TEST is TEST for ever ----------------------------------------------------------------------
gives 0 countermark order verify "$orders/ORDER-000001" --key sender.pem --test
gives 1 countermark order verify "$orders/ORDER-000001" --key sender.pem --live
# Print houses draw on it: what exists can be sold, though most of the batch does not.
gives 0 countermark batch open monday
gives 0 countermark redeem "$(sed -n 1p codes.txt)"
# A door that is LIVE reads no scheme that is TEST.
gives 0 countermark door add shop --mode LIVE
gives 3 countermark door attach shop cola
err_has 'of another mode'
gives 1 countermark redeem "$(sed -n 2p codes.txt)" --door shop

# ---- Back: two spoiled, one of them used meanwhile ----------------------------------------------
{
  echo control,state,reason,carton
  for i in $(seq 50); do
    state=shipped reason=
    case $i in 1 | 7 | 9) state=spoiled reason=smeared ;; esac
    printf '000001%08d,%s,%s,%d\n' "$i" "$state" "$reason" $(((i + 9) / 10))
  done
} >return.csv
gives 0 countermark order receive 1 return.csv --json
[ "$(json '[v.made_void, v.spoiled_but_used, v.returned.shipped, v.returned.spoiled, v.returned.missing].join()' out)" = 2,1,47,3,0 ] ||
  fail "the account differs: $(cat out)"
gives 1 countermark redeem "$(sed -n 7p codes.txt)"
out_has void
gives 1 countermark check "$(sed -n 9p codes.txt)"
out_has void
gives 0 countermark redeem "$(sed -n 8p codes.txt)"
gives 1 countermark redeem "$(sed -n 1p codes.txt)"
out_has already_redeemed
gives 3 countermark order close 1
err_has '3 records were spoiled'

# ---- Made again: other units, a linked order ----------------------------------------------------
gives 0 countermark order make monday --remake 1 --template plain-list --to press.pem --json
[ "$(json '[v.units, v.remakes].join()' out)" = 3,1 ] || fail "the remake is not of three units"
content "$orders/ORDER-000002/ORDER-000002-numbers-0001.txt.cms" again.txt
tr -d '\r' <again.txt >new.txt
[ "$(wc -l <new.txt)" = 3 ] || fail "not three new codes"
! grep -qxFf codes.txt new.txt || fail "a spoiled code was made again"
gives 0 countermark redeem "$(sed -n 2p new.txt)"
node -e 'process.exit(JSON.parse(require("fs").readFileSync(process.argv[1])).linked_order === 1 ? 0 : 1)' \
  "$orders/ORDER-000002/manifest.json" || fail "the manifest does not name the order that it makes up for"

# ---- Remade as: a unit of the linked order, and no other ----------------------------------------
{
  echo control,state,as
  echo 00000100000007,remade,00000200000001
  echo 00000100000009,remade,00000200000004
  echo 00000100000001,remade,00000100000002
} >as.csv
gives 1 countermark order receive 1 as.csv --dry-run
out_has 'the replacement is no record of an order that makes up for this one'
sed -i '3s/00000200000004/00000200000002/; 4s/00000100000002/00000200000003/' as.csv
gives 0 countermark order receive 1 as.csv --json
[ "$(json '[v.made_void, v.returned.remade, v.returned.spoiled].join()' out)" = 0,3,0 ] ||
  fail "three records were remade"
gives 0 countermark order close 1
gives 0 countermark fsck
! grep -rqaF "$(sed -n 20p codes.txt)" "$COUNTERMARK_WORKSPACE" || fail "a code lies open in the workspace"
echo "orders of codes: addresses, pictures, spoilage void, remade under other units, TEST stays TEST"
