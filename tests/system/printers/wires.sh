#!/usr/bin/env bash
# One stream of labels over each kind of wire: TCP, a serial line (a pseudo terminal), a file, and a
# queue of lprint, a print server of another author. The emulated printer's record is the judge:
# every code once. Usage: wires.sh STREAM EMULATOR (Debian packages lprint, nodejs).
# shellcheck disable=SC2034,SC2154 # what printers_lib.sh takes, what it sets
stream=$(realpath "${1:?usage: wires.sh STREAM EMULATOR}")
emulator=$(realpath "$2")
shows=(said record log)
. "$(dirname "$0")/printers_lib.sh"

# emulate WHERE OPTIONS...: a ZPL printer; its port or device in $where.
emulate() {
  : >record
  : >ready
  "$emulator" --grammar zpl --port "$1" --record record "${@:2}" >ready &
  pids+=($!)
  soon grep -q '^ready zpl ' ready
  where=$(sed -n 's/^ready zpl //p' ready)
}

# streams ADDRESS COUNT: the books in `said`.
streams() { timeout 60 "$stream" "$1" run 1 "$2" 5 </dev/null >said || fail "no end: $1"; }
once() {
  local i
  for ((i = 1; i <= $1; i++)); do printf 'CODE%06d\n' "$i"; done >wanted
  sed -n 's/^.* printed .*=\(CODE[0-9]*\)$/\1/p' record >printed
  cmp -s wanted printed || fail "not each code once"
}
says() { grep -qxF "$1" said || fail "not said: $1"; }

emulate 0
streams "zpl+tcp://$where" 100
once 100
says 'given=100 printed=100 unsent=0 refused=0 cleared=0 unknown=0 delivered=0'

emulate pty
streams "zpl+serial:$where?baud=115200" 100
once 100
says 'given=100 printed=100 unsent=0 refused=0 cleared=0 unknown=0 delivered=0'

streams file:labels.txt 5000
cmp -s <(for ((i = 1; i <= 5000; i++)); do printf 'CODE%06d\n' "$i"; done) labels.txt ||
  fail "not each code once in the file"
says 'given=5000 printed=5000 unsent=0 refused=0 cleared=0 unknown=0 delivered=0'

# lprint hands our bytes on and calls a job completed when they left: delivered, not printed.
emulate 0
lprint_queue "$where"
streams "$queue" 23
says 'given=23 printed=0 unsent=0 refused=0 cleared=0 unknown=0 delivered=23'
soon grep -q '=CODE000023$' record
once 23
