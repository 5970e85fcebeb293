#!/usr/bin/env bash
# GS1 texts before foreign linters and parsers: readers/gs1.mjs says which, and how.
# Usage: gs1.sh GS1_LINES
set -euo pipefail
lines=$(realpath "${1:?usage: gs1.sh GS1_LINES}")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
command -v node >/dev/null || { echo "node is missing; run './dev setup'" >&2 && exit 1; }
cmp -s "$here/readers/package-lock.json" "$here/readers/node_modules/.installed-lock.json" ||
  { echo "the symbols' readers are missing; './dev test' installs them" >&2 && exit 1; }
exec node "$here/readers/gs1.mjs" "$lines"
