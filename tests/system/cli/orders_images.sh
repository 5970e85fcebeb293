#!/usr/bin/env bash
# An order with its pictures: one more sealed file, a ZIP of what {image} names, each picture reading
# back as the code or address of its record (zbarimg); refused before a unit is spent where codes
# cannot be said; the same after a kill; verified, released and sealed anew like any other file.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"
openssl ecparam -name prime256v1 -genkey -noout -out press.key
openssl req -new -x509 -key press.key -subj "/CN=press" -days 30 -out press.pem \
  -addext keyUsage=critical,keyAgreement 2>/dev/null
orders=$COUNTERMARK_WORKSPACE/orders
content() {
  openssl cms -decrypt -binary -inform DER -in "$1" -inkey press.key -recip press.pem >content.der
  openssl cms -verify -binary -inform DER -in content.der -purpose any -out "$2" \
    -CAfile "$COUNTERMARK_WORKSPACE/order-signer.pem" 2>/dev/null
}
# pictures ORDER N COLUMN: five of N pictures read as column COLUMN of their records.
pictures() {
  local folder=$orders/ORDER-00000$1 text image
  content "$folder"/ORDER-00000"$1"-images.zip.cms images.zip
  content "$folder"/ORDER-00000"$1"-numbers-0001.csv.cms records.csv
  rm -rf images && mkdir images && (cd images && unzip -q ../images.zip)
  [ "$(find images -type f | wc -l)" -eq "$2" ] || fail "not $2 pictures"
  sed 1d records.csv | tr -d '"\r' | awk -F, -v c="$3" -v every=$(($2 / 5)) 'NR % every == 1 { if (c == 2) gsub("-", "", $c); print $c, $4 }' >some
  [ "$(wc -l <some)" -eq 5 ] || fail "records"
  while read -r text image; do
    [ "$(zbarimg --nodbus -q --raw "images/$image")" = "${text}" ] || fail "$image is another code's"
  done <some
}
make_shop
press=$source_dir/templates/orders/vdp-csv.json

# ---- what cannot be drawn is said before a unit is spent
gives 3 countermark order make monday --template "$press" --to press.pem --count 50 --images ean13
for kind in gs1-qr qrr; do
  gives 2 countermark order make monday --template "$press" --to press.pem --count 50 --images "$kind"
done
gives 0 countermark order list --json
[ "$(json v.orders.length out)" = 0 ] || fail "a refused order is there"

# ---- addresses as QR
gives 0 countermark order make monday --template "$press" --to press.pem --count 50 --images qr \
  --url 'https://drinks.example/{code}'
pictures 1 50 3
gives 0 countermark order signer --manifest-key sender.pem --out signer.pem
gives 0 countermark order verify "$orders/ORDER-000001" --key sender.pem --test
node -e 'const m = JSON.parse(require("fs").readFileSync(process.argv[1])).files;
  if (!JSON.stringify(m).includes("images")) throw new Error("no images in the manifest");' \
  "$orders/ORDER-000001/manifest.json" || fail "the manifest does not name the pictures"

# ---- codes alone, approved by a second person, then sealed anew for the press
person() {
  countermark operator key --out "$1.key" --json >person.json
  json v.public_key person.json
}
gives 0 countermark operator add alice --public-key "$(person alice)"
gives 0 countermark operator add bob --public-key "$(person bob)" --by alice --operator-key alice.key
gives 0 countermark order make monday --template "$press" --to press.pem --count 100 \
  --images qr --approval --by alice --operator-key alice.key
[ ! -e "$orders/ORDER-000002" ] || fail "it was released without approval"
gives 0 countermark order approve 2 --by bob --operator-key bob.key
gives 0 countermark order release 2
gives 0 countermark order verify "$orders/ORDER-000002" --key sender.pem --test
pictures 2 100 2

# ---- killed while it draws: the same units, each with its picture
countermark batch add large --scheme cola --quantity 30000 --date 2026-11-23 \
  --attribute sku=CM-2 --attribute flavour=lemon >/dev/null
countermark order make large --template "$press" --to press.pem --images qr >/dev/null 2>&1 &
pid=$!
pids+=("$pid")
for _ in $(seq 1000); do
  if compgen -G "$orders/ORDER-000003*/*images*" >/dev/null; then break; fi
  sleep 0.005
done
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
[ ! -e "$orders/ORDER-000003" ] || fail "it was killed too late"
gives 0 countermark order resume 3
pictures 3 30000 2
gives 0 countermark batch show large --json
[ "$(json v.issued out)" = 30000 ] || fail "units were lost or spent twice"

# ---- in a fenced vault
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
pids+=("$!")
soon grep -q ' serving ' daemon.log
gives 0 countermark order make monday --template "$press" --to press.pem --count 20 --images code128 \
  --no-approval
pictures 4 20 2
echo "orders with pictures: each is its record's"
