#!/usr/bin/env bash
# What our ZPL driver prints, judged by programs of three other authors: zpl-renderer-js draws the
# driver's actual bytes for 200 units of all shipped templates and one of our tests, ZXingReader
# reads every symbol (Debian package zxing-cpp-tools), dmtxread reads every DataMatrix again
# (dmtx-utils). Every code must come back, as GS1 with its FNC1 where it is one.
# Our own pictures of the same labels (--dry-run shows them) are read back, too, and each symbol must
# stand where the foreign renderer drew it.
# Usage: content.sh LABEL_MAKER TEMPLATES
set -euo pipefail
maker=$(realpath "${1:?usage: content.sh LABEL_MAKER TEMPLATES}")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
templates=("$(realpath "$2")"/*.zpl "$here"/labels/*.zpl)
units=200

for tool in node ZXingReader dmtxread; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; run './dev setup'" >&2 && exit 1; }
done
cmp -s "$here/render/package-lock.json" "$here/render/node_modules/.installed-lock.json" ||
  { echo "the label renderer is missing; './dev test' installs it" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

each=$(((units + ${#templates[@]} - 1) / ${#templates[@]}))
"$maker" "$each" "$scratch" "${templates[@]}"
# All bytes went through a printer of the emulator, too: nothing is asked twice of a unit.
for file in *.units; do
  [ "$(sort -u "$file" | wc -l)" -eq "$each" ] || fail "$file: two units are alike"
done
node "$here/render/draw.mjs" "$scratch" "${templates[@]}" >want
mapfile -t pictures < <(cut -f 1 want)
[ "${#pictures[@]}" -ge $((each * 3)) ] || fail "only ${#pictures[@]} pictures hold a symbol"

# agree READER WANT GOT: equal, line by line.
agree() {
  diff "$2" "$3" >&2 || fail "$1 reads something else (<: sent, >: read)"
  printf '%s: %d symbols read back\n' "$1" "$(wc -l <"$2")"
}

# read_all PICTURE...: FILE TAB IDENTIFIER TAB HEX TAB CORNERS of every symbol it found.
read_all() {
  ZXingReader "$@" | awk '
    /^File:/ { file = $2 }
    /^Bytes:/ { $1 = ""; gsub(/ /, ""); bytes = tolower($0) }
    /^Identifier:/ { identifier = $2 }
    /^Position:/ { $1 = ""; print file "\t" identifier "\t" bytes "\t" $0 }'
}
read_all "${pictures[@]}" >zxing
agree ZXingReader want <(cut -f 1-3 zxing)

# dmtxread writes FNC1 at the start as the byte that -G names: GS. All bytes are ASCII, so that an
# 0a in the hex is a whole byte.
mapfile -t matrices < <(awk -F '\t' '$2 == "]d2" { print $1 }' want)
awk -F '\t' '$2 == "]d2" { print "1d" $3 }' want >want_matrices
dmtxread -n -N 1 -G 29 "${matrices[@]}" | od -An -v -t x1 | tr -d ' \n' | sed 's/0a/\n/g' >dmtx
agree dmtxread want_matrices dmtx

read_all "${pictures[@]/%.png/-ours.png}" | sed 's/-ours\.png/.png/' >ours
agree "ZXingReader, our picture" want <(cut -f 1-3 ours)
# Two dots: what a reader's own rounding may take.
paste <(cut -f 1,4 zxing) <(cut -f 4 ours) | awk -F '\t' '
  {
    n = split($2, theirs, /[ x]+/)
    if (split($3, our, /[ x]+/) != n) exit 1
    for (i = 1; i <= n; i++) {
      gap = theirs[i] - our[i]
      if (gap > 2 || gap < -2) { print $1 ": at" $2 ", ours at" $3; exit 1 }
    }
  }' >&2 || fail "a symbol of our picture stands elsewhere or is of another size"
printf 'our pictures: %d symbols in place\n' "$(wc -l <ours)"
