#!/usr/bin/env bash
# The commands of docs/guide/symbols.md, word for word: every block marked "sh symbols", against the
# programs that this build made. Expected answers are those that the guide tells.
# usage: symbols_guide.sh SOURCE_DIR BIN_DIR
. "$(dirname "$0")/guide_lib.sh"
guide_runs "$1" "$2" symbols symbols

promised() {
  echo "the guide promises $*" >&2
  exit 1
}
count() { unzip -Z1 "$1" | grep -c '\.svg$'; }
[ "$(count build/monday.zip)" = 500 ] || promised "500 pictures in a ZIP"
[ "$(find build/monday -name "*-monday.png" | wc -l)" = 500 ] || promised "names from columns"
[ "$(count build/shops.zip)" = 2 ] || promised "two shops"
unzip -Z1 build/shops.zip north.svg >/dev/null || promised "a shop as a name"
unzip -q build/shops.zip index.csv
grep -q "^file,serial,shop,sha256$" index.csv || promised "an index without codes"
[ "$(pdfinfo build/sheets.pdf | awk '/^Pages/ { print $2 }')" = 21 ] || promised "21 sheets of 24"
[ "$(pdfinfo build/roll.pdf | awk '/^Pages/ { print $2 }')" = 500 ] || promised "a page for each label"
[ "$(stat -c %a build/monday.zip)" = 600 ] || promised "mode 600"
grep -qE '^ +3103 +000750 +net weight, kg +0\.750$' out.txt || promised "a weight explained"
grep -qE '^ +17 +271200 +expiry date +2027-12$' out.txt || promised "a whole month"
grep -q '^link: *HTTPS://ID.EXAMPLE.COM/01/09506000134352/21/7NQ4K2$' out.txt || promised "a link in capitals"
grep -qE '^ +2 +\(21\) .* add \(01\) or \(03\) or \(8006\)$' out.txt || promised "what is missing"
grep -qE '^refused: 2$' out.txt || promised "two refused texts"
grep -q '^ean13: *9828508010106$' out.txt || promised "a euro coupon"
grep -q '^number is: *euro coupon$' out.txt || promised "a coupon told by its number"
grep -q 'A dry run: nothing was spent or written.' out.txt || promised "a dry run"
countermark() { COUNTERMARK_WORKSPACE=build/symbols build/dev/bin/countermark "$@"; }
countermark mint monday --out codes.txt --format text >/dev/null
code=$(head -n 1 codes.txt)
pdftotext build/roll.pdf roll.txt
tr -d -- "-" <roll.txt >plain.txt
grep -q "$code" plain.txt || promised "the codes of the batch"
echo "the guide of symbols: every command did what it says"
