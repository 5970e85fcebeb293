#!/usr/bin/env bash
# GS1 texts before foreign linters and parsers, and through symbols before a foreign reader:
# readers/gs1.mjs and readers/gs1_symbols.mjs say which, and how.
# Usage: gs1.sh GS1_LINES SYMBOL_MAKER
set -euo pipefail
lines=$(realpath "${1:?usage: gs1.sh GS1_LINES SYMBOL_MAKER}")
maker=$(realpath "$2")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
command -v node >/dev/null || { echo "node is missing; run './dev setup'" >&2 && exit 1; }
cmp -s "$here/readers/package-lock.json" "$here/readers/node_modules/.installed-lock.json" ||
  { echo "the symbols' readers are missing; './dev test' installs them" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
node "$here/readers/gs1.mjs" "$lines"
node "$here/readers/gs1_symbols.mjs" "$maker" "$scratch"
