#!/usr/bin/env bash
# The watched folder: files are taken only when complete and end in done/ or failed/; the same file
# twice, or a stop in between, changes nothing and gets the same answers.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
countermark mint monday --out monday.txt --format text >/dev/null
countermark batch open monday >/dev/null
mkdir inbox
head -n 20 monday.txt >inbox/a.txt
printf 'line,code\n"never closed' >inbox/b.csv
printf 'x\n' >inbox/.hidden
printf 'x\n' >inbox/c.part
mkdir inbox/folder.txt
ln -s ../monday.txt inbox/link.txt

gives 0 countermark redeem --inbox inbox --once --settle 0
[ "$(find inbox -maxdepth 1 -type f | sort | paste -sd' ')" = 'inbox/.hidden inbox/c.part' ] ||
  fail "the wrong files were taken"
[ "$(cut -d, -f2 inbox/done/a.txt.verdicts.csv | sort | uniq -c | paste -sd' ' | tr -s ' ')" = \
  ' 20 accepted 1 verdict' ] || fail "not 20 verdicts"
grep -qF 'b.csv: line 2, column 1: a quoted field never ends; close the quote' \
  inbox/failed/b.csv.error.txt || fail "no reason beside the failed file"
cmp inbox/failed/b.csv <(printf 'line,code\n"never closed') || fail "the failed file is not whole"

# The same file again: the same answers, nothing changed, and the first is not overwritten.
before=$(imprint)
cp inbox/done/a.txt inbox/a.txt
gives 0 countermark redeem --inbox inbox --once --settle 0
[ "$(imprint)" = "$before" ] || fail "the same file changed something"
cmp inbox/done/a.txt.verdicts.csv inbox/done/a.txt-2.verdicts.csv || fail "other answers"

# A file that still grows is left alone until it is still.
sed -n 21,25p monday.txt >inbox/slow.txt
# It is still for five seconds, ten times as long as we leave it so; a busy machine may take a few.
countermark redeem --inbox inbox --settle 5 >"$scratch/out" 2>"$scratch/err" &
watcher=$!
pids+=("$watcher")
for i in 26 27 28; do
  sleep 0.5
  [ ! -e inbox/done/slow.txt ] || fail "a growing file was taken"
  sed -n "${i}p" monday.txt >>inbox/slow.txt
done
soon test -e inbox/done/slow.txt
[ "$(wc -l <inbox/done/slow.txt.verdicts.csv)" -eq 9 ] || fail "not 8 verdicts"
kill -TERM "$watcher"
wait "$watcher" || fail "SIGTERM did not end it cleanly"

# Redeemers by column.
countermark terms show --scheme cola >terms.json
node -e 'const fs = require("fs"); const v = JSON.parse(fs.readFileSync("terms.json"));
  v.uses = "once per redeemer"; fs.writeFileSync("terms.json", JSON.stringify(v));'
gives 0 countermark terms set terms.json --scheme cola
code=$(sed -n 30p monday.txt)
printf 'code,redeemer\n%s,ann\n%s,ben\n%s,ann\n' "$code" "$code" "$code" >who.csv
gives 1 countermark redeem --file who.csv --out who.out
[ "$(cut -d, -f2 who.out | paste -sd' ')" = 'verdict accepted accepted already_redeemed' ] ||
  fail "once per redeemer was not kept"

# ---- a folder too long to name files in is refused before anything is looked at
gives 3 countermark redeem --inbox "$(printf '%01100d' 0)" --once --settle 0
err_has 'use a shorter path'
