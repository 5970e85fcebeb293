#!/usr/bin/env bash
# An IPP server of another author, lprint, is probed: asked as what it is, and as a ZPL printer by
# mistake; what stands behind its queue gets no label. Then one TEST label goes through it.
# Usage: probe_ipp.sh PROBE_TOOL EMULATOR COUNTERMARK
set -euo pipefail
probe=$(realpath "${1:?usage: probe_ipp.sh PROBE_TOOL EMULATOR COUNTERMARK}")
emulator=$(realpath "$2")
countermark=$(realpath "$3")
command -v lprint >/dev/null || { echo "lprint is missing; run './dev setup'" >&2 && exit 1; }
scratch=$(mktemp -d)
cd "$scratch"
export HOME=$scratch # lprint keeps its state there
pids=()

clean_up() {
  local pid
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  cd / && rm -rf "$scratch"
}
trap clean_up EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  tail -n 20 answer log >&2 || true
  exit 1
}

# soon COMMAND...: within ten seconds it succeeds.
soon() {
  local i
  for ((i = 0; i < 100; i++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  fail "never: $*"
}

# asked URI PATTERN...: every pattern stands in the answer.
asked() {
  local uri=$1 pattern
  shift
  "$probe" "$uri" >answer || fail "no answer to $uri"
  for pattern in "$@"; do grep -qE "$pattern" answer || fail "$uri: not '$pattern'"; done
}

"$emulator" --grammar zpl --record free >free.out &
pids+=($!)
soon grep -q '^ready zpl ' free.out
ipp_port=$(sed -n 's/^ready zpl .*://p' free.out)
kill "${pids[0]}"
wait "${pids[0]}" || true # a port that is free now
"$emulator" --grammar zpl --record record >zebra.out &
pids+=($!)
soon grep -q '^ready zpl ' zebra.out
port=$(sed -n 's/^ready zpl .*://p' zebra.out)

lprint server -o server-hostname=localhost -o server-port="$ipp_port" \
  -o spool-directory="$scratch/spool" -o log-file="$scratch/log" -o log-level=debug &
pids+=($!)
soon lprint printers -u "ipp://localhost:$ipp_port/ipp/system"
lprint add -d zebra -v "socket://127.0.0.1:$port" -m zpl_4inch-203dpi-tt \
  -u "ipp://localhost:$ipp_port/ipp/system"

asked "ipp://localhost:$ipp_port/ipp/print/zebra" '^speaks ipp$' '^state: idle$' '^make: .*Zebra' \
  '^takes jobs: yes$'
asked "ipp://localhost:$ipp_port/ipp/print/nobody" '^speaks ipp$' '^queue: not at this path'
# lprint's own path is not /ipp/print, but what answers there is IPP all the same.
asked "zpl+tcp://localhost:$ipp_port" '^other ipp$' 'this is no ZPL: IPP is spoken there'
[ ! -s record ] || fail "the printer behind the queue did something: $(cat record)"

"$countermark" printer test "ipp://localhost:$ipp_port/ipp/print/zebra" --template plain >answer ||
  fail "no test label"
grep -q '^verdict: delivered$' answer || fail "not delivered"
soon grep -q ' printed .*=TEST' record
[ "$(grep -c ' printed ' record)" = 1 ] || fail "more than one label: $(cat record)"
