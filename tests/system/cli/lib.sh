# shellcheck shell=bash
# What every system test of the command line shares: a folder of its own, the program, and three
# ways to say what must be. Usage of a test: NAME.sh BUILD (the folder with bin/countermark).
# shellcheck disable=SC2034 # variables are for the tests that include this
set -euo pipefail
build=$(cd "${1:?usage: NAME.sh BUILD}" && pwd)
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
PATH=$build/bin:$PATH
scratch=$(mktemp -d)
cd "$scratch"
export COUNTERMARK_WORKSPACE=$scratch/shop
pids=()

clean_up() {
  local pid running
  running=$(jobs -pr)
  for pid in "${pids[@]}"; do
    # The number of one that has ended may be another program's by now.
    grep -qxF "$pid" <<<"$running" || continue
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  cd / && rm -rf "$scratch"
}
trap clean_up EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  head -c 2000 "$scratch/out" "$scratch/err" >&2 || true
  exit 1
}

# gives CODE COMMAND...: the exit code; standard output in $scratch/out, errors in $scratch/err.
gives() {
  local wanted=$1 got=0
  shift
  "$@" >"$scratch/out" 2>"$scratch/err" || got=$?
  [ "$got" -eq "$wanted" ] || fail "exit code $got, not $wanted: $*"
}

# out_has TEXT, err_has TEXT: what the last command printed.
out_has() { grep -qF -- "$1" "$scratch/out" || fail "standard output lacks: $1"; }
err_has() { grep -qF -- "$1" "$scratch/err" || fail "standard error lacks: $1"; }
# err_is TEXT: the one line of error, whole.
err_is() { [ "$(cat "$scratch/err")" = "countermark: $1" ] || fail "the error is not: countermark: $1"; }

# soon COMMAND...: within a minute it succeeds.
soon() {
  local i
  for ((i = 0; i < 1200; i++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  fail "never: $*"
}

# flip FILE OFFSET: one byte of it is another one. (A byte that is put there may be what stands there.)
flip() {
  node -e 'const fs = require("fs"), f = fs.openSync(process.argv[1], "r+"), b = Buffer.alloc(1), at = +process.argv[2];
    if (fs.readSync(f, b, 0, 1, at) !== 1) throw new Error("no such byte");
    b[0] ^= 0x40;
    fs.writeSync(f, b, 0, 1, at);' "$1" "$2" || fail "no byte $2 of $1 was changed"
}

# json EXPRESSION FILE: with `v` the value in the file.
json() {
  node -e 'const v = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
    process.stdout.write(String(eval(process.argv[1])));' "$1" "$2"
}

# What the ledger, the keystore and the folder hold: equal before and after means that nothing
# changed. Refusals are counted by the minute and may be journaled at any time, so no sequences.
imprint() {
  local list
  for list in 'scheme list' 'batch list' 'door list' 'brand list' 'key list' 'cards pool list'; do
    # shellcheck disable=SC2086 # two words each
    countermark $list --json
  done
  countermark stats --json | sed 's/"next_sequence.*//'
  sha256sum <"$COUNTERMARK_WORKSPACE/keystore"
  ls "$COUNTERMARK_WORKSPACE"
}

# refused CODE TEXT COMMAND...: fails so, with that whole error, and changes nothing.
refused() {
  local code=$1 text=$2 before
  shift 2
  before=$(imprint)
  gives "$code" "$@"
  err_is "$text"
  [ "$(imprint)" = "$before" ] || fail "something changed: $*"
}

# A sandbox with a scheme 'cola' and one batch 'monday' of 1,000 codes.
make_shop() {
  countermark init --sandbox >/dev/null
  countermark plan --volume 100000 --attribute sku:64:inline --attribute flavour:16 --days 3653 \
    --epoch 2026-01-01 --inline date --test --out cola.json --name cola >/dev/null
  countermark scheme add cola.json >/dev/null
  countermark scheme append cola --attribute sku CM-1 CM-2 >/dev/null
  countermark scheme append cola --attribute flavour cola lemon >/dev/null
  countermark batch add monday --scheme cola --quantity 1000 --date 2026-11-23 \
    --attribute sku=CM-2 --attribute flavour=lemon --product 'Lemon 330 ml' >/dev/null
}
