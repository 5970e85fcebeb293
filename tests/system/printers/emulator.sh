#!/usr/bin/env bash
# printer_emulator as a program: what it says of itself, what it refuses, and a hand beside it that
# breaks and mends a line. Usage: emulator.sh EMULATOR PROTOCOLS
set -euo pipefail
emulator=$(realpath "${1:?usage: emulator.sh EMULATOR PROTOCOLS}")
protocols=$(realpath "$2")
scratch=$(mktemp -d)
cd "$scratch"
pid=

clean_up() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; fi
  cd / && rm -rf "$scratch"
}
trap clean_up EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  tail -n 20 out err >&2 || true
  exit 1
}

# gives CODE TEXT ARGUMENTS...: exit code, and the one line of error.
gives() {
  local code=$1 text=$2 got=0
  shift 2
  "$emulator" "$@" >out 2>err || got=$?
  [ "$got" -eq "$code" ] || fail "exit code $got, not $code: $*"
  [ "$(cat err)" = "printer_emulator: $text" ] || fail "the error is not: $text"
}

"$emulator" --help >out
grep -q '^usage: printer_emulator ' out || fail "no help"
printf 'at lunch 1 reprint\n' >bad.faults
gives 2 '--grammar: nope: zpl, ztc, sppl, wsi or raw; see --help' --grammar nope
gives 3 'raw: this grammar needs its protocol; give a protocol file' --grammar raw
gives 3 "quirk: sppl knows these: spaced,mislabels" --grammar sppl --quirks brother
gives 3 'bad.faults: line 1: the moment is item, print, reply or connect; see tests/support/printers/fault.h' \
  --grammar zpl --faults bad.faults
gives 2 '--sink: a sink only counts; leave out --record and --rate' --grammar zpl --sink --rate 5

# Two coders in one process; the second's operator has an eventful morning.
mkfifo hand
"$emulator" --grammar raw --protocol "$protocols/codenet.rules" --count 2 --manual --control \
  --record record <hand >out 2>err &
pid=$!
exec 3>hand

# answers TEXT: within five seconds the last line of the output is so.
answers() {
  local i
  for ((i = 0; i < 50; i++)); do
    if [ "$(tail -n 1 out)" = "$1" ]; then return; fi
    sleep 0.1
  done
  fail "the last line is not: $1"
}

for ((i = 0; i < 50; i++)); do
  if [ "$(grep -c '^ready raw 127.0.0.1:' out)" = 2 ]; then break; fi
  sleep 0.1
done
port=$(sed -n '2s/^ready raw 127.0.0.1://p' out)
exec 4<>"/dev/tcp/127.0.0.1/$port"
printf '\x1bS001AB12\x04' >&4
IFS= read -r -n 1 -t 5 -u 4 byte || fail "no answer"
[ "$byte" = $'\x06' ] || fail "no acknowledgement"
echo '2 fault head-open' >&3
echo '2 products 3' >&3
echo '2 mend' >&3
echo '2 products 2' >&3
echo '2 counts' >&3
answers 'taken=1 printed=1 retried=0 reprinted=0 repeated=1 skipped=0 cut=0 cleared=0 lost=0 refused=0 fault=1 held=0 total=2'
echo 'dance' >&3
answers 'error control: not a line it knows; fault, mend, products or counts'
kill "$pid" && wait "$pid"
pid=
answers "printed 127.0.0.1:$port 2"
[ ! -s record ] || fail "the first printer's record is not empty"
grep -q ' repeated 001=AB12$' record.2 || fail "the second printer's record lacks the repeat"
