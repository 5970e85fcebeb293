#!/usr/bin/env bash
# However long a list is, importing it takes no more memory: VmHWM of the whole process, keys, ledger
# and all, read from outside, stays under 96 MiB. 100,000 rows; with ./dev prove 20 million codes and
# 10 million cards, each of these in less than a minute (of processor time, on a machine that has more
# to do than cores).
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

codes=100000 cards=50000
[ -z "${CM_PROVE:-}" ] || codes=20000000 cards=10000000
countermark init --sandbox --brand demo >/dev/null
node -e 'const fs = require("fs"), c = require("crypto"), a = "ACDEFGHJKLMNPQRTUVWXY34679";
  const to = fs.openSync("codes.csv", "w");
  for (let left = +process.argv[1]; left > 0; left -= 50000) {
    const b = c.randomBytes(700000);
    let s = "";
    for (let i = 0; i < 50000; i++) { for (let j = 0; j < 14; j++) s += a[b[i * 14 + j] % 26]; s += "\n"; }
    fs.writeSync(to, s);
  }' "$codes"
node -e 'const fs = require("fs"), to = fs.openSync("cards.csv", "w");
  let s = "number,balance,expires\n";
  for (let i = 0; i < +process.argv[1]; i++) {
    const body = "6035" + String((i * 7919 + 123456789) % 1e11).padStart(11, "0");
    let sum = 0;
    for (let k = 0; k < 15; k++) { let d = +body[14 - k]; if (k % 2 === 0) d = d > 4 ? 2 * d - 9 : 2 * d; sum += d; }
    s += body + ((10 - (sum % 10)) % 10) + "," + (i % 5000) + ",2028-12-31\n";
    if (s.length > 1 << 20) { fs.writeSync(to, s); s = ""; }
  }
  fs.writeSync(to, s);' "$cards"

# busy: others wait for the processor, too.
busy() { awk -v cores="$(nproc)" '{ exit !($1 > cores + 1) }' /proc/loadavg; }
# processor_s PID: the seconds of processor time that it took, where it still runs.
processor_s() {
  awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) / hz) }' "/proc/$1/stat" 2>/dev/null
}

# measured COMMAND...: runs it, and fails when it took more than 96 MiB or, at full size, a minute.
measured() {
  local pid high=0 now begun=$SECONDS took worked=0
  "$@" >out 2>err &
  pid=$!
  pids+=("$pid")
  while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
    high=$now
    worked=$(processor_s "$pid") || break
    sleep 0.02
  done
  wait "$pid" || fail "it ended with $?: $*"
  took=$((SECONDS - begun))
  printf '%s rows in %s s, %s s of them at work, %s KiB\n' "$(json v.rows out)" "$took" "$worked" "$high"
  [ "$high" -lt 98304 ] || fail "$high KiB of memory"
  if [ "$took" -ge 60 ] && busy; then took=$worked; fi
  [ "$took" -lt 60 ] || fail "$took seconds"
}
measured countermark import codes codes.csv --commit --json
[ "$(json v.imported out)" = "$codes" ] || fail "not all codes"
measured countermark import cards cards.csv --check luhn --currency EUR --balance-max 100000 --commit --json
[ "$(json v.imported out)" = "$cards" ] || fail "not all cards"
gives 0 countermark door import default codes
gives 0 countermark batch open codes
gives 0 countermark redeem "$(head -n 1 codes.csv)" "$(tail -n 1 codes.csv)"
gives 1 countermark redeem "$(tail -n 1 codes.csv)"
