#!/usr/bin/env bash
# Pictures of every kind in every format before foreign programs: xmllint and librsvg take the SVG,
# qpdf and poppler the PDF, ghostscript the EPS, ImageMagick the PNG, zpl-renderer-js the ZPL. What
# they draw must equal the PNG dot by dot, quiet zone and all, and be as large as it was said to be;
# ZXingReader (stacked DataBar: zbarimg) reads the PNG and the drawn ZPL of every symbol, tesseract
# the text below bars.
# Usage: pictures.sh PICTURE_MAKER [PAYLOADS_A_KIND]
set -euo pipefail
maker=$(realpath "${1:?usage: pictures.sh PICTURE_MAKER [PAYLOADS]}")
each=${2:-${CM_PROVE:+20}}
each=${each:-1}
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
render=$here/../printers/render

for tool in xmllint rsvg-convert qpdf pdftoppm pdfinfo gs identify convert compare ZXingReader \
  zbarimg tesseract node; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; run './dev setup'" >&2 && exit 1; }
done
cmp -s "$render/package-lock.json" "$render/node_modules/.installed-lock.json" ||
  { echo "the label renderer is missing; './dev test' installs it" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# A module of 0.4 mm is 10 dots of 635 dpi: foreign rasters meet the same grid.
dpi=635
module=0.4

# NAME KIND PAYLOAD TEXT: what is said, and what readers call its text.
payloads() {
  awk -v each="$each" '
    function pick(set, n,   s) {
      s = ""
      while (n-- > 0) s = s substr(set, 1 + int(rand() * length(set)), 1)
      return s
    }
    function checked(digits,   i, sum) { # GS1 General Specifications, 7.9
      for (i = length(digits); i > 0; i -= 2)
        sum += 3 * substr(digits, i, 1) + (i > 1 ? substr(digits, i - 1, 1) : 0)
      return digits (10 - sum % 10) % 10
    }
    function say(kind, payload, text) { print kind "-" i, kind, payload, text }
    BEGIN {
      srand(6)
      digits = "0123456789"; code = "234679BCDFGHJKMPQRTVWXY"
      for (i = 1; i <= each; i++) {
        free = pick(code, 6 + i % 20)
        gtin = checked("0" pick(digits, 12))
        element = "01" gtin "21" pick(code, 8)
        body = pick(digits, 6)
        ean13 = checked(pick("123456789", 1) pick(digits, 11))
        ean8 = checked(pick(digits, 7))
        upca = checked(pick(digits, 11))
        text = "https://x.nl/" free; say("qr", text, text)
        text = pick(digits, 6); say("micro-qr", text, text)
        say("gs1-qr", element, element)
        say("datamatrix", free, free)
        say("gs1-datamatrix", element, element)
        say("aztec", free, free)
        say("pdf417", free, free)
        say("code128", free, free)
        say("code128-b", free, free)
        say("gs1-128", element, element)
        say("ean13", ean13, ean13)
        say("ean8", ean8, ean8)
        say("upca", upca, upca)
        say("itf14", gtin, gtin)
        say("codabar", "A" body "B", body)
        say("code39", free, free)
        say("databar", gtin, gtin)
        short = substr(element, 1, 22) # of four stacked rows zbarimg reads few
        say("databar-expanded", short, "(01)" gtin "(21)" substr(short, 19))
        say("databar-expanded-stacked", short, short)
      }
    }'
}
payloads >plan
# bare-NAME is the same without its text, whose letters programs round each in their own way.
while read -r name kind payload _; do
  hex=$(printf '%s' "$payload" | od -An -v -t x1 | tr -d ' \n')
  for format in svg pdf eps; do
    printf '%s %s %s - %s - - - %s\n' "$name" "$format" "$kind" "$module" "$hex"
    printf 'bare-%s %s %s - %s - - none %s\n' "$name" "$format" "$kind" "$module" "$hex"
  done
  printf '%s png %s - - 10 %s - %s\n' "$name" "$kind" "$dpi" "$hex"
  printf 'bare-%s png %s - - 10 %s none %s\n' "$name" "$kind" "$dpi" "$hex"
  printf '%s zpl %s - - 3 - - %s\n' "$name" "$kind" "$hex"
done <plan >wishes
"$maker" . <wishes >said
if grep -- ' - ' said >&2; then fail "the symbols above were refused"; fi
count=$(wc -l <plan)
[ "$count" -eq $((each * 19)) ] || fail "$count symbols instead of $((each * 19))"

# ---- each format by itself
# draw NAME: by three programs, each at our resolution.
draw() {
  pdftoppm -r "$dpi" -gray -singlefile "$1.pdf" "$1.pdf"
  rsvg-convert -d "$dpi" -p "$dpi" -o "$1.svg.png" "$1.svg"
  gs -q -dNOPAUSE -dBATCH -dSAFER -dEPSCrop -dTextAlphaBits=4 -dGraphicsAlphaBits=4 \
    -sDEVICE=pnggray -r"$dpi" -sOutputFile="$1.eps.png" "$1.eps" || fail "gs: $1.eps"
}
xmllint --noout ./*.svg || fail "xmllint: not well-formed"
for pdf in *.pdf; do
  qpdf --check "$pdf" >/dev/null || fail "qpdf: $pdf"
done
# 250 dots a centimetre, 1 bit grey
identify -units PixelsPerCentimeter \
  -format '%i %w %h %[png:IHDR.bit-depth-orig] %[colorspace] %x %y\n' ./*.png >identified
awk '$4 != 1 || $5 != "Gray" || $6 != 250 || $7 != 250' identified >odd
[ ! -s odd ] || { cat odd >&2 && fail "ImageMagick: depth, colour or resolution of these"; }
while read -r name _; do draw "bare-$name"; done <plan
echo "$count SVG, PDF, EPS and PNG are what their readers want"

# ---- true sizes: what was said, the PDF's page and the PNG's dots
awk '
  FILENAME == "said" { if ($5 == 10) { width[$1] = $2; height[$1] = $3 } next }
  { name = $1; sub(/^\.\//, "", name); sub(/\.png$/, "", name)
    if (($2 - width[name] * 25) ^ 2 > 1e-4 || ($3 - height[name] * 25) ^ 2 > 1e-4)
      { print name, $2 / 25, width[name], $3 / 25, height[name]; exit 1 } }' said identified ||
  fail "the PNG above is not as large as was said (mm: is, said)"
for pdf in *.pdf; do
  pdfinfo "$pdf" | awk -v name="${pdf%.pdf}" '
    FILENAME == "said" { if ($1 == name && $5 == 0) { w = $2; h = $3 } next }
    /^Page size/ { dx = $3 / 72 * 25.4 - w; dy = $5 / 72 * 25.4 - h
      if (dx * dx > 1e-4 || dy * dy > 1e-4) { print name, dx, dy; exit 1 } }' said - ||
    fail "the PDF above is not as large as was said (mm off)"
done

# ---- the same dots
# like NAME FILE: not one dot differs. A fraction of a dot may be left over at the right or below.
like() {
  local name=$1 file=$2 width height differ
  read -r width height < <(identify -format '%w %h\n' "$name.png")
  convert "$name.png" -depth 8 ours.pgm
  convert "$file" -background white -flatten -threshold 50% -extent "${width}x${height}" \
    -depth 8 theirs.pgm
  differ=$(compare -metric AE ours.pgm theirs.pgm null: 2>&1 || true)
  [ "$differ" = 0 ] || fail "$file differs from $name.png in $differ dots"
}
while read -r name _; do
  like "bare-$name" "bare-$name.svg.png"
  like "bare-$name" "bare-$name.pdf.pgm"
  like "bare-$name" "bare-$name.eps.png"
done <plan
echo "SVG, PDF and EPS of $count symbols, drawn by librsvg, poppler and ghostscript, equal the PNG"

# ---- read back
node "$render/graphic.mjs" 250 60 ./*.zpl
# The label is larger than its graphic: cut it to the size that was said, at 8 dots a mm.
awk '/^bare-/ { next } { width[$1] = $2; height[$1] = $3 }
  END { for (name in width) printf "%s %.0f %.0f\n", name, width[name] * 8, height[name] * 8 }' said |
  while read -r name width height; do
    convert "$name.zpl.png" -crop "${width}x$height+0+0" +repage "$name.zpl.png"
  done
# ZXingReader 1.4 aborts on some large pictures of bars: it gets the PNG at 4 dots a module.
declare -A formats=([qr]=QRCode [micro-qr]=MicroQRCode [gs1-qr]=QRCode [datamatrix]=DataMatrix
  [gs1-datamatrix]=DataMatrix [aztec]=Aztec [pdf417]=PDF417 [code128]=Code128 [code128-b]=Code128
  [gs1-128]=Code128 [ean13]=EAN-13 [ean8]=EAN-8 [upca]=UPC-A [itf14]=ITF [codabar]=Codabar
  [code39]=Code39 [databar]=DataBar [databar-expanded]=DataBarExpanded)
while read -r name kind _ text; do
  convert "$name.png" -scale 40% "$name.small.png"
  for file in "$name.small.png" "$name.zpl.png"; do
    if [ "$kind" = databar-expanded-stacked ]; then
      got=$(zbarimg -q --raw "${file/.small/}" 2>/dev/null) || true
    else
      got=$(ZXingReader -format "${formats[$kind]}" "$file" | sed -n 's/^Text: *"\(.*\)"$/\1/p')
    fi
    [ "$got" = "$text" ] || fail "$file: it is read as '$got'"
  done
done <plan
echo "PNG and ZPL are read back by ZXingReader, stacked DataBar by zbarimg"

# ---- the text below the bars, in letters that a reader of print knows
while read -r name kind payload _; do
  case $kind in code128 | code39 | codabar) ;; *) continue ;; esac
  draw "$name"
  for file in "$name.png" "$name.svg.png" "$name.pdf.pgm" "$name.eps.png"; do
    read -r width height < <(identify -format '%w %h\n' "$file")
    convert "$file" -background white -flatten -crop "${width}x112+0+$((height - 112))" +repage \
      -bordercolor white -border 40 text.png
    got=$(tesseract text.png - --psm 7 -c tessedit_char_whitelist=0123456789ABCDFGHJKMPQRTVWXY \
      2>/dev/null | tr -d ' \n\f')
    [ "$got" = "$payload" ] || fail "$file: tesseract reads '$got'"
  done
done < <(head -n 19 plan)
echo "tesseract reads the text below bars in PNG, SVG, PDF and EPS"
