#!/usr/bin/env bash
# Wallet passes before programs of other authors: pkijs, passkit-generator's schemas, openssl and
# unzip for Apple's, jose for Google's. And what cannot be made says why before a unit is spent.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"
readers=$source_dir/tests/system/passes/readers
cmp -s "$readers/package-lock.json" "$readers/node_modules/.installed-lock.json" ||
  { echo "the readers of passes are missing; './dev test' installs them" >&2 && exit 1; }
mkdir ca && bash "$source_dir/tests/support/pass_ca.sh" ca
chmod 600 ca/*.key ca/pass.pem
sign=(--cert ca/pass.pem --key ca/pass.key --chain ca/wwdr.pem)

# ---- Apple: every style, of rows and of a batch
printf 'serial,code,balance,seat,email\n1,7Q4KPWXY,25.00,12A,a@x.example\n2,9HJ2CDVB,0.50,"12 ""B""",b@x.example\n' >rows.csv
for style in store-card coupon event-ticket; do
  gives 0 countermark pass template "apple-$style" --out "$style"
  gives 0 countermark pass lint "$style" --json
  [ "$(json 'v.errors + v.warnings' out)" = 0 ] || fail "$style: findings in a shipped template"
  gives 0 countermark pass apple "$style" --from rows.csv "${sign[@]}" --out "$style.zip" --index email
  mkdir "of-$style" && (cd "of-$style" && unzip -q "../$style.zip")
  [ "$(cat "of-$style/index.csv")" = $'file,email\n1.pkpass,a@x.example\n2.pkpass,b@x.example' ] || fail "index"
  node "$readers/pkpass.mjs" ca/root.pem "of-$style"/*.pkpass >seen.txt || fail "readers of $style"
  [ "$(cut -d' ' -f3 seen.txt)" = $'7Q4KPWXY\n9HJ2CDVB' ] || fail "$style: other barcodes"
  [ "$(cut -d' ' -f5 seen.txt)" = $'2\n2' ] || fail "$style: not leaf and intermediate"
  gives 0 countermark pass verify "of-$style/1.pkpass" --ca ca/root.pem --json
  [ "$(json 'v.whole && v.trusted' out)" = true ] || fail "$style: our own check"
  (cd "of-$style" && mkdir x && cd x && unzip -q ../1.pkpass && openssl cms -verify -binary -inform DER \
    -in signature -content manifest.json -CAfile ../../ca/root.pem -purpose any -out /dev/null 2>log) || fail "openssl"
done

make_shop
printf '\nopen sesame' | tail -c 11 >pass.txt
gives 0 countermark pass apple coupon monday --dry-run "${sign[@]}"
out_has 'nothing was spent'
[ "$(countermark batch list --json | json 'v.batches[0].issued' /dev/stdin)" = 0 ] || fail "a dry run spent units"
gives 0 countermark pass apple coupon monday --cert ca/pass.pem --key ca/locked.key --chain ca/wwdr.pem \
  --key-passphrase-fd 3 --out passes/ --json 3<pass.txt
[ "$(json 'v.passes' out)" = 1000 ] || fail "not a pass for every unit"
tail -n +2 passes/index.csv | sed -n "1p;777p;1000p" >names.txt # some serials are skipped
mapfile -t some < <(sed "s,^,passes/," names.txt)
node "$readers/pkpass.mjs" ca/root.pem "${some[@]}" >seen.txt
gives 0 countermark batch open monday
gives 0 countermark redeem "$(sed -n 2p seen.txt | cut -d' ' -f3)" --json
[ "$(json 'v.answers[0].serial' out).pkpass" = "$(sed -n 2p names.txt)" ] || fail "the pass shows the code of another unit"

# ---- a picture for each row: its own, a companion, the folder's where there is none
pixels() { node -e 'const [file, w, h] = process.argv.slice(1), zlib = require("zlib");
  const chunk = (type, data) => { const c = Buffer.concat([Buffer.from(type), data]), b = Buffer.alloc(8);
    b.writeUInt32BE(data.length, 0); b.writeUInt32BE(zlib.crc32 ? zlib.crc32(c) : crc(c), 4);
    return Buffer.concat([b.subarray(0, 4), c, b.subarray(4)]); };
  const crc = (c) => { let r = -1; for (const x of c) { r ^= x; for (let i = 0; i < 8; i++) r = r >>> 1 ^ (r & 1 ? 0xedb88320 : 0); }
    return ~r >>> 0; };
  const head = Buffer.alloc(13); head.writeUInt32BE(+w, 0); head.writeUInt32BE(+h, 4); head[8] = 1;
  require("fs").writeFileSync(file, Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", head),
    chunk("IDAT", zlib.deflateSync(Buffer.alloc((Math.ceil(w / 8) + 1) * h))), chunk("IEND", Buffer.alloc(0))]));' "$@"; }
cp -r store-card tiers && mkdir tiers/images
pixels tiers/strip.png 375 123 && pixels tiers/images/gold.png 375 144 && pixels tiers/images/gold@2x.png 750 288
pixels tiers/images/wide.png 500 144
gives 0 countermark pass lint tiers
printf 'serial,code,balance,tier\n1,A,1.00,images/gold.png\n2,B,1.00,\n3,C,1.00,images/wide.png\n' >tiers.csv
gives 0 countermark pass apple tiers --from tiers.csv "${sign[@]}" --image 'strip={tier}' --out tiers.zip
out_has 'Pictures larger than their place, or icons that are smaller, are in 1 of the passes'
mkdir of-tiers && (cd of-tiers && unzip -q ../tiers.zip)
node "$readers/pkpass.mjs" ca/root.pem of-tiers/*.pkpass >seen.txt || fail "readers of rows with pictures"
unzip -Z1 of-tiers/1.pkpass | tr '\n' ' ' >names.txt
[ "$(cat names.txt)" = 'pass.json icon.png icon@2x.png icon@3x.png strip.png strip@2x.png manifest.json signature ' ] || fail "names"
cmp <(unzip -p of-tiers/1.pkpass strip@2x.png) tiers/images/gold@2x.png || fail "the companion of a row's picture"
cmp <(unzip -p of-tiers/2.pkpass strip.png) tiers/strip.png || fail "the folder's own picture"
printf 'serial,code,balance,tier\n1,A,1.00,images/gold.png\n2,B,1.00,../store-card/icon.png\n' >tiers.csv
gives 3 countermark pass apple tiers --from tiers.csv "${sign[@]}" --image 'strip={tier}' --out none.zip
err_is 'row 2: --image strip: its path leads outside of the pass folder (".."); name a picture inside of the template'"'"'s folder, like images/gold.png'
[ ! -e none.zip ] || fail "something was left of a run with a picture from outside"
gives 2 countermark pass apple tiers --from tiers.csv "${sign[@]}" --image strip --out none.zip

# ---- Google: every kind
printf 'serial,code,micros,name,seat\n1,7Q4KPWXY,25000000,Ann,12A\n2,9HJ2CDVB,500000,Bob,12B\n' >google.csv
node -e 'const fs = require("fs"), [key] = process.argv.slice(1);
  fs.writeFileSync("account.json", JSON.stringify({ type: "service_account", private_key_id: "a1b2",
    private_key: fs.readFileSync(key, "utf8"), client_email: "shop@x.iam.gserviceaccount.com" }), { mode: 0o600 });' ca/pass.key
openssl pkey -in ca/pass.key -pubout -out account.pub
for kind in gift-card loyalty offer event-ticket; do
  gives 0 countermark pass template "google-$kind" --out "$kind.json"
  gives 0 countermark pass lint "$kind.json"
  gives 0 countermark pass google "$kind.json" --from google.csv --issuer-key account.json --out "$kind.csv" --json
  [ "$(json 'v.longest <= 1800 && v.notes.length' out)" = 0 ] || fail "$kind: long links"
  node "$readers/links.mjs" account.pub shop@x.iam.gserviceaccount.com "$kind.csv" >seen.txt || fail "jose refuses $kind"
  [ "$(cut -d' ' -f4 seen.txt)" = $'7Q4KPWXY\n9HJ2CDVB' ] || fail "$kind: other barcodes"
done

# ---- what our lint must refuse, by another's schemas
cp -r event-ticket full
node -e 'const fs = require("fs"), p = JSON.parse(fs.readFileSync("full/pass.json"));
  p.serialNumber = "{serial}"; p.barcodes[0].message = "A"; p.eventTicket.secondaryFields[0].value = "1";
  Object.assign(p, { webServiceURL: "https://x.example/", authenticationToken: "0123456789abcdef", voided: false,
    expirationDate: "2027-12-31T23:59:59Z", maxDistance: 10, sharingProhibited: true,
    associatedStoreIdentifiers: [1], appLaunchURL: "https://x.example/app" });
  p.eventTicket.auxiliaryFields = [{ key: "price", label: "PRICE", value: 12.5, currencyCode: "EUR", row: 1 }];
  fs.writeFileSync("full/pass.json", JSON.stringify(p));'
node "$readers/refusals.mjs" "$build/bin/countermark" full || fail "lint lets pass what others refuse"

# ---- bad input: named, with the remedy, nothing left behind, no unit spent
countermark batch add tuesday --scheme cola --quantity 10 --date 2026-11-24 --attribute sku=CM-2 \
  --attribute flavour=lemon >/dev/null
refuses() { # TEXT COMMAND...
  local text=$1
  gives 3 "${@:2}" --out none.zip
  err_is "$text"
  if [ -e none.zip ] || [ -e none.zip.new ]; then fail "something was left"; fi
  [ "$(countermark batch list --json | json 'v.batches.find((b) => b.name === "tuesday").issued' /dev/stdin)" = 0 ] ||
    fail "units were spent"
}
make=(countermark pass apple coupon tuesday)
issuer="'CN = Countermark Test Relations, OU = G4, O = Countermark Test, C = NL'"
get_issuer="download the issuer's certificate (for Apple: the WWDR intermediate of that very generation) and give it as the chain"
refuses 'missing.pem: cannot open: No such file or directory; check the path' \
  "${make[@]}" --cert missing.pem --key ca/pass.key --chain ca/wwdr.pem
refuses 'ca/expired.pem: validity: it expired on 2021-01-01; ask its issuer for a new one' \
  "${make[@]}" --cert ca/expired.pem --key ca/pass.key --chain ca/wwdr.pem
refuses "ca/future.pem: validity: it is not valid before 2048-01-01; wait for that day, or look at this machine's clock" \
  "${make[@]}" --cert ca/future.pem --key ca/pass.key --chain ca/wwdr.pem
refuses 'ca/other.key: it does not belong to the certificate; give the key that the certificate was made for' \
  "${make[@]}" --cert ca/pass.pem --key ca/other.key --chain ca/wwdr.pem
refuses "ca/root.pem: it does not hold the certificate's issuer, $issuer; $get_issuer" \
  "${make[@]}" --cert ca/pass.pem --key ca/pass.key --chain ca/root.pem
refuses "ca/twin.pem: it holds a certificate of the issuer's name, but of another key, $issuer; $get_issuer" \
  "${make[@]}" --cert ca/pass.pem --key ca/pass.key --chain ca/twin.pem
refuses "ca/plain.pem: subject: it is no certificate for passes: it names no pass type or no team; make a Pass Type ID certificate in Apple's developer account" \
  "${make[@]}" --cert ca/plain.pem --key ca/pass.key --chain ca/wwdr.pem
# PKCS #12: the remedy that is told, carried out as it stands, works
packed() { # FILE OPENSSL-OPTION WHAT
  local take="openssl pkcs12$2 -in FILE -clcerts -nokeys -out pass.pem; openssl pkcs12$2 -in FILE -nocerts -out pass.key; chmod 600 pass.key"
  local text="a PKCS #12 file$3, where PEM or DER is read; $take; then --cert pass.pem --key pass.key"
  chmod 600 "$1"
  refuses "$1: $text" "${make[@]}" --cert "$1" --key ca/pass.key --chain ca/wwdr.pem
  refuses "$1: $text" "${make[@]}" --cert ca/pass.pem --key "$1" --chain ca/wwdr.pem
  rm -f pass.pem pass.key
  eval "$(sed "s,FILE,$1,g; s,;, -passin file:pass.txt;,; s,-nocerts,-nocerts -noenc -passin file:pass.txt," <<<"$take")" 2>openssl.log
  gives 0 countermark pass apple coupon --from rows.csv --cert pass.pem --key pass.key --chain ca/wwdr.pem --dry-run
}
packed ca/pass.p12 '' ''
packed ca/legacy.p12 ' -legacy' ' with old ciphers'
cp ca/legacy.p12 ca/pass.cer
refuses_kind=$(countermark pass apple coupon --from rows.csv --cert ca/pass.cer --key ca/pass.key --chain ca/wwdr.pem --dry-run 2>&1) && fail "PKCS #12 by another name"
grep -q 'a PKCS #12 file with old ciphers' <<<"$refuses_kind" || fail "$refuses_kind"
refuses "ca/pass.pem: not a private key; give the signer's private key in PEM or DER form" \
  "${make[@]}" --cert ca/pass.pem --key ca/pass.pem --chain ca/wwdr.pem
chmod 640 ca/pass.key
refuses 'ca/pass.key: --key can be read by others (mode 640); chmod 600, if nobody has read it yet' "${make[@]}" "${sign[@]}"
chmod 600 ca/pass.key
printf wrong >wrong.txt
refuses 'ca/locked.key: wrong passphrase, or none was given; type its passphrase again' "${make[@]}" \
  --cert ca/pass.pem --key ca/locked.key --chain ca/wwdr.pem --key-passphrase-fd 3 3<wrong.txt
mv coupon/icon.png icon.png
refuses 'icon.png: a pass without an icon is not shown at all, and there is none; add one of 29x29 pixels; icon@2x.png of 58x58' \
  "${make[@]}" "${sign[@]}"
ln -s ../icon.png coupon/icon.png
refuses 'coupon/icon.png: a symbolic link: its path lies outside of the pass folder; put the file itself there' \
  "${make[@]}" "${sign[@]}"
rm coupon/icon.png && head -c 60 icon.png >coupon/icon.png
refuses 'coupon/icon.png: the PNG ends too early; save the picture as PNG again' "${make[@]}" "${sign[@]}"
cp icon.png coupon/icon.png
sed -i 's/{code}/{kode}/' coupon/pass.json
refuses 'pass.json: line 13, column 19: there is no column '"'kode'"'; did you mean {code}? there are: code, printed, serial, batch, scheme, product, gtin, line, date, sku, flavour' \
  "${make[@]}" "${sign[@]}"
sed -i 's/{kode}/{code}/; s/rgb(178, 34, 52)/#b22234/' coupon/pass.json
refuses 'pass.json: line 8, column 22, $.backgroundColor: not a colour that Wallet reads; write rgb(178, 34, 52)' "${make[@]}" "${sign[@]}"
sed -i 's/#b22234/rgb(178, 34, 52)/' coupon/pass.json

# ---- which template a file is: by what is in it, then by its place
gives 0 countermark pass lint store-card/pass.json
out_has 'Apple Wallet'
(cd store-card && gives 0 countermark pass lint pass.json && out_has 'Apple Wallet') || exit 1
touch store-card/invoice.pdf store-card/logo.png
gives 1 countermark pass lint store-card/pass.json --json
[ "$(json 'v.findings.map((f) => f.file).join()' out)" = store-card/invoice.pdf,store-card/logo.png ] || fail "not all findings"
rm store-card/invoice.pdf store-card/logo.png
odd() { # TEXT FILE
  gives 3 countermark pass lint "$2"
  err_is "$2: $1"
}
both="give the folder of an Apple pass, or Google's JSON with its \"payload\"; 'countermark pass template' writes both to start from"
cp store-card/pass.json card.json
odd "Apple's pass.json under another name: a pass is made of a folder; name it pass.json in a folder with its pictures, and judge the folder" card.json
odd 'a packed file, not a template; a finished pass is judged by: countermark pass verify FILE.pkpass' of-coupon/1.pkpass
odd "not a template: no JSON; $both" store-card/icon.png
echo '{"name": "cola"}' >other.json
odd "JSON, but of neither Apple's pass nor Google's; $both" other.json
cp offer.json store-card/g.json && mkdir alone && mv store-card/g.json alone/pass.json
gives 0 countermark pass lint alone/pass.json # Google's, wherever it lies
out_has 'Google Wallet'

# of rows: which, and why
printf 'serial,code\n1,A\n2,\xe2\x82\xac\n' >odd.csv
refuses 'row 2: $.barcodes[0].messageEncoding: the message holds characters that this encoding does not have; write "utf-8"' \
  countermark pass apple coupon --from odd.csv "${sign[@]}"
printf 'serial,code\n1,A\n1,B\n' >odd.csv
refuses 'odd.csv: row 2: row 1 has the same name; let --name hold a column that is different in every row' \
  countermark pass apple coupon --from odd.csv "${sign[@]}"
gives 3 countermark pass google offer.json --from odd.csv --issuer-key account.json --name '{code}' --out none.csv
err_is 'row 2: id of the object: row 1 has the same id; let the template use a column that is different in every row'
[ ! -e none.csv ] || fail "links of a run that failed"
gives 2 countermark pass apple coupon --from rows.csv "${sign[@]}" --out none.pass
gives 2 countermark pass apple coupon "${sign[@]}" --out none.zip
# what is wrong in a template or a row is not blamed on the key
printf 'serial\n1\n' >odd.csv
gives 3 countermark pass google offer.json --from odd.csv --issuer-key account.json --out none.csv
err_has 'offer.json: '
err_has "there is no column 'code'"
printf 'serial,code\n-1,A\n' >odd.csv
gives 3 countermark pass google offer.json --from odd.csv --issuer-key account.json --out none.csv
err_has 'odd.csv: row 1: the name of the pass begins with'
gives 2 countermark pass google offer.json --from rows.csv --issuer-key ca/pass.key --out none.csv
err_has 'a PEM key does not tell it'

# whoever looks for the codes in what was said finds none
gives 1 countermark pass lint ca
echo "wallet passes: made by us, read by pkijs, passkit-generator, openssl, unzip and jose"
