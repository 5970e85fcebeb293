#!/usr/bin/env bash
# A run through a print queue, from the command line: paused, killed at any moment, gone on with. The
# judge is what ippeveprinter's script was given to print: no code twice, and the ledger's sums.
# Usage: lines_ipp.sh BUILD NO_DNSSD
# shellcheck disable=SC2154 # what lib.sh sets
no_dnssd=$(realpath "${2:?usage: lines_ipp.sh BUILD NO_DNSSD}")
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/system/cli/lines_lib.sh"
. "$source_dir/tests/system/printers/ipp_printer.sh"

make_shop
queue_starts "$no_dnssd"
queue=ipp://localhost:$queue_port/ipp/print

# A queue that counts labels proves them.
echo counts >mood
gives 0 countermark run start monday --printer "$queue" --template plain --count 25 --json
judge_sums out 'v.state === "done" && v.printed === 25 && v.unknown === 0'
[ "$(sort -u paper | wc -l)" -eq 25 ] || fail "not 25 codes"
gives 0 countermark run close monday-run-1 --json
judge_sums out 'v.sent_total === 25'

# Killed again and again: jobs are found by their names, or their labels are unknown.
echo slow >mood
has_paper() { [ "$(wc -l <paper)" -ge "$1" ]; }
start_run() { # COMMAND...: in the background, until a few more labels are on paper
  local had
  had=$(wc -l <paper)
  "$@" >out 2>err &
  run=$!
  pids+=("$run")
  soon has_paper $((had + 5))
}
start_run countermark run start monday --printer "$queue" --template plain --name three --window 4
for pause in 0 0.05 0.12 0.2 0.31; do
  sleep "$pause" # another moment in the life of a job each time
  kill -KILL "$run"
  ended 137 "$run"
  start_run countermark run resume three
done
kill -INT "$run"
ended 1 "$run"
err_has 'paused: countermark run resume three goes on'
twice=$(sort paper | uniq -d)
[ -z "$twice" ] || fail "printed twice: $twice"
gives 0 countermark run show three --json
judge_sums out 'v.in_flight_total === 0'
paper_n=$(($(wc -l <paper) - 25))
judge_sums out "v.printed > 20 && v.printed <= $paper_n && $paper_n <= v.printed + v.unknown"
# Exit code 1 is a run that wants attention: a label may be unknown where we fell before its job left.
countermark run stop three --wait >out 2>err || [ $? -eq 1 ] || fail "not stopped"
gives 0 countermark run close three --json
judge_sums out 'v.reserved_total === v.returned + v.sent_total'

# A queue that fails a job: told, and the run goes on by itself.
echo fails >mood
gives 1 countermark run start monday --printer "$queue" --template plain --count 20 --name four --json
judge_sums out 'v.state === "done" && v.causes.fault === 10 && v.causes.delivered === 10'
