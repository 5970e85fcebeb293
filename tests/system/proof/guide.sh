#!/usr/bin/env bash
# The commands of docs/guide/print-proof.md, word for word: every block marked "sh proof", against
# the programs that this build made; and every number of its two tables.
# usage: guide.sh SOURCE_DIR BIN_DIR
. "$(dirname "$0")/../guide_lib.sh"
guide=$1/docs/guide/print-proof.md
guide_runs "$1" "$2" proof print-proof

promised() {
  echo "the guide promises: $*" >&2
  exit 1
}
said() { node -p "JSON.parse(require('fs').readFileSync('build/$1.json')).$2"; }
quotes() { grep -qF "$1" "$guide" || promised "measured is: $1"; }
wrong() { echo "$(said "$1" "$2_wrong") of $(said "$1" "$2_shown")"; }

[ "$(said crockford too_close)" = 1 ] || promised "one pair too close"
# shellcheck disable=SC2016 # the back quotes are Markdown's
quotes '| `crockford`, 32 symbols | '"$(said crockford printed_length) | 1 (0 and D) | $(wrong crockford characters) | $(wrong crockford codes) |"
# shellcheck disable=SC2016
quotes '| `20`, 20 symbols | '"$(said twenty printed_length) | $(said twenty too_close) | $(wrong twenty characters) | $(wrong twenty codes) |"
margin() { said "$1" margin; }
quotes "| 3 mm | $(wrong high characters) | $(wrong high codes) | $(margin high) |"
quotes "| 1.5 mm | $(wrong low characters) | $(wrong low codes) | $(margin low) |"
cmp -s build/proof.pdf build/high.pdf || promised "the same page, byte for byte"
for pdf in proof crockford twenty high low label gs1 qr cola; do
  [ "$(pdfinfo "build/$pdf.pdf" | awk '/^Pages/ { print $2 }')" = 1 ] || promised "one page: $pdf"
done
[ "$(grep -c '^barcodes shown: *40$' out.txt)" = 2 ] || promised "forty samples"
echo "every command runs, every number is as the guide says"
