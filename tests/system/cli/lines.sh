#!/usr/bin/env bash
# Runs that stream from the command line, without a daemon: into a file, and to an emulated ZPL
# printer, whose own record judges that no code is taken twice: also over Ctrl-C and kill -9.
# Usage: lines.sh BUILD EMULATOR
# shellcheck disable=SC2034,SC2154 # what lines_lib.sh takes, what lib.sh sets
emulator=$(realpath "${2:?usage: lines.sh BUILD EMULATOR}")
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/system/cli/lines_lib.sh"

make_shop

# ---- what is refused before anything is journaled, with its remedy

before=$(imprint)
gives 2 countermark run start --printer file:x
err_is 'there is nothing to print; give the name of a batch, or --sku X, or --scheme S --attribute NAME=VALUE'
gives 2 countermark run start monday --sku CM-1 --printer file:x
err_is 'a batch and a production at once; give the name of a batch, or --sku X, or --scheme S --attribute NAME=VALUE'
gives 2 countermark run start monday --roll-at 06:00 --printer file:x
err_is '--roll-at is for a production that opens its own batches; leave it out, or name --sku or --scheme instead of a batch'
gives 2 countermark run start monday --printer file:x --rate fast
err_is "--rate: 'fast' is no rate; write it as 250/min, 5/s or 15000/h"
gives 2 countermark run start monday --printer zpl+tcp://127.0.0.1
err_is 'this printer needs a label template; give --template plain, qr, gs1-datamatrix, or your own FILE'
gives 2 countermark run start monday --printer file:x --picture x.png
err_is '--picture: only a dry run draws; add --dry-run'
gives 3 countermark run start --sku CM-9 --printer file:x
err_is "--sku: no scheme has 'CM-9' in its list of sku; add it: countermark scheme append SCHEME --attribute sku VALUE"
gives 3 countermark run start tuesday --printer file:x
err_is "no batch is named 'tuesday'; 'countermark batch list' shows them"
gives 3 countermark run start monday --printer zpl+http://127.0.0.1 --template plain
gives 3 countermark run start monday --printer file:x --count 1001
err_has "1000 codes of batch 'monday' are left; ask for fewer, or make a further batch"
printf '^XA\n^FO1,1^FD{colour}^FS^XZ\n' >wrong.zpl
gives 3 countermark run start monday --printer zpl+tcp://127.0.0.1 --template wrong.zpl
err_has 'line 2, column '
gives 1 countermark printer lint wrong.zpl
out_has 'line 2, column '
gives 3 countermark run show monday-run-1
gives 2 countermark run show
gives 0 countermark run list
out_has 'no runs: countermark run start begins one'

# ---- a dry run: bytes and picture, and nothing is spent

gives 0 countermark run start monday --printer zpl+tcp://127.0.0.1 --template gs1-datamatrix \
  --dry-run --picture label.png
out_has '^XA^JZN^XZ<LF>'
out_has '^FN1^FD@1010000000000000021TEST'
out_has 'picture, 640 x 320 dots:'
[ "$(head -c 8 label.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "no PNG"
for printer in ztc+tcp://h sppl+tcp://h wsi+tcp://h 'raw+tcp://h?protocol=ngpcl' file:x; do
  gives 0 countermark run start monday --printer "$printer" --template JOB1 --dry-run --json
  json 'if (!v.label.includes("TEST")) throw v.printer; ""' out || fail "no label for $printer"
done
[ "$(imprint)" = "$before" ] || fail "a dry run changed something"

# ---- into a file: the count, each code once, and each can be redeemed

gives 0 countermark run start monday --printer file:codes.txt --count 25 --json
judge_sums out 'v.state === "done" && v.printed === 25 && v.unknown === 0'
[ "$(cut -f 1 codes.txt | sort -u | wc -l)" -eq 25 ] || fail "not 25 codes"
gives 0 countermark batch open monday
cut -f 1 codes.txt >codes
gives 0 countermark redeem --file codes --out /dev/null
gives 0 countermark run close monday-run-1 --json
judge_sums out 'v.sent_total === 25 && v.reserved_total === 25'
gives 3 countermark run resume monday-run-1
err_has 'the run is closed'

# ---- a production opens its batch of the day by itself

gives 0 countermark run start --sku CM-2 --attribute flavour=lemon --line 3 --open \
  --printer file:day.txt --count 5 --json
judge_sums out 'v.printed === 5 && /^CM-2-lemon-20..-..-..-L3$/.test(v.batch)'
gives 0 countermark redeem "$(head -n 1 day.txt | cut -f 1)"
gives 3 countermark run start --sku CM-2 --attribute flavour=lemon --zone Nowhere --printer file:y
err_has 'no time zone Nowhere'
gives 2 countermark run start --sku CM-2 --printer file:y
err_has "attribute 'flavour' is missing"

# ---- to a printer: probed, tested, stopped by Ctrl-C, killed, and gone on with

emulate zpl --rate 3000
gives 0 countermark printer probe "tcp://127.0.0.1:$port" --json
[ "$(json '[v.verdict, v.language].join()' out)" = speaks,zpl ] || fail "the probe does not see ZPL"
[ ! -s record ] || fail "a probe printed something"
gives 0 countermark printer test "zpl+tcp://127.0.0.1:$port" --template plain
out_has '1 label printed'
[ "$(taken | sort -u)" = 'R:CM.ZPL|1=TEST' ] || fail "the test label is not TEST"
: >record

start_run() { # COMMAND...: in the background, until the printer has taken N codes more
  local least=$1 had
  shift
  had=$(taken | wc -l)
  "$@" >out 2>err &
  run=$!
  pids+=("$run")
  soon has_taken $((had + least))
}
start_run 20 countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain \
  --line 3 --name three
kill -INT "$run"
ended 1 "$run"
err_has 'paused: countermark run resume three goes on'
gives 0 countermark run show three --json
judge_sums out 'v.in_flight_total === 0 && v.unknown === 0 && v.wish === "pause"'
gives 3 countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain
err_is "printer: run 'three' has this printer; end that run first: countermark run stop, then run close"

start_run 20 countermark run resume three
kill -KILL "$run"
ended 137 "$run"
start_run 20 countermark run resume three
gives 3 countermark stats
err_has 'has the workspace open'
kill -INT "$run"
ended 1 "$run"
gives 0 countermark run show three --json
judge_sums out 'v.in_flight_total === 0'
twice=$(taken | sort | uniq -d)
[ -z "$twice" ] || fail "taken twice: $twice"
[ "$(printed | sort -u | wc -l)" -le "$(json 'v.printed + v.unknown' out)" ] ||
  fail "more is on paper than the ledger knows"

gives 3 countermark run close three
# Exit code 1 is a run that wants attention: units may be unknown where kill -9 fell.
stopped=0
countermark run stop three --wait --json >out 2>err || stopped=$?
[ "$stopped" -eq "$(json 'v.unknown > 0 ? 1 : 0' out)" ] || fail "stopped with $stopped"
gives 0 countermark run close three --json
judge_sums out 'v.reserved_total === v.returned + v.sent_total'
gives 0 countermark run list
out_has 'three        3    closed'

# ---- a printer that is not there: said so, and Ctrl-C ends it

kill "$emulator_pid" && wait "$emulator_pid"
countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain >out 2>err &
run=$!
pids+=("$run")
soon grep -q 'connection refused: is the printer on' err
kill -INT "$run"
ended 1 "$run"
gives 1 countermark printer probe "zpl+tcp://127.0.0.1:$port"
out_has 'connection refused'
