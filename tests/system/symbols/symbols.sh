#!/usr/bin/env bash
# Symbols before foreign programs; which of the scripts in readers/ is the first word.
#   round_trip: ZXingReader, zbarimg, dmtxread and zxing-wasm read what they can: all of it, whole
#   sizes: none is larger than bwip-js makes it, but for reasons that are said
#   damage: blurred, turned, pale, grainy pictures of QR and DataMatrix are still read
# A seeded share of the payloads by default, 1,000 of each kind with CM_PROVE.
# Usage: symbols.sh round_trip|sizes|damage SYMBOL_MAKER
set -euo pipefail
what=${1:?usage: symbols.sh round_trip|sizes|damage SYMBOL_MAKER}
maker=$(realpath "${2:?usage: symbols.sh round_trip|sizes|damage SYMBOL_MAKER}")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")

for tool in node ZXingReader zbarimg dmtxread convert; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; run './dev setup'" >&2 && exit 1; }
done
cmp -s "$here/readers/package-lock.json" "$here/readers/node_modules/.installed-lock.json" ||
  { echo "the symbol readers are missing; './dev test' installs them" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

declare -A share=([round_trip]=40 [sizes]=60 [damage]=4)
count=${share[$what]}
if [ -n "${CM_PROVE:-}" ]; then count=1000; fi
if [ -n "${CM_PROVE:-}" ] && [ "$what" = damage ]; then count=100; fi
node "$here/readers/$what.mjs" "$maker" "$scratch" "$count" 2026
