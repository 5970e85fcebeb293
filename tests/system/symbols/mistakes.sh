#!/usr/bin/env bash
# What people try first with `symbol`, right and wrong: one GS1 symbol as text, options that would
# say nothing, files without rows or with columns of their own. Nothing is ignored in silence.
# usage: mistakes.sh BUILD
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"

# ---- one GS1 symbol, as people write it: read back by ZXing
gives 0 countermark symbol --text '(01)09506000134352(21)AB12' --type gs1-datamatrix --out gs1.png
ZXingReader -1 gs1.png >seen.txt
grep -q '0109506000134352.*AB12' seen.txt || fail "ZXing reads no elements"
gives 0 countermark symbol --text '(01)09506000134352(21)AB12' --link https://id.example.com \
  --upper --out link.png
ZXingReader -1 link.png >seen.txt
grep -q 'HTTPS://ID.EXAMPLE.COM/01/09506000134352/21/AB12' seen.txt ||
  fail "ZXing reads no link"
gives 3 countermark symbol --text '(01)09506000134353' --type gs1-128 --out no.png
err_has 'check digit'
gives 2 countermark symbol --text '(01)09506000134352' --gs1 '(01)09506000134352' --out no.png
err_is "--text: --gs1 says already what the symbol holds; leave it out"
gives 2 countermark symbol --text HELLO --upper --out no.png
gives 2 countermark symbol
err_is "symbols of what?; name a BATCH, --from FILE.csv, --text TEXT, or --gs1 '(01)...'"

# ---- words as standards and other systems write them
gives 0 countermark symbol --text 9506000134352 --type EAN-13 --out EAN.PNG
ZXingReader -1 EAN.PNG >seen.txt
grep -q 9506000134352 seen.txt || fail "ZXing reads no EAN-13"
printf 'code\nAAA\n' >one.csv
gives 0 countermark symbol --from one.csv --type 'Micro QR' --out ONE.ZIP
gives 0 countermark symbol --from one.csv --sheet a4-24 --out ONE.PDF

# ---- options that would say nothing
gives 2 countermark symbol --text HELLO --type datamatrix --level H --out no.png
err_is '--level: a datamatrix has no levels to choose from; leave it out'
printf 'code,name\nAAA,one\n' >rows.csv
for option in '--content x' '--name x' '--index x' '--line x' '--marks' '--skip 2' '--page a4'; do
  # shellcheck disable=SC2086 # an option and its value
  gives 2 countermark symbol --text HELLO $option --out no.svg
  err_has "${option%% *}: "
done
gives 2 countermark symbol --from rows.csv --line '{name}' --out no.zip
err_is '--line: it is about labels on pages; add --sheet or --label and --out FILE.pdf, or leave it out'
gives 2 countermark symbol --from rows.csv --name '{name}' --out no.pdf
err_has '--name: pages are one file'
gives 2 countermark symbol --from rows.csv --sheet a4-24 --out no.zip
err_is '--out: sheets and pages are PDF; --out FILE.pdf'
gives 2 countermark symbol --from rows.csv --label 60x40 --out no/
gives 2 countermark symbol --text HELLO --out zip
err_is "--out: 'zip' is for many pictures, this is one; --out FILE.svg"
long=$(printf 'n%.0s' $(seq 252)).csv
printf 'code\nAAA\n' | gives 2 countermark symbol --from "$long$long" --out zip
err_has 'is too long for a file'
gives 3 countermark symbol --from rows.csv --sheet 2x2 --label 120x40 --out no.pdf
err_has '1 column would fit'
gives 0 countermark symbol --from rows.csv --label 60x40 --dry-run --json
[ "$(json 'v.pages' out)" = 1 ] || fail "a dry run of labels counts no pages"

# ---- files as they are
echo 'code' >head.csv
gives 3 countermark symbol --from head.csv --out no.zip
err_is 'head.csv: there are no rows; give it a row for each picture'
gives 3 countermark symbol --from head.csv --out no.pdf
printf 'nr;name\n1;one\n' >own.csv
gives 3 countermark symbol --from own.csv --out no.zip
err_is "own.csv: it has no column 'code'; say what the symbols hold: --content '{nr}'"
gives 3 countermark symbol --from own.csv --content '{nam}' --out no.zip
err_is "there is no column 'nam'; did you mean {name}? there are: nr, name"
[ -z "$(find . -name 'no*')" ] || fail "something was left behind"
