#!/usr/bin/env bash
# docs/examples/redeem.c against a running vault: accepted once, replayed under its key, refused
# under another. usage: example.sh SOURCE_DIR BIN_DIR EXAMPLE
set -euo pipefail
source_dir=$1 example=$3
PATH=$2:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-example.XXXXXX")
export COUNTERMARK_WORKSPACE=$work/workspace
daemon=
cleanup() {
  if [ -n "$daemon" ] && kill "$daemon" 2>/dev/null; then wait "$daemon" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

{
  countermark init --sandbox
  countermark plan "$source_dir/docs/examples/plan.csv" --out "$work/scheme.json" \
    --name drinks --brand house --test
  countermark scheme add "$work/scheme.json"
  countermark batch add --from-plan "$source_dir/docs/examples/plan.csv" --scheme drinks
  countermark mint CM-LEMON-330-2026-11-25 --out "$work/codes.csv" --columns code
  countermark batch open CM-LEMON-330-2026-11-25
  countermark key api add till --door default --role redeem
} >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>"$work/daemon.log" &
daemon=$!
for _ in $(seq 600); do
  [ -S "$COUNTERMARK_WORKSPACE/run/verify.sock" ] && break
  sleep 0.1
done

code=$(sed -n 2p "$work/codes.csv")
ask() { "$example" "$COUNTERMARK_WORKSPACE/run/verify.sock" 1 1 1 "$@"; }
[ "$(ask order-1 "$code")" = accepted ]
[ "$(ask order-1 "$code")" = accepted ]
[ "$(ask order-2 "$code" || true)" = already_redeemed ]
[ "$(ask order-3 NOTACODE || true)" = typing_error ]
echo "example: redeemed once, replayed, refused"
