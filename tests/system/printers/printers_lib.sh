# shellcheck shell=bash disable=SC2034,SC2154 # what its users take, what they set
# What the tests against printing programs of other authors share: a folder of their own, programs
# that end with the test, waiting for facts, a queue of lprint. Set `shows` to the files that tell
# of a failure and source this; the paths of programs must be whole by then.
set -euo pipefail
printers_dir=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
scratch=$(mktemp -d)
cd "$scratch"
export HOME=$scratch # lprint keeps its state there
pids=()

clean_up() {
  local pid running
  running=$(jobs -pr)
  for pid in "${pids[@]}"; do
    # The number of one that has ended may be another program's by now.
    grep -qxF "$pid" <<<"$running" || continue
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  cd / && rm -rf "$scratch"
}
trap clean_up EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  tail -n 40 "${shows[@]}" >&2 || true
  exit 1
}

# soon COMMAND...: within a minute it succeeds.
soon() {
  local i
  for ((i = 0; i < 600; i++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  fail "never: $*"
}

# lprint_queue ADDRESS: lprint with a queue for the ZPL printer there; its URI in $queue, the
# server's host and port in $lprint_at, its log in `log`.
lprint_queue() {
  local port
  command -v lprint >/dev/null || fail "lprint is missing; run './dev setup'"
  port=$(node "$printers_dir/free_port.mjs")
  lprint_at=localhost:$port
  queue=ipp://$lprint_at/ipp/print/zebra
  lprint server -o server-hostname=localhost -o server-port="$port" \
    -o spool-directory="$scratch/spool" -o log-file="$scratch/log" -o log-level=debug &
  pids+=($!)
  soon lprint printers -u "ipp://$lprint_at/ipp/system"
  lprint add -d zebra -v "socket://$1" -m zpl_4inch-203dpi-tt -u "ipp://$lprint_at/ipp/system"
}
