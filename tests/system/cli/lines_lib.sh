# shellcheck shell=bash
# What the tests of packaging lines share: an emulated printer and its record.
# shellcheck disable=SC2034,SC2154 # lib.sh and the tests set them, or take them

# emulate GRAMMAR OPTIONS...: its port in $port, what happens to every item in ./record.
emulate() {
  local grammar=$1
  shift
  "$emulator" --grammar "$grammar" --record record "$@" >emulator.out &
  emulator_pid=$!
  pids+=("$emulator_pid")
  soon grep -q '^ready ' emulator.out
  port=$(sed -n 's/^ready .*://p' emulator.out)
}

# The texts that the printer took, and those that came out on paper.
taken() { awk '$3 == "taken" { print $4 }' record; }
printed() { awk '$3 == "printed" { print $4 }' record; }
has_taken() { [ "$(taken | wc -l)" -ge "$1" ]; }

# ended CODE PID: that process has ended so.
ended() {
  local got=0
  wait "$2" || got=$?
  [ "$got" -eq "$1" ] || fail "process ended with $got, not $1: $(cat err)"
}

# judge_sums FILE EXPRESSION: the equation of docs/design/runs.md holds in a run's record, and the
# expression over it.
# shellcheck disable=SC2016 # JavaScript
judge_sums() {
  node -e 'const v = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const flying = v.in_flight_total ?? 0;
    const sum = flying + v.printed + v.unknown + v.good + v.rejected + v.void;
    if (v.sent_total !== sum) { console.error(`${v.sent_total} sent, ${sum} accounted for`); process.exit(1); }
    if (!eval(process.argv[2])) { console.error(process.argv[2]); process.exit(1); }' "$1" "$2" ||
    fail "sums of $(head -c 600 "$1")"
}
