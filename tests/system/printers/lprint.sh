#!/usr/bin/env bash
# lprint, a printing program of another author, drives the ZPL emulator: it sends our bytes on, makes
# ZPL of its own from a picture, and asks for the printer's state. What it understands of the answers
# judges the emulator. Usage: lprint.sh EMULATOR (Debian package lprint).
# shellcheck disable=SC2034,SC2154 # what printers_lib.sh takes, what it sets
emulator=$(realpath "${1:?usage: lprint.sh EMULATOR}")
shows=(record log)
. "$(dirname "$0")/printers_lib.sh"

# emulate NAME OPTIONS...: start one; its port in $port.
emulate() {
  local name=$1
  shift
  "$emulator" --grammar zpl "$@" >"$name.out" &
  pids+=($!)
  soon grep -q '^ready zpl ' "$name.out"
  port=$(sed -n 's/^ready zpl .*://p' "$name.out")
}

printf 'at print 3 head-open\n' >faults
emulate zebra --record record --faults faults
lprint_queue "127.0.0.1:$port"

# Our bytes, sent on by it, come out whole.
printf '^XA^DFR:BOX.ZPL^FS^FO40,40^FN1^FS^XZ^XA^XFR:BOX.ZPL^FS^FN1^FDAB12^FS^PQ1^XZ' >label.zpl
lprint submit -u "$queue" -o document-format=application/vnd.zebra-zpl label.zpl >/dev/null
soon grep -qF ' printed R:BOX.ZPL|1=AB12' record

# ZPL of its own: a stored graphic, recalled and deleted.
base64 -d >picture.png <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAF0lEQVR42mP4/5+BAYQZ4AwkJpRBhBoAfAQf4U8gu58AAAAASUVORK5CYII=
PNG
lprint submit -u "$queue" picture.png >/dev/null
soon grep -qF ' printed XG=R:LPRINT.GRF' record

# Its questions, ~HQES and ~HS in one write, and what it makes of the answers.
sleep 1.1 # it asks once a second at most
lprint status -u "$queue" >answer
grep -q 'HQES returned .*ERRORS: *0 00000000 00000000' log || fail "it did not understand ~HQES"
if grep -qE 'other|error|warning|empty|open' answer; then fail "a sound printer is not: $(cat answer)"; fi

# The head opens during the third label: ~HS falls silent, and lprint says that something is wrong.
lprint submit -u "$queue" -o document-format=application/vnd.zebra-zpl label.zpl >/dev/null
soon grep -qF ' cut R:BOX.ZPL|1=AB12' record
sleep 1.1
lprint status -u "$queue" >/dev/null # the answer of the question that this one raises comes later
sleep 1.1
lprint status -u "$queue" >answer
grep -q 'HQES returned .*ERRORS: *1 00000000 00000004' log || fail "an open head is not told"
grep -qE 'other|open' answer || fail "an open head looks sound: $(cat answer)"
