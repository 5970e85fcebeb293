#!/usr/bin/env bash
# Pages before foreign programs: qpdf and ghostscript take the PDF; poppler finds its sizes, labels,
# bookmarks, metadata, embedded fonts and texts; ZXingReader reads the symbols of every page; what
# poppler draws is the sheet of dots that we draw by the same calls. Where a machine has no fonts the
# error names ours.
# Usage: pages.sh PAGE_MAKER PICTURE_MAKER
set -euo pipefail
maker=$(realpath "${1:?usage: pages.sh PAGE_MAKER PICTURE_MAKER}")
pictures=$(realpath "${2:?usage: pages.sh PAGE_MAKER PICTURE_MAKER}")
for tool in qpdf gs pdfinfo pdffonts pdftotext pdftoppm convert compare ZXingReader; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; run './dev setup'" >&2 && exit 1; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
# has FILE TEXT: a line of the file, spaces run together.
has() { tr -s ' ' <"$1" | grep -qxF -- "$2" || { cat "$1" >&2 && fail "$1 lacks: $2"; }; }

dpi=508 # 20 dots a millimetre
convert -size 60x60 gradient:red-blue -alpha set logo.png
"$maker" pages.pdf page.png logo.png "$dpi"
"$maker" again.pdf again.png logo.png "$dpi"
if ! cmp pages.pdf again.pdf || ! cmp page.png again.png; then fail "the same pages are other bytes"; fi

qpdf --check pages.pdf >/dev/null || fail "qpdf"
gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=nullpage pages.pdf >complaints 2>&1 || fail "ghostscript"
[ ! -s complaints ] || { cat complaints >&2 && fail "ghostscript complains"; }

pdfinfo -f 1 -l 3 pages.pdf >info
has info 'Title: Three pages é'
has info 'Subject: codes 1 to 9'
has info 'Pages: 3'
has info 'Page 1 size: 297.638 x 419.528 pts'
has info 'Page 2 size: 226.772 x 141.732 pts'
has info 'Page 3 size: 595.276 x 841.89 pts (A4)'
qpdf --json --json-key=outlines --json-key=pagelabels pages.pdf >outlines
for text in 'Code 1 to 3' 'Code 4 to 6' 'Code 7 to 9'; do
  grep -qF "\"title\": \"$text\"" outlines || fail "no bookmark '$text'"
done
qpdf --qdf --object-streams=disable pages.pdf - | grep -a '/P (A-' | sort -u >labels || true
[ -s labels ] || grep -q 'A-' outlines || fail "no page labels"
echo "qpdf, ghostscript and poppler find sizes, names and bookmarks of three pages"

pdffonts pages.pdf | tail -n +3 >fonts
[ "$(wc -l <fonts)" -ge 3 ] || fail "$(wc -l <fonts) fonts"
grep -vq ' yes yes ' fonts && { cat fonts >&2 && fail "a font is not embedded as a subset"; }
pdftotext -f 1 -l 1 pages.pdf text
for line in 'Voucher 25 EUR' '7K2Q-9MXP-RT44' 'Café Zürich €'; do has text "$line"; done
echo "poppler finds texts in embedded fonts"

pdftoppm -r "$dpi" -png pages.pdf drawn
# read FORMAT FILE
read_one() { ZXingReader -format "$1" "$2" | sed -n 's/^Text: *"\(.*\)"$/\1/p'; }
for file in drawn-1.png page.png; do
  [ "$(read_one QRCode "$file")" = "https://x.nl/7K2Q9MXPRT44" ] || fail "$file: QR"
  convert "$file" -crop 168x168+980+880 +repage -bordercolor white -border 40 matrix.png
  [ "$(read_one DataMatrix matrix.png)" = 7K2Q9MXPRT44 ] || fail "$file: DataMatrix"
  convert "$file" -crop 800x400+180+1480 +repage -scale 50% -bordercolor white -border 40 ean.png
  [ "$(read_one EAN-13 ean.png)" = 5901234123457 ] || fail "$file: EAN-13"
done
convert drawn-2.png -scale 50% second.png # ZXingReader 1.4 aborts on some large pictures
[ "$(read_one Code128 second.png)" = SECOND ] || fail "page 2: Code 128"
convert drawn-3.png -crop 180x180+95+95 +repage third.png
[ "$(read_one Aztec third.png)" = THIRD ] || fail "page 3: Aztec"
echo "ZXingReader reads the symbols of every page"

# Two rasterisers place letters on other fractions of a dot; shapes and our own dots are the same.
convert drawn-1.png -colorspace Gray -extent 2100x2960 -blur 0x2 theirs.pgm
convert page.png -extent 2100x2960 -blur 0x2 ours.pgm
convert ours.pgm theirs.pgm -compose difference -composite -threshold 25% differ.png
# inked HEIGHT Y: dots that differ there
inked() { convert differ.png -crop "2100x$1+0+$2" +repage -format '%[fx:round(mean*w*h)]' info:; }
[ "$(inked 2360 600)" -eq 0 ] || fail "$(inked 2360 600) dots of shapes differ between poppler's and ours"
differ=$(inked 600 0)
[ "$differ" -le 2000 ] || fail "$differ dots of letters differ between poppler's and ours"
for i in 0 1 2 3 4; do # boxes of 0, 25, 50, 75 and 100 % light
  grey=$(convert page.png -crop "1x1+$((280 + 160 * i))+2280" -format '%[fx:round(100*u)]' info:)
  [ $(((grey - 25 * i) ** 2)) -le 1 ] || fail "box $i is $grey %"
done
echo "poppler draws what our sheet of dots shows ($differ dots of letters differ)"

# ---- a machine without fonts
printf '<?xml version="1.0"?><fontconfig></fontconfig>\n' >none.conf
wish='35393031323334313233343537'
printf '%s\n' "a svg ean13 - - - - - $wish" "b svg ean13 - - - - 5x7 $wish" \
  "c svg ean13 - - - - none $wish" | FONTCONFIG_FILE=$scratch/none.conf "$pictures" . >said
grep -q "^a - .*'sans-serif' is not on this machine; install fonts, or use '5x7'" said ||
  { cat said >&2 && fail "a machine without fonts"; }
[ "$(grep -c -v -- ' - ' said)" -eq 2 ] || fail "our own fonts need no others"
echo "without fonts the error names ours, which works"
