#!/usr/bin/env bash
# The main job on real input, end to end: plan.csv becomes a scheme, a million codes in files, and a
# running daemon that redeems each exactly once for several clients at a time; card numbers besides.
# Asks nothing, makes everything anew below BUILD/demo, and ends with one line for programs.
# Usage: demo.sh BUILD   (the folder that ./dev build made)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:?usage: demo.sh BUILD}" && pwd)
home=$build/demo
PATH=$build/bin:$PATH
COUNT=5000  # redemptions, forgeries, typing errors and repeats, of each
CLIENTS=8   # HTTP connections at once
CARDS=10000
daemon=

finish() {
  if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; fi
}
trap finish EXIT

say() { printf '\n== %s\n' "$*"; }
# field NAME: a member of the JSON object on standard input, a path of names with dots.
field() {
  node -e 'let v = JSON.parse(require("fs").readFileSync(0, "utf8"));
    for (const k of process.argv[1].split(".")) v = v?.[k];
    process.stdout.write(String(v ?? 0));' "$1"
}
seconds_since() { node -e 'process.stdout.write(((Date.now() - process.argv[1]) / 1000).toFixed(1))' "$1"; }

rm -rf "$home"
mkdir -m 700 "$home"
cd "$home"
export COUNTERMARK_WORKSPACE=$home/workspace
began=$(node -p 'Date.now()')

say "a workspace for trials"
countermark init --sandbox --brand demo

say "docs/examples/plan.csv becomes a scheme"
countermark plan "$here/plan.csv" --technology inkjet --test --name demo --brand demo --out scheme.json
countermark scheme add scheme.json

say "one batch for each row, and the codes of each in its file"
countermark batch add --scheme demo --from-plan "$here/plan.csv" --json >batches.json
minting=$(node -p 'Date.now()')
countermark mint --all --out-dir codes --columns code,serial,batch,gtin --json >minted.json
mint_s=$(seconds_since "$minting")
minted=$(node -p 'JSON.parse(require("fs").readFileSync("minted.json")).minted
  .reduce((sum, m) => sum + m.codes, 0)')
countermark batch list
node -p 'JSON.parse(require("fs").readFileSync("batches.json")).batches.map((b) => b.name).join("\n")' |
  while read -r batch; do countermark batch open "$batch" --json >/dev/null; done

say "a symbol for each code of one batch, for the print house; stickers of the first two dozen"
one=$(find codes -name '*.csv' | sort | head -n 1)
countermark symbol --from "$one" --type gs1-datamatrix --gs1 '(01){gtin}(21){code}' --format png \
  --out symbols.zip --json >symbols.json
head -n 25 "$one" | countermark symbol --from - --sheet a4-24 --line '{code}' --out stickers.pdf
unzip -q -o symbols.zip "$(unzip -Z1 symbols.zip | head -n 1)" -d one
ZXingReader one/*.png | sed -n '/^Text:/p' # what another author's reader sees in the first

say "$CARDS card numbers, the PINs apart"
countermark cards pool add "$here/pool.json"
countermark cards make gift-2026 --count "$CARDS" --out numbers.csv --pins pins.csv --json >cards.json
cards=$(field cards <cards.json)

say "the daemon, and $CLIENTS clients at once"
countermark key api add demo --door default --role redeem --json >api.json
(umask 077 && field api_key <api.json >api.key)
rm api.json
: >daemon.log
# The clients below are the attackers, too: their limit on wrong answers is lifted for the demo.
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 \
  --wrong-per-minute 0 --key-wrong-per-minute 0 --vault-wrong-per-second 0 2>>daemon.log &
daemon=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.* on \(http:[^ ]*\).*/\1/p' daemon.log)
  [ -z "$url" ] || break
  kill -0 "$daemon" 2>/dev/null || { cat daemon.log >&2 && exit 3; }
  sleep 0.1
done
node "$here/demo_client.mjs" "$url" api.key codes scheme.json "$COUNT" "$CLIENTS" redeemed.txt >http.json
kill "$daemon"
wait "$daemon"
daemon=

say "the ledger, asked again without the daemon"
# Exit code 1 is the answer that we want: none of these may be redeemed a second time.
countermark check --file redeemed.txt --out again.csv --json >again.json || [ $? -eq 1 ]
lost=$(($(field lines <again.json) - $(field verdicts.already_redeemed <again.json)))
redeemed=$(countermark stats --json | field redeemed)
accepted=$(field accepted_codes <http.json)
doubled=$(field doubled <http.json)
extra=$((redeemed - accepted))
if [ "$extra" -gt 0 ]; then doubled=$((doubled + extra)); fi
countermark fsck >fsck.txt
tail -n 6 fsck.txt

say "report"
cat <<TEXT
  made       $minted codes in $mint_s s, $(find codes -name '*.csv' | wc -l) files in $home/codes
             $(field pictures <symbols.json) symbols in $home/symbols.zip, stickers in $home/stickers.pdf
             $cards card numbers in $home/numbers.csv, their PINs in $home/pins.csv
  accepted   $accepted of $COUNT, $(field redeemed.codes_a_second <http.json) a second
  refused    repeats        $(field repeated.verdicts.already_redeemed <http.json) already redeemed, $(field repeated.codes_a_second <http.json) a second
             forgeries      $(field forged.verdicts.not_a_code <http.json) not a code, $(field forged.codes_a_second <http.json) a second
             typing errors  $(field mistyped.verdicts.typing_error <http.json) told apart, $(field mistyped.codes_a_second <http.json) a second
  ledger     $redeemed redeemed, $lost of the accepted missing, $doubled accepted twice
  workspace  $COUNTERMARK_WORKSPACE, scheme in $home/scheme.json, log in $home/daemon.log
  time       $(seconds_since "$began") s

TEXT
printf 'demo: minted=%s accepted=%s repeats_refused=%s forgeries_refused=%s typos_refused=%s cards=%s lost=%s doubled=%s\n' \
  "$minted" "$accepted" "$(field repeated.verdicts.already_redeemed <http.json)" \
  "$(field forged.verdicts.not_a_code <http.json)" "$(field mistyped.verdicts.typing_error <http.json)" \
  "$cards" "$lost" "$doubled"
