#!/usr/bin/env bash
# Bad input, case by case: the whole error names the input, the place and the remedy; the exit code
# tells a wrong command line (2) from what could not be done (3); nothing has changed afterwards.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
countermark mint monday --out monday.csv --columns code >/dev/null
countermark batch open monday >/dev/null
plan() {
  printf '%s\n' gtin,sku,product,flavour,line,date,quantity "$@" >plan.csv
}
good='9521234000105,CM-1,Cola,cola,L1,2026-11-23,100'

# ---- the production plan
plan "$good" '9521234000174,CM-2,Cola,cola,L1,2026-11-23,100'
gives 0 countermark plan plan.csv
plan "$good" '9521234000175,CM-2,Cola,cola,L1,2026-11-23,100'
refused 3 'plan.csv: line 3, column gtin: the check digit of 9521234000175 is 5, should be 4; if the other digits are right, write 9521234000174' \
  countermark plan plan.csv --out new.json --name new
printf 'cola\nlemon\n' >flavours.txt
plan "$good" '9521234000174,CM-2,Cherry,chery,L1,2026-11-23,100'
gives 3 countermark plan plan.csv --flavours flavours.txt --out new.json --name new
err_has 'plan.csv: line 3, column flavour: '
err_has 'chery'
plan "$good" '9521234000174,CM-2,Cola,cola,L1,2099-11-23,100'
gives 3 countermark plan plan.csv --days 365 --epoch 2026-01-01 --out new.json --name new
err_has 'plan.csv: line 3'
err_has 'date'
plan "$good" '9521234000174,CM-2,Cola,cola,L1,2026-11-23,70000'
gives 3 countermark plan plan.csv --serials 65536 --out new.json --name new
err_has 'plan.csv: line 3'
[ ! -e new.json ] || fail "a scheme file was written"
# a row that the scheme cannot take stops the whole plan
plan "$good"
before=$(imprint)
gives 3 countermark batch add --scheme cola --from-plan plan.csv
err_has "scheme 'cola' has no attribute 'line'"
[ "$(imprint)" = "$before" ] || fail "a batch was added"

# ---- acts complain of JSON that nobody typed: the option is named instead
sed 's/"brand": "house"/"brand": "'"$(countermark brand list --json | sed 's/.*"name":"\([a-z]*\)".*/\1/')"'"/' \
  "$source_dir/docs/examples/gift-cards.json" >pool.json
countermark cards pool add pool.json >/dev/null
refused 3 '--last: 5 is outside 10 to 9223372036854775807; change the number' \
  countermark stock move gift-2026 --first 10 --last 5
refused 3 '--index: missing: an integer is wanted here; add it' countermark card show --pool gift-2026
refused 3 "no pool is named 'gift'; 'countermark cards pool list' shows them" \
  countermark card show --pool gift --index 1
refused 3 "POOL|BATCH: no batch or pool has this name; 'countermark batch list' and 'cards pool list' show them" \
  countermark order make gift --template csv-comma --to "$source_dir/docs/examples/pool.json"
openssl genpkey -algorithm ed25519 -out private.key 2>/dev/null
refused 3 'private.key: a private key; give the certificate, or the OpenPGP public key; the private one stays with its owner' \
  countermark order make gift-2026 --template csv-comma --to private.key

# ---- the scheme file
edit() { node -e 'const fs = require("fs"); const v = JSON.parse(fs.readFileSync("cola.json"));
  v.name = "new"; eval(process.argv[1]); fs.writeFileSync("new.json", JSON.stringify(v));' "$1"; }
scheme_refused() { # WHAT EDIT TEXT
  local before
  before=$(imprint)
  edit "$2"
  gives 3 countermark scheme add new.json
  err_has 'new.json'
  err_has "$3"
  [ "$(imprint)" = "$before" ] || fail "$1 changed something"
}
scheme_refused 'an unknown key' 'v.colour = 1' 'colour'
scheme_refused 'a SKU that stands twice' 'v.attributes[0].values = ["A", "B", "A"]' '$.attributes[0].values[2]'
scheme_refused 'an alphabet with a repeat' 'v.alphabet = {symbols: "234679BCDFGHJKMPQRTVWXX"}' 'X'
scheme_refused 'numbers that contradict' 'v.frozen.T = "5"' 'frozen'
sed 's/"TEST"/"LIVE"/; s/"cola"/"new"/' cola.json >new.json
refused 3 'new.json: mode: a sandbox workspace holds TEST schemes only; set "mode": "TEST"' \
  countermark scheme add new.json
printf '{"format": "countermark-scheme-1", "format": 1}' >new.json
refused 3 'new.json: line 1, column 43: a key stands twice in one object; mend the text there' \
  countermark scheme add new.json
printf '%0.s[' $(seq 100) >new.json
gives 3 countermark scheme add new.json
err_has 'new.json: nested 100 levels deep, at most 8 are read'
printf '{"id": 99999999999999999999}' >new.json
gives 3 countermark scheme add new.json
err_has 'a number is too big'
refused 3 'nowhere.json: cannot open: No such file or directory; check the path' \
  countermark scheme add nowhere.json
refused 3 "cola.json: a scheme of this name exists; give it another name" countermark scheme add cola.json

# ---- code texts are verdicts, whatever they hold
printf 'AB\0CD\n\xff\xfe\n' >codes.txt
head -c 10000000 /dev/zero | tr '\0' A >>codes.txt
printf '\n%s\n' "$(sed -n 2p monday.csv)" >>codes.txt
{ printf '\xef\xbb\xbf' && sed -n 2,3p monday.csv | sed 's/$/\r/'; } >marked.txt # as Windows' editors write it
gives 0 countermark check --file marked.txt --out marked.csv
gives 1 countermark check --file codes.txt --out verdicts.csv
[ "$(cut -d, -f2 verdicts.csv | paste -sd' ')" = \
  'verdict typing_error typing_error typing_error accepted' ] || fail "verdicts of bad texts"
head -c 10000000 /dev/zero | tr '\0' A | gives 1 countermark check -
out_has typing_error

# ---- the command line
refused 2 'unknown option --jsn; did you mean --json?' countermark batch list --jsn
refused 2 "there is no command 'batch lst'; did you mean 'batch list'?" countermark batch lst
refused 2 '--count is a count from 0 to 9223372036854775807; digits only, no separators' \
  countermark issue monday --count ten
refused 2 '--scheme is needed; the format of its codes' countermark batch add x --quantity 1
refused 2 '--door stands twice; say it once' countermark check --door a --door b X
refused 2 '--out needs a value (FILE|-)' countermark mint monday --out
refused 3 "no batch is named 'sunday'; did you mean 'monday'? 'countermark batch list' shows them" \
  countermark mint sunday --out x.csv
refused 3 "no door is named 'back'; 'countermark door list' shows them" \
  countermark redeem X --door back
refused 2 'cola: attribute '"'sku'"' is missing' \
  countermark batch add x --scheme cola --quantity 1 --date 2026-11-23 --attribute flavour=cola
refused 2 "destroying a key makes every code of it worthless for good; --confirm must repeat the scheme's name" \
  countermark key destroy cola --version 1 --confirm yes

# ---- workspaces of other formats, or none
gives 3 countermark stats --workspace nowhere
err_has nowhere
for format in 0 2; do
  cp -r "$COUNTERMARK_WORKSPACE" other
  sed -i -E "s/\"format\": ?[0-9]+/\"format\": $format/" other/workspace.json
  gives 3 countermark stats --workspace other
  err_has 'other'
  err_has "$format"
  rm -r other
done
gives 3 countermark init --sandbox
err_is "$COUNTERMARK_WORKSPACE: there is a workspace already; choose another --workspace"
