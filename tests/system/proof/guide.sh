#!/usr/bin/env bash
# The commands of docs/guide/print-proof.md, word for word: every block marked "sh proof", against
# the programs that this build made; and every number of its two tables.
# usage: guide.sh SOURCE_DIR BIN_DIR
set -euo pipefail
source_dir=$1 bin_dir=$2
guide=$source_dir/docs/guide/print-proof.md
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-proof.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/build/dev"
ln -s "$bin_dir" "$work/build/dev/bin"
# shellcheck disable=SC2016 # the back quotes are Markdown's
sed -n '/^```sh proof$/,/^```$/p' "$guide" | sed '/^```/d' >"$work/commands.sh"
cd "$work"
[ -s commands.sh ] || { echo "no block marked 'sh proof' in docs/guide/print-proof.md" >&2; exit 1; }
bash -euo pipefail commands.sh >out.txt 2>err.txt || {
  echo "the guide's commands failed:" >&2
  tail -n 40 out.txt >&2
  tail -n 5 err.txt >&2
  exit 1
}
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
