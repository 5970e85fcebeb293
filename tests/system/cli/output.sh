#!/usr/bin/env bash
# Output that fails, and stops in the middle: a full device, a closed pipe, a closed standard output,
# Ctrl-C, kill -9. Nothing half-made is left, and the next run completes to exactly the count.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
ask_status() { # COMMAND...: its exit code, whatever becomes of its output
  local got=0
  "$@" 2>"$scratch/err" || got=$?
  printf '%s\n' "$got" >"$scratch/status"
}

# ---- standard output is full, closed, or its reader has gone
ask_status countermark batch list >/dev/full
[ "$(cat status)" -eq 3 ] || fail "a full standard output was not told"
err_is 'standard output: cannot write: No space left on device'
ask_status countermark batch list >&-
[ "$(cat status)" -eq 3 ] || fail "a closed standard output was not told"
ask_status countermark mint monday --out - --format text | head -n 1 >first
[ "$(wc -l <first)" -eq 1 ] || fail "no first line"
[ ! -e core ] || fail "it crashed"

# ---- a full device under the file of codes: said so, and again whole
ask_status countermark mint monday --out /dev/full
[ "$(cat status)" -eq 3 ] || fail "a full device was not told"
err_is '/dev/full: cannot write: No space left on device; free some space and run the same command again'
gives 3 countermark mint monday --out nowhere/monday.csv
err_is 'nowhere/monday.csv: cannot create: No such file or directory; check the path and the rights'
gives 0 countermark mint monday --out monday.txt --format text
[ "$(sort -u monday.txt | wc -l)" -eq 1000 ] || fail "not 1,000 codes after the failures"

# ---- Ctrl-C and kill -9 in the middle of a large batch
countermark plan --volume 3000000 --serials 4000000 --batches 4 --test --out big.json --name big >/dev/null
countermark scheme add big.json >/dev/null
countermark batch add big --scheme big --quantity 3000000 >/dev/null
stop_mint() { # SIGNAL: sent as soon as the temporary file has grown
  local pid
  countermark mint big --out big.txt --format text >"$scratch/out" 2>"$scratch/err" &
  pid=$!
  pids+=("$pid")
  while kill -0 "$pid" 2>/dev/null && [ ! -s big.txt.new ]; do sleep 0.01; done
  kill "-$1" "$pid" 2>/dev/null || true
  local got=0
  wait "$pid" || got=$?
  printf '%s\n' "$got" >"$scratch/status"
}
stop_mint INT
[ "$(cat status)" -eq 3 ] || fail "Ctrl-C gave $(cat status)"
err_is 'big: stopped; no file was left; run the same command again: it begins with the first serial'
{ [ ! -e big.txt ] && [ ! -e big.txt.new ]; } || fail "Ctrl-C left a file"
spent=$(countermark batch show big --json | tee show.json >/dev/null && json v.issued show.json)
[ "$spent" -gt 0 ] || fail "it was stopped before it began"
stop_mint KILL
[ ! -e big.txt ] || fail "kill -9 left a file under the final name"
gives 0 countermark mint big --out big.txt --format text
[ "$(sort -u big.txt | wc -l)" -eq 3000000 ] || fail "not exactly the ordered count"
[ ! -e big.txt.new ] || fail "the temporary file is still there"
gives 0 countermark mint big --out again.txt --format text
cmp big.txt again.txt || fail "written again, it differs"

# ---- dialects: a spreadsheet keeps digits as text; JSON lines are JSON
countermark plan --volume 1000 --technology keypad --test --out digits.json --name digits >/dev/null
countermark scheme add digits.json >/dev/null
countermark batch add pins --scheme digits --quantity 50 --gtin 9521234000105 >/dev/null
gives 0 countermark mint pins --out pins.csv --format spreadsheet --columns code,gtin
sed -n 2p pins.csv | grep -qE '^"=""[0-9]+""","=""9521234000105"""' || fail "digits are not kept as text"
[ "$(head -c 3 pins.csv | od -An -tx1)" = ' ef bb bf' ] || fail "no byte-order mark"
gives 0 countermark mint pins --out pins.jsonl --format jsonl --group --columns code,serial,gtin
node -e 'require("fs").readFileSync("pins.jsonl", "utf8").trim().split("\n").forEach((l) => {
  const v = JSON.parse(l);
  if (!/^[0-9-]+$/.test(v.code) || v.gtin !== "9521234000105") process.exit(1); })' ||
  fail "a line is not what it should be"
gives 2 countermark mint pins --out x --columns code,colour
err_has "there is no column 'colour'"
