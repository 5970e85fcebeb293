#!/usr/bin/env bash
# What cameras and operators say of a run's units: a feed from a file, from standard input and over
# TCP, the last good code after a jam, and the rule "only good" at the end.
# Usage: camera.sh BUILD EMULATOR
# shellcheck disable=SC2034,SC2154 # what lines_lib.sh takes, what lib.sh sets
emulator=$(realpath "${2:?usage: camera.sh BUILD EMULATOR}")
. "$(dirname "$0")/lib.sh"
. "$source_dir/tests/system/cli/lines_lib.sh"

make_shop
gives 0 countermark run start monday --printer file:codes.txt --count 30
cut -f 1 codes.txt >codes
code() { sed -n "${1}p" codes; }
run=monday-run-1

# ---- a file as a camera writes it: header, symbols, noise, and what must not be on the line

{
  printf 'code,result\r\n'
  printf '%s,good\r\n' "$(code 1)"
  printf ']d2010952123454321321%s\r\n' "$(code 2)"
  printf 'NOREAD\r\n'
  printf 'https://cola.example/c?x=%s\r\n' "$(code 3)"
  printf '%s;fail\r\n' "$(code 4)"
  printf '%s\r\n' "$(code 1)"
  printf 'ABCDEFGHJKLMNPQR\r\n'
  head -c 5000 /dev/zero | tr '\0' 'X'
  printf '\n\001\377\033[2J\n'
  printf '%s\n' "$(code 8)"
} >reads.csv
gives 1 countermark run verify $run --feed reads.csv --json
[ "$(json 'JSON.stringify([v.reads, v.verdicts])' out)" = \
  '[10,{"good":3,"no_read":1,"bad":1,"duplicate":1,"wrong_code":3,"out_of_sequence":1}]' ] ||
  fail "other verdicts: $(cat out)"
! grep -qaF "$(code 1)" out err || fail "a code was shown"
gives 0 countermark run show $run --json
judge_sums out 'v.good === 4 && v.rejected === 1 && v.printed === 25'
gives 0 countermark batch open monday
gives 1 countermark redeem "$(code 4)"
gives 0 countermark redeem "$(code 1)"

# ---- standard input, from the place where an earlier feed ended

sed -n '9,11p' codes >further
gives 0 countermark run verify $run <further
gives 1 countermark run verify $run --feed further --skip 2 --json
[ "$(json 'JSON.stringify(v.verdicts)' out)" = '{"duplicate":1}' ] || fail "--skip did not skip"
gives 3 countermark run verify $run --feed nowhere.csv
err_is 'nowhere.csv: cannot open: No such file or directory; check the path and the rights'
gives 2 countermark run verify $run --feed tcp:one
err_has 'is no address to listen on; write tcp:PORT'
gives 3 countermark run verify nothing --feed further

# ---- a camera over TCP, answered line by line; Ctrl-C ends the feed after the last line

countermark run verify $run --feed tcp:0 --answer --json >out 2>err &
feed=$!
pids+=("$feed")
soon grep -q 'listening on port' err
camera_port=$(sed -n 's/^listening on port \([0-9]*\) .*/\1/p' err)
exec 4<>"/dev/tcp/127.0.0.1/$camera_port"
printf '%s\n%s\nNOREAD\n' "$(code 12)" "$(code 12)" >&4
for wanted in good duplicate no_read; do
  IFS= read -r -t 10 -u 4 verdict || fail "no answer"
  [ "$verdict" = $wanted ] || fail "the camera heard $verdict, not $wanted"
done
exec 4>&-
kill -INT "$feed"
ended 1 "$feed"
[ "$(json 'JSON.stringify([v.reads, v.verdicts])' out)" = \
  '[3,{"good":1,"duplicate":1,"no_read":1}]' ] || fail "other sums: $(cat out)"

# ---- only good: says what it would kill, and kills so many

gives 2 countermark run close $run --rule only-good
err_has 'would make 21 codes worthless; 8 were read good'
gives 0 countermark run show $run --json
doomed=$(json 'v.printed + v.unknown + v.in_flight_total' out)
gives 3 countermark run close $run --rule only-good --confirm $((doomed - 1))
gives 0 countermark run close $run --rule only-good --confirm "$doomed" --json
judge_sums out "v.void === $doomed && v.good === 8 && v.printed === 0"
gives 1 countermark redeem "$(code 20)"

# ---- a jam: nothing comes out any more, the operator scans the last good product

emulate zpl --manual
stream() { # COMMAND...: in the background, with what is typed in ./typed
  "$@" <typed >out 2>err &
  streaming=$!
  pids+=("$streaming")
}
give_up() { # Ctrl-C twice: what is in flight stays so
  kill -INT "$streaming"
  soon grep -q 'Ctrl-C once more ends at once' err
  kill -INT "$streaming"
  ended 1 "$streaming"
}
: >typed
stream countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain --name jam
soon has_taken 5
give_up
gives 0 countermark run show jam --json
judge_sums out 'v.printed === 0 && v.wish === "pause"'
label() { taken | sed -n "${1}s/.*=//p"; } # as it stands on the label, in groups
gives 3 countermark run resume jam --last-good "$(code 1)"
gives 3 countermark run resume jam --last-good - </dev/null
err_is 'standard input: no code was given; scan or type it, and Enter'
kill "$emulator_pid" && wait "$emulator_pid" # the machine is cleared, and switched on again
emulate zpl --port "$port" --rate 3000
printf '%s\r\n' "$(label 3)" >typed
stream countermark run resume jam --last-good -
soon grep -q 'settled from the last good code: 3 printed, 2 void' err
soon has_taken 25
kill -INT "$streaming"
ended 1 "$streaming"
gives 0 countermark run show jam --json
judge_sums out 'v.printed >= 23 && v.void === 2 && v.unknown === 0'
gives 0 countermark redeem "$(label 3)"
gives 1 countermark redeem "$(label 5)"
[ -z "$(taken | sort | uniq -d)" ] || fail "a code was taken twice"

# ---- the same jam while the daemon drives the line

gives 0 countermark run stop jam --wait
gives 0 countermark run close jam
kill "$emulator_pid" && wait "$emulator_pid"
emulate zpl --port "$port" --manual
: >record
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
soon grep -q ' serving ' daemon.log
gives 0 countermark run start monday --printer "zpl+tcp://127.0.0.1:$port" --template plain --name two
soon has_taken 5
gives 0 countermark run pause two
in_flight_known() {
  countermark run show two --json >shown && [ "$(json '[v.state, v.in_flight_total].join()' shown)" = paused,5 ]
}
soon in_flight_known
kill "$emulator_pid" && wait "$emulator_pid"
emulate zpl --port "$port" --rate 3000
gives 0 countermark run resume two --last-good "$(label 4)" --json
[ "$(json '[v.printed, v.void].join()' out)" = 4,1 ] || fail "settled otherwise: $(cat out)"
soon has_taken 25
gives 0 countermark run stop two --wait --json
judge_sums out 'v.printed >= 24 && v.void === 1 && v.unknown === 0'
[ -z "$(taken | sort | uniq -d)" ] || fail "a code was taken twice"
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
