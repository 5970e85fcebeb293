#!/usr/bin/env bash
# Our IPP driver and link against ippeveprinter, an IPP printer of other authors. The judge is what
# its script was given to print: every code once, whatever breaks.
# Usage: ipp.sh STREAM NO_DNSSD PROXY (Debian packages cups-ipp-utils, nodejs).
# shellcheck disable=SC2034,SC2154 # what printers_lib.sh takes, what it sets
stream=$(realpath "${1:?usage: ipp.sh STREAM NO_DNSSD PROXY}")
no_dnssd=$(realpath "$2")
proxy=$(realpath "$3")
here=$(cd "$(dirname "$0")" && pwd)
shows=(said printer.log wire)
. "$here/printers_lib.sh"
# shellcheck source=tests/system/printers/ipp_printer.sh
. "$here/ipp_printer.sh"
queue_pid=
queue_starts "$no_dnssd"

# prints MOOD FIRST COUNT WINDOW [PORT]: one run, its words in `said`.
prints() {
  echo "$1" >mood
  : >paper
  timeout 60 "$stream" "ipp://localhost:${5:-$queue_port}/ipp/print" "run-$1-$2" "$2" "$3" "$4" \
    </dev/null >said || fail "the run did not end: $*"
}

# once FIRST COUNT: each of these codes was printed, none twice, and no other.
once() {
  local i
  for ((i = $1; i < $1 + $2; i++)); do printf 'CODE%06d\n' "$i"; done >wanted
  cmp -s wanted paper || fail "not each code once: $(sort paper | uniq -c | awk '$1 > 1' | head -n 3)"
}

says() { grep -qxF "$1" said || fail "not said: $1"; }

# A queue that counts labels proves them; one that does not has them delivered.
prints counts 1 25 10
once 1 25
says 'given=25 printed=25 unsent=0 refused=0 cleared=0 unknown=0 delivered=0'
prints plain 100 25 10
once 100 25
says 'given=25 printed=0 unsent=0 refused=0 cleared=0 unknown=0 delivered=25'
# One label a job proves nothing: a queue that counts documents would say the same.
prints counts 200 3 1
says 'given=3 printed=0 unsent=0 refused=0 cleared=0 unknown=0 delivered=3'

# A job that fails is unknown as a whole; the next one waits, and goes.
prints fails 300 20 10
once 300 20
says 'state printer fault: a job was aborted: aborted-by-system'
says 'given=20 printed=0 unsent=0 refused=0 cleared=0 unknown=10 delivered=10'

# Paper out is told while it lasts.
prints empty 400 10 10
once 400 10
says 'state paper out: media-empty-warning' # as ippeveprinter says it
says 'given=10 printed=0 unsent=0 refused=0 cleared=0 unknown=0 delivered=10'

# Over TLS with a certificate that the printer signed itself: refused, unless its key is known.
key=$(openssl s_client -connect "localhost:$queue_port" </dev/null 2>/dev/null |
  openssl x509 -pubkey -noout | openssl pkey -pubin -outform der |
  openssl dgst -sha256 -binary | base64)
[ "${#key}" -eq 44 ] || fail "ippeveprinter shows no certificate"
other=$(printf 'another key' | openssl dgst -sha256 -binary | base64)
: >paper
mkfifo hand
for address in "ipps://localhost:$queue_port" "ipps://localhost:$queue_port?pin=$other"; do
  : >said
  "$stream" "$address" run-tls 450 3 <hand >said &
  run=$!
  pids+=("$run")
  exec 3>hand
  soon grep -qE '^down (its certificate is not trusted|it is another printer)' said
  echo abandon >&3
  wait "$run"
  says 'given=0 printed=0 unsent=0 refused=0 cleared=0 unknown=0 delivered=0'
done
[ ! -s paper ] || fail "something went to a printer that is not trusted"
timeout 60 "$stream" "ipps://localhost:$queue_port?pin=$key" run-tls 450 3 </dev/null >said ||
  fail "no way in with the right key"
once 450 3

# wire HOW N: a wire that breaks; its port in $wire_port.
wire() {
  : >wire # not the port of the one before
  node "$proxy" "$queue_port" "$1" "$2" >wire &
  pids+=($!)
  soon grep -q '^ready ' wire
  wire_port=$(sed -n 's/^ready //p' wire)
}

# The answer to a job is lost after the printer has it: the job is found by its name, and no label
# is sent again.
wire answer 2
prints counts 500 30 10 "$wire_port"
once 500 30
grep -qx cut wire || fail "the wire did not break"
says 'down the printer cut the connection'
says 'given=30 printed=30 unsent=0 refused=0 cleared=0 unknown=0 delivered=0'

# Half of a job arrives. What the printer makes of it is its own affair; nothing is sent again.
for how in amid head; do
  wire "$how" 2
  prints plain 600 30 10 "$wire_port"
  grep -qx cut wire || fail "the wire did not break"
  [ -z "$(sort paper | uniq -d)" ] || fail "printed twice: $(sort paper | uniq -d | head -n 3)"
  grep -q '^given=30 printed=0 .*delivered=20$' said || fail "the cut job is not told apart"
done

# The printer is switched off amid a run: nobody answers, and the operator ends it.
echo plain >mood
"$stream" "ipp://localhost:$queue_port/ipp/print" run-off 700 1000 10 <hand >said &
run=$!
pids+=("$run")
exec 3>hand
soon grep -q '^fate delivered ' said
kill "$queue_pid"
wait "$queue_pid" 2>/dev/null || true
soon grep -q '^down connection refused: is the printer on, is port' said
echo abandon >&3
soon grep -q '^given=' said
wait "$run"
awk -F'[ =]' '/^given=/ { sum = 0; for (i = 4; i <= NF; i += 2) sum += $i; exit sum != $2 }' said ||
  fail "the books do not close: $(tail -n 1 said)"
