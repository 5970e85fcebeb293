#!/usr/bin/env bash
# A line computer with a link: its reports reach the daemon, which ends the lend by its answer. The
# agent is killed in the middle of printing, again and again; the emulated printer's own record is
# the judge of what was sent twice.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"
emulator=$build/tests/support/printers/printer_emulator

make_shop
openssl req -x509 -newkey rsa:2048 -nodes -keyout line.key -out line.pem -days 30 -subj /CN=line3 \
  2>/dev/null
gives 0 countermark run lend monday --count 500 --hours 10 --to line.pem \
  --printer zpl+tcp://127.0.0.1 --template plain --out line3.lend --json
run=$(json v.run out)
gives 0 countermark key api add line3 --door default --role line --json
json v.api_key out >line3.api
gives 0 countermark key api add boss --door default --role admin --json
printf 'header = "authorization: Bearer %s"\n' "$(json v.api_key out)" >boss.conf
gives 0 countermark key api add till --door default --role redeem --json
printf 'header = "authorization: Bearer %s"\n' "$(json v.api_key out)" >till.conf

"$emulator" --grammar zpl --port 0 --rate 3600 --record zebra.log >emulator.out 2>&1 &
pids+=("$!")
soon grep -q '^ready' emulator.out
address=$(sed -n 's/^ready zpl //p' emulator.out)

# Killed at any moment, it goes on where it was: three times, each when some more labels came out.
agent=(env -u COUNTERMARK_WORKSPACE countermark line agent line3.lend --private-key line.key
  --printer "zpl+tcp://$address" --json)
printed_n() { grep -c ' printed ' zebra.log || true; }
for pause in 0.22 0.07 0.15; do
  "${agent[@]}" >agent.out 2>>agent.err &
  killed=$!
  pids+=("$killed")
  enough=$(($(printed_n) + 60))
  for _ in $(seq 600); do
    [ "$(printed_n)" -lt "$enough" ] || break
    sleep 0.05
  done
  sleep "$pause"
  kill -9 "$killed" 2>/dev/null || true
  wait "$killed" 2>/dev/null || true
done
printed=$(printed_n)
[ "$printed" -gt 0 ] || fail "nothing was printed before the kills"
[ "$printed" -lt 500 ] || fail "all was printed before the last kill"

countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
soon grep -q ' serving ' daemon.log
url=$(sed -n 's/.* on \(http:[^ ]*\).*/\1/p' daemon.log)

# ask NAME CONF JSON: an act on runs over HTTP; the status is printed.
ask() { curl -sS -K "$2" -o answer.json -w '%{http_code}' -H 'content-type: application/json' \
  -d "$3" "$url/v1/runs/$1"; }
[ "$(ask show boss.conf "{\"run\":\"$run\"}")" = 200 ] || fail "an admin key cannot look"
[ "$(json v.reserved answer.json)" = 500 ] || fail "not 500 held"
[ "$(ask show till.conf "{\"run\":\"$run\"}")" = 403 ] || fail "a till may look at runs"
[ "$(ask lend boss.conf '{}')" = 404 ] || fail "lending over HTTP is no route"

# The agent ends with 1 where kills have left units unknown, or the vault has ended the lend.
run_agent() {
  local got=0
  "${agent[@]}" --report-to "$url/v1/runs/report" --api-key-file line3.api >agent.out 2>>agent.err ||
    got=$?
  [ "$got" -le 1 ] || fail "the agent ended with $got: $(cat agent.out) $(tail -n 3 agent.err)"
}
run_agent
[ "$(json v.handed_in agent.out)" = true ] || fail "the report did not arrive: $(tail -n 3 agent.err)"
taken=$(awk '$3 == "taken" {print $NF}' zebra.log | sort | uniq -d | wc -l)
[ "$taken" -eq 0 ] || fail "$taken codes were sent twice"
gives 0 countermark run show "$run" --json
[ "$(json '[v.reserved, v.printed + v.unknown + v.void].join()' out)" = 0,500 ] ||
  fail "the sums differ: $(cat out)"

# Recalled while it prints: the next report's answer ends it.
gives 0 countermark run lend monday --count 300 --hours 1 --to line.pem \
  --printer "zpl+tcp://$address" --template plain --rate 300/min --out second.lend --json
second=$(json v.run out)
gives 0 countermark run recall "$second" --json
agent=(env -u COUNTERMARK_WORKSPACE countermark line agent second.lend --private-key line.key --json)
run_agent
[ "$(json 'v.printed + v.in_flight < 300' agent.out)" = true ] || fail "it printed on after the recall"
gives 0 countermark run show "$second" --json
[ "$(json 'v.void' out)" -gt 0 ] || fail "nothing is void"
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
gives 0 countermark fsck
