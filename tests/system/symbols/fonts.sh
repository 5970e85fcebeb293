#!/usr/bin/env bash
# Our fonts and our judge before foreign programs: X's font compiler takes the fonts, the drawings
# in fonts/README.md are their dots, and Tesseract reads what the judge reads where print is easy.
# Usage: fonts.sh SOURCE_DIR LINE_MAKER
set -euo pipefail
source=$(realpath "${1:?usage: fonts.sh SOURCE_DIR LINE_MAKER}")
line_maker=$(realpath "${2:?usage: fonts.sh SOURCE_DIR LINE_MAKER}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "fonts: $*" >&2
  exit 1
}
for tool in bdftopcf tesseract convert; do
  command -v "$tool" >/dev/null || fail "$tool is missing; run './dev setup'"
done

for font in 5x7 7x9 16x10; do
  bdftopcf -o "$work/$font.pcf" "$source/fonts/$font.bdf" 2>"$work/said" || fail "bdftopcf: $font"
  [ ! -s "$work/said" ] || fail "bdftopcf says of $font: $(cat "$work/said")"
  # The README shows glyphs side by side; taken apart they are what bdf.sh shows.
  bash "$source/fonts/bdf.sh" show "$source/fonts/$font.bdf" >"$work/$font.art"
  bash "$source/fonts/bdf.sh" make "$font" <"$work/$font.art" >"$work/$font.bdf"
  cmp -s "$work/$font.bdf" "$source/fonts/$font.bdf" || fail "$font: not what its drawing makes"
  bash "$source/fonts/bdf.sh" table "$source/fonts/$font.bdf" >"$work/$font.table"
  awk -v font="$font" '$0 == "## " font { on = 1; next } /^## / { on = 0 }
    on && /^```/ { inside = !inside; next } on && inside' "$source/fonts/README.md" |
    cmp -s - "$work/$font.table" || fail "fonts/README.md does not show the dots of $font"
done

# Easy print: an outline font at 300 dots an inch without faults, large enough for Tesseract.
texts="R7K9M4XW2HVT 3DFJPQY6GBCT W4HX9KM7TVR2 C3P6Y9D4F7JB"
same=0 all=0
for text in $texts; do
  judged=$("$line_maker" thermal300 "DejaVu Sans" 4 0 1 default "$text" "$work/line.pgm")
  [ "$judged" = "$text" ] || fail "the judge reads $judged"
  convert "$work/line.pgm" -bordercolor white -border 40 "$work/line.png"
  tesseract "$work/line.png" "$work/read" --psm 7 \
    -c tessedit_char_whitelist=234679BCDFGHJKMPQRTVWXY >/dev/null 2>&1 || fail "tesseract fails"
  read=$(tr -d ' \n\f' <"$work/read.txt")
  for ((i = 0; i < ${#text}; i++)); do
    all=$((all + 1))
    [ "${read:i:1}" != "${judged:i:1}" ] || same=$((same + 1))
  done
done
[ $((same * 100)) -ge $((all * 95)) ] || fail "Tesseract agrees on $same of $all symbols only"

# Spoilt print is spoilt for it, too: a sanity check that faults are faults.
"$line_maker" cij5x7 - 3 3 5 default R7K9M4XW2HVT "$work/bad.pgm" >"$work/judged"
convert "$work/bad.pgm" "$work/bad.png"
tesseract "$work/bad.png" "$work/read" --psm 7 >/dev/null 2>&1 || fail "tesseract fails"
[ "$(tr -d ' \n\f' <"$work/read.txt")" != R7K9M4XW2HVT ] || fail "faults spoil nothing"
echo "fonts: Tesseract agrees with the judge on $same of $all symbols of easy print"
