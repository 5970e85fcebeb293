#!/usr/bin/env bash
# An IPP server of another author, lprint, is probed: asked as what it is, and as a ZPL printer by
# mistake; what stands behind its queue gets no label. Then one TEST label goes through it.
# Usage: probe_ipp.sh PROBE_TOOL EMULATOR COUNTERMARK
# shellcheck disable=SC2034,SC2154 # what printers_lib.sh takes, what it sets
probe=$(realpath "${1:?usage: probe_ipp.sh PROBE_TOOL EMULATOR COUNTERMARK}")
emulator=$(realpath "$2")
countermark=$(realpath "$3")
shows=(answer log)
. "$(dirname "$0")/printers_lib.sh"

# asked URI PATTERN...: every pattern stands in the answer.
asked() {
  local uri=$1 pattern
  shift
  "$probe" "$uri" >answer || fail "no answer to $uri"
  for pattern in "$@"; do grep -qE "$pattern" answer || fail "$uri: not '$pattern'"; done
}

"$emulator" --grammar zpl --record record >zebra.out &
pids+=($!)
soon grep -q '^ready zpl ' zebra.out
port=$(sed -n 's/^ready zpl .*://p' zebra.out)

lprint_queue "127.0.0.1:$port"

asked "$queue" '^speaks ipp$' '^state: idle$' '^make: .*Zebra' \
  '^takes jobs: yes$'
asked "ipp://$lprint_at/ipp/print/nobody" '^speaks ipp$' '^queue: not at this path'
# lprint's own path is not /ipp/print, but what answers there is IPP all the same.
asked "zpl+tcp://$lprint_at" '^other ipp$' 'this is no ZPL: IPP is spoken there'
[ ! -s record ] || fail "the printer behind the queue did something: $(cat record)"

"$countermark" printer test "$queue" --template plain >answer ||
  fail "no test label"
grep -q '^verdict: delivered$' answer || fail "not delivered"
soon grep -q ' printed .*=TEST' record
[ "$(grep -c ' printed ' record)" = 1 ] || fail "more than one label: $(cat record)"
