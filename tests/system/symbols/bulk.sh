#!/usr/bin/env bash
# Codes as pictures, in bulk: what is drawn of a batch reads back as the codes that mint writes of it
# (zbarimg and ZXing, independent readers); ZIPs open in Info-ZIP and node's own inflate; folders and
# files appear whole or not at all, killed, stopped or on a full disk; sheets are PDFs that poppler
# and qpdf accept, each page named after its units.
# usage: bulk.sh BUILD
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"

within_a_minute() {
  for _ in $(seq 6000); do
    if "$@"; then return; fi
    sleep 0.01
  done
  fail "this did not come: $*"
}
absent() {
  for path in "$@"; do [ ! -e "$path" ] || fail "$path is there"; done
}
make_shop

# ---- one symbol
gives 0 countermark symbol --text HELLO-12 --type datamatrix --out hello.png
[ "$(ZXingReader -1 hello.png | grep -c 'HELLO-12')" -ge 1 ] || fail "ZXing does not read the text"
[ "$(stat -c %a hello.png)" = 600 ] || fail "the picture is for others, too"
gives 0 countermark symbol --text HELLO-12 --out - --format svg
out_has '<svg'
gives 0 countermark symbol --gs1 '(01)09506000134352(21)AB12' --type gs1-datamatrix --out gs1.png --json
[ "$(json 'v.type' out)" = gs1-datamatrix ] || fail "no record of the type"

# ---- elements that nobody wrote down are made of the product's GTIN (the guide has one): none here
gives 3 countermark symbol monday --type gs1-datamatrix --out no.zip
err_has 'the product has no GTIN'
absent no.zip

# ---- the words for many pictures: files named after what is drawn
printf 'code\nAAA\nBBB\n' >rows.of.csv
for word in zip dir pdf-sheets; do gives 0 countermark symbol --from rows.of.csv --out $word; done
unzip -tq rows.of.zip || fail "rows.of.zip is no ZIP"
[ -s rows.of/index.csv ] || fail "rows.of is no folder of pictures"
pdfinfo rows.of.pdf | grep -q 'Page size: *59[45]\.[0-9]* x 84[12]' || fail "rows.of.pdf has no A4 pages"
printf 'code\nAAA\n' | gives 0 countermark symbol --from - --out zip
unzip -tq symbols.zip || fail "symbols.zip is no ZIP"
rm -r rows.of rows.of.* symbols.zip

# ---- a batch into a ZIP: spent before it is shown, and the codes are those of mint
gives 0 countermark symbol monday --format png --out monday.zip --json
[ "$(json 'v.pictures' out)" = 1000 ] || fail "not 1000 pictures"
[ "$(json 'v.sha256' out)" = "$(sha256sum <monday.zip | cut -d' ' -f1)" ] || fail "another hash"
gives 0 countermark batch show monday --json
[ "$(json 'v.issued' out)" = 1000 ] || fail "the units were not spent"
gives 0 countermark mint monday --out monday.csv --columns code,serial
mkdir zip && (cd zip && unzip -q ../monday.zip)
[ "$(find zip -name '*.png' | wc -l)" -eq 1000 ] || fail "not 1000 files in the ZIP"
awk -F, 'NR % 50 == 2 { print $1, $2 }' monday.csv >some
while read -r code serial; do
  [ "$(zbarimg --nodbus -q --raw "zip/$serial.png")" = "$code" ] || fail "picture $serial reads otherwise"
done <some
node - monday.zip <<'JS' || fail "node reads another ZIP"
// A reader of its own: local headers one after the other, as a reader of streams does it.
const fs = require('fs'), zlib = require('zlib'), crypto = require('crypto');
const b = fs.readFileSync(process.argv[2]);
const hashes = new Map();
let at = 0, index = '';
while (b.readUInt32LE(at) === 0x04034b50) {
  if (b.readUInt16LE(at + 6) & 8) throw new Error('a data descriptor');
  const packed = b.readUInt32LE(at + 18), name = b.readUInt16LE(at + 26), extra = b.readUInt16LE(at + 28);
  const text = b.toString('utf8', at + 30, at + 30 + name);
  const body = b.subarray(at + 30 + name + extra, at + 30 + name + extra + packed);
  const plain = b.readUInt16LE(at + 8) === 8 ? zlib.inflateRawSync(body) : body;
  if (plain.length !== b.readUInt32LE(at + 22)) throw new Error('another length');
  if (text === 'index.csv') index = plain.toString();
  else hashes.set(text, crypto.createHash('sha256').update(plain).digest('hex'));
  at += 30 + name + extra + packed;
}
const rows = index.trim().split('\n').map((l) => l.split(','));
if (rows.shift()[0] !== 'file' || rows.length !== 1000 || hashes.size !== 1000) throw new Error('index');
for (const row of rows) if (hashes.get(row[0]) !== row.at(-1)) throw new Error('hash of ' + row[0]);
JS
tail -n +2 monday.csv | cut -d, -f1 >codes
if grep -qFf codes zip/index.csv; then fail "the index shows codes"; fi

# ---- the same rows give the same bytes, with any number of hands; units are not spent twice
gives 0 countermark symbol monday --format png --out again.zip --json
cmp monday.zip again.zip || fail "the second ZIP differs"
[ "$(json 'v.notes.length' out)" -ge 2 ] || fail "nothing says that older pictures show the same"

# ---- a folder
gives 0 countermark symbol monday --out svg/
[ "$(find svg -name '*.svg' | wc -l)" -eq 1000 ] || fail "not 1000 files in the folder"
[ "$(stat -c %a svg svg/0.svg svg/index.csv | tr '\n' ' ')" = '700 600 600 ' ] || fail "modes"
(cd svg && awk -F, 'NR > 1 { print $NF "  " $1 }' index.csv | sha256sum -c --quiet) || fail "hashes"
refused 3 "svg: the folder is not empty; name a new folder, or empty this one" \
  countermark symbol monday --out svg/

# ---- killed: nothing under the final name; the next run clears away what was left
awk 'BEGIN { print "code,serial"; for (i = 0; i < 200000; i++) print "K" i "," i }' >many.csv
countermark symbol --from many.csv --out killed/ >/dev/null 2>&1 &
pid=$!
pids+=("$pid")
within_a_minute test -e killed.new/100.svg
gives 3 countermark symbol --from many.csv --out killed/
err_has 'another run is filling this folder'
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
absent killed
[ -e killed.new/100.svg ] || fail "it was killed too early"
head -n 11 many.csv >few.csv
gives 0 countermark symbol --from few.csv --out killed/
[ "$(find killed -type f | wc -l)" -eq 11 ] || fail "files of the killed run are there"
absent killed.new

# ---- stopped by a person: nothing is left at all
for out in stopped.zip stopped/; do
  countermark symbol --from many.csv --out "$out" >/dev/null 2>"$scratch/err" &
  pid=$!
  pids+=("$pid")
  name=${out%/}
  within_a_minute test -s "$name.new"
  kill -TERM "$pid"
  wait "$pid" && fail "it was not stopped"
  err_has 'stopped; nothing was left'
  absent "$name" "$name.new"
done

# ---- no room: the error names the path
gives 3 countermark symbol --from few.csv --sheet a4-24 --out /dev/full
err_is '/dev/full: cannot write: No space left on device; free some space and run the same command again'

ln -s /dev/full full.zip
gives 3 countermark symbol --from many.csv --out full.zip
err_is 'full.zip: cannot write: No space left on device; free some space and run the same command again'

# ---- names
printf 'code,serial,shop\nA1,1,north\nA2,2,NORTH\n' >shops.csv
gives 3 countermark symbol --from shops.csv --name '{shop}' --out shops.zip
err_is 'shops.csv: row 2: its file would have the same name as that of row 1 (capitals do not count); choose a column that differs in every row with --name'
printf 'code,shop\nA1,north\nA2,a/b\n' >shops.csv
gives 3 countermark symbol --from shops.csv --name '{shop}' --out shops.zip
err_is "shops.csv: row 2, column shop: the file's name has a character that no file name may have: '/'; choose other columns with --name"
absent shops.zip shops.zip.new
printf 'code,index\nA1,index\n' >shops.csv
gives 0 countermark symbol --from shops.csv --name '{index}' --out shops.zip
# Secrets are known in capitals, too.
printf 'url,PIN,Code,shop\nhttps://x.example/1,4711,ABC,Ghent\n' >capitals.csv
countermark symbol --from capitals.csv --content '{url}' --out capitals.zip >/dev/null
[ "$(unzip -p capitals.zip index.csv | head -n 1)" = 'file,shop,sha256' ] ||
  fail "the index has $(unzip -p capitals.zip index.csv | head -n 1)"

# ---- rows that a symbol cannot say are named, their codes are not
printf 'code,serial\n4006381333931,1\n4006381333932,2\n' >ean.csv
gives 3 countermark symbol --from ean.csv --type ean13 --out ean.zip
err_has 'row 2'
if grep -q 4006381333932 "$scratch/err"; then fail "an error shows a code"; fi
gives 3 countermark symbol --from ean.csv --content '{cod}' --out ean.zip
err_has "did you mean"
gives 2 countermark symbol --from ean.csv --out ean.txt
for wrong in '--link https://id.example.com' --upper '--gs1 (99){code} --content x' '--gs1 (99){code} --upper' \
  '--type gs1-qr' '--gs1 (99){code}' '--gs1 (01){code} --link https://id.example.com --type gs1-qr'; do
  # shellcheck disable=SC2086 # some words each
  gives 2 countermark symbol --from ean.csv $wrong --dry-run
done
gives 2 countermark symbol --text X --from ean.csv --out x.svg
gives 3 countermark symbol --from absent.csv --out x.zip

# ---- a dry run writes and spends nothing
countermark batch add dry --scheme cola --quantity 10 --date 2026-11-23 \
  --attribute sku=CM-2 --attribute flavour=lemon >/dev/null
before=$(imprint)
gives 0 countermark symbol dry --out dry.zip --dry-run
gives 0 countermark symbol dry --sheet a4-24 --out dry.pdf --dry-run
gives 0 countermark symbol --from few.csv --out dry.zip --dry-run
[ "$(imprint)" = "$before" ] || fail "a dry run spent something"
absent dry.zip dry.pdf
gives 0 countermark symbol dry --dry-run --json
[ "$(json '[v.pictures, v.symbol, v.module_mm].join()' out)" = 10,21x21,0.4 ] || fail "a dry run says no size"
for wrong in '--type ean13' '--type code39 --sheet a4-65 --module-mm 2' '--name {product}/' \
  '--type gs1-qr --gs1 (01){gtin}(21){code}' '--sheet a4-65 --line {code}{code}{code}{code}'; do
  # shellcheck disable=SC2086 # some words each
  gives 3 countermark symbol dry $wrong --out "dry.$([[ $wrong = *sheet* ]] && echo pdf || echo zip)"
  [ "$(imprint)" = "$before" ] || fail "units were spent for what cannot be drawn: $wrong"
done
absent dry.zip dry.pdf dry.zip.new

# ---- sheets
gives 0 countermark symbol monday --sheet a4-24 --line '{printed}' --line 'No {serial}' \
  --title 'Lemon labels' --out sheets.pdf --json
[ "$(json 'v.pages' out)" = 42 ] || fail "not 42 pages"
qpdf --check sheets.pdf >/dev/null || fail "qpdf finds fault"
pdfinfo sheets.pdf >info
grep -q 'Title: *Lemon labels' info || fail "the title is not there"
grep -q 'Page size: *595.276 x 841.89' info || fail "pages are not A4"
qpdf --json sheets.pdf | node -e '
  const v = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const marks = v.outlines.map((o) => o.title);
  if (marks.length !== 42 || marks[0] !== process.argv[1]) throw new Error(marks[0]);
  if (v.pagelabels.length !== 42) throw new Error("labels");
' "serial 0-$(sed -n 25p monday.csv | cut -d, -f2)" || fail "pages do not say which units they show"
pdftoppm -r 150 -png -f 42 -l 42 sheets.pdf sheet
last=$(tail -n 1 monday.csv | cut -d, -f1)
tail -n 16 monday.csv | cut -d, -f1 >wanted
for i in $(seq 0 15); do # cells of 70 x 37 mm from 0, 0.5 mm, at 150 dots an inch
  column=$((i % 3)) row=$((i / 3))
  convert sheet-42.png -crop "413x218+$((column * 4134 / 10))+$((3 + row * 2185 / 10))" +repage cell.png
  zbarimg --nodbus -q --raw cell.png
done >read.txt
cmp wanted read.txt || fail "the labels of the last page read otherwise, or stand elsewhere"
pdftotext -f 42 -l 42 sheets.pdf last.txt
grep -q "No $(tail -n 1 monday.csv | cut -d, -f2)" last.txt || fail "the line of text is not there"
gives 0 countermark symbol monday --sheet a4-24 --line '{printed}' --line 'No {serial}' \
  --title 'Lemon labels' --out sheets2.pdf
cmp sheets.pdf sheets2.pdf || fail "the same sheets are other bytes"
gives 0 countermark symbol monday --sheet a4-24 --skip 20 --out skip.pdf --json
[ "$(json v.pages out)" = 43 ] || fail "1020 places are not 43 pages"
pdftoppm -r 150 -png -l 1 skip.pdf skip
convert skip-01.png -crop 413x218+413+1314 +repage cell.png # label 20, the last used one
[ -z "$(zbarimg --nodbus -q --raw cell.png)" ] || fail "a used label is printed on"
convert skip-01.png -crop 413x218+826+1314 +repage cell.png
[ "$(zbarimg --nodbus -q --raw cell.png)" = "$(sed -n 2p monday.csv | cut -d, -f1)" ] || fail "the first free label"
gives 2 countermark symbol --from few.csv --sheet a4-24 --skip 24 --out x.pdf
gives 3 countermark symbol --from few.csv --sheet 4x8 --label 70x37 --out x.pdf
err_is 'sheet: the page is too small for its labels: 4 x 70 mm need 280 mm, the page is 210 mm wide; 3 columns would fit'
gives 3 countermark symbol --from few.csv --sheet a4-65 --module-mm 1 --out x.pdf
err_has 'modules of at most'
absent x.pdf x.pdf.new
gives 0 countermark symbol --from few.csv --type code128 --content 'CODE-{serial}' --out pages.pdf --json
[ "$(pdfinfo pages.pdf | awk '/^Pages/ { print $2 }')" = 10 ] || fail "not a page for each symbol"
pdftoppm -r 300 -png -f 3 -l 3 pages.pdf page
[ "$(zbarimg --nodbus -q --raw page-03.png)" = CODE-2 ] || fail "the third page reads otherwise"

# ---- through a running daemon, without a key: the same bytes
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
pids+=("$!")
within_a_minute grep -q ' serving ' daemon.log
mv shop/sandbox.key key.away
gives 0 countermark symbol monday --format png --out daemon.zip
cmp monday.zip daemon.zip || fail "a daemon draws otherwise"

# ---- what was drawn is redeemed once, after the batch is opened
gives 0 countermark batch open monday
gives 0 countermark redeem "$last"
gives 1 countermark redeem "$last"
echo "symbols in bulk: whole, in order, read back"
