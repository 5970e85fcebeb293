#!/usr/bin/env bash
# A proof's page measured by others: poppler finds the ruler, a line of code and a symbol's modules
# at their true sizes, ZXingReader reads the symbol from the drawn page, and what it says is no code
# of the scheme. Mistakes are refused with what to do; nothing half-made is left.
# usage: page.sh BIN_DIR
set -euo pipefail
bin_dir=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/countermark-proof.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PATH="$bin_dir:$PATH" TMPDIR="$work/tmp"
mkdir "$work/tmp"
cd "$work"
fail() {
  echo "proof: $*" >&2
  exit 1
}
for tool in pdftotext pdftoppm pdfinfo convert ZXingReader tesseract; do
  command -v "$tool" >/dev/null || fail "$tool is missing; run './dev setup'"
done
near() { awk -v a="$1" -v b="$2" -v slack="$3" 'BEGIN { exit !(a - b < slack && b - a < slack) }'; }

# ---- True sizes: a mono-spaced font, so a line of n characters is n advances (602/1000 em of
# DejaVu Sans Mono, capitals 729/1000 em) wide; widths of PDF words in points of 1/72 inch.
countermark proof --technology laser --height-mm 4 --symbol datamatrix --module-mm 0.5 --codes 20 \
  --symbols 5 --out page.pdf --png page.png >said.txt
pdfinfo page.pdf >info.txt
grep -q 'Page size: *595.* x 841.* pts (A4)' info.txt || fail "not A4"
pdftotext -bbox page.pdf words.html
code=$(sed -n '/.*<word xMin="\([0-9.]*\)" yMin="[0-9.]*" xMax="\([0-9.]*\)".*>\([0-9A-Z]*-[0-9A-Z]*-[0-9A-Z]*\)<.*/{s//\1 \2 \3/p;q}' words.html)
read -r from to text <<<"$code"
[ -n "$text" ] || fail "no code on the page"
wide=$(awk -v a="$from" -v b="$to" 'BEGIN { print (b - a) * 25.4 / 72 }')
near "$wide" "$(awk -v n="${#text}" 'BEGIN { print n * 4 * 602 / 729 }')" 0.15 ||
  fail "$text is $wide mm wide"

pdftoppm -r 254 -gray page.pdf drawn # ten dots a millimetre
drawn=$(ls drawn*.pgm)
# The ruler: the lowest line of just 50 mm at the left margin of 15 mm.
row=$(convert "$drawn" -crop 520x2000+148+300 +repage -threshold 60% -depth 8 gray:- |
  od -An -v -tu1 -w520 | awk '{ n = 0; for (i = 1; i <= NF; i++) n += $i == 0; if (n >= 495 && n <= 508) print n }' | tail -n 1)
[ -n "$row" ] || fail "no ruler of 50 mm"
# The symbol: 16 modules of 0.508 mm (12 dots of 600 an inch), cut out of the page and read.
grep -q '^module mm: *0.508$' said.txt || fail "$(grep module said.txt)"
convert "$drawn" -crop 800x400+1050+300 +repage cut.png
convert "$drawn" -crop 130x130+1215+405 +repage cut-one.png
ZXingReader -noscale -format DataMatrix cut.png >read.txt || true
symbol=$(sed -n 's/^Text: *"\(.*\)"$/\1/p' read.txt)
[ "$symbol" = "${text//-/}" ] || fail "ZXingReader reads '$symbol', the page says $text"
side=$(sed -n 's/^Position: *\([0-9]*\)x\([0-9]*\) \([0-9]*\)x.*/\3 \1/p' read.txt | awk '{ print ($1 - $2) / 10 }')
near "$side" 8.128 0.25 || fail "the symbol is $side mm wide"
[ "$(identify -format '%wx%h' page.png)" = 2480x3508 ] || [ "$(identify -format '%wx%h' page.png)" = 2481x3508 ] ||
  fail "the PNG is no A4 at 300 dots an inch: $(identify -format '%wx%h' page.png)"
pdftotext page.pdf page.txt
for words in SAMPLE "What the planner says" "Closest glyphs" "Reading test" "one in 1,000,000,000" "50 mm exactly"; do
  grep -q "$words" page.txt || fail "the page does not say: $words"
done

# ---- A sample is no code of the scheme.
export COUNTERMARK_WORKSPACE="$work/house"
countermark init --sandbox >/dev/null 2>&1
countermark plan --volume 100000 --test --name lemon --out lemon.json >/dev/null
countermark scheme add lemon.json >/dev/null
countermark proof lemon --technology cij16x10 --symbol datamatrix --codes 10 --symbols 3 --out lemon.pdf --json >lemon.txt
countermark proof --scheme-file lemon.json --technology laser --codes 10 --out file.pdf >/dev/null
pdftotext file.pdf file.txt
sample=$(grep -m 1 -E '^[0-9A-Z]+-[0-9A-Z]+(-[0-9A-Z]+)?$' file.txt)
countermark decode "$sample" >decoded.txt 2>&1 && fail "a sample opens"
grep -qiE 'typ(o|ing)' decoded.txt || fail "a sample is no typing error: $(cat decoded.txt)"

# ---- Without --out and --png: both, here, named after scheme and machine.
countermark proof lemon --technology cij5x7 --height-mm 3 --codes 10 --json >named.txt
grep -q '"out":"proof-lemon-cij5x7.pdf","png":"proof-lemon-cij5x7.png"' named.txt || fail "$(cat named.txt)"
pdfinfo proof-lemon-cij5x7.pdf | grep -q '^Pages: *1$' || fail "no page named after the scheme"
[ "$(identify -format '%m' proof-lemon-cij5x7.png)" = PNG ] || fail "no PNG named after the scheme"
countermark proof --technology laser --codes 10 >/dev/null
for file in proof-laser.pdf proof-laser.png; do [ -s $file ] || fail "no $file"; done
countermark proof --technology offset --codes 10 --dry-run >/dev/null
[ ! -e proof-offset.pdf ] || fail "a dry run writes a page"

# ---- Mistakes.
refuses() {
  local want=$1
  shift
  if countermark proof "$@" --out refused.pdf >out.txt 2>err.txt; then fail "accepted: $*"; fi
  grep -qF -- "$want" err.txt || fail "$* says: $(cat err.txt)"
  [ ! -e refused.pdf ] || fail "$* leaves a file"
}
refuses "take 1.5 mm or more" --technology cij5x7 --height-mm 1
refuses "did you mean cij5x7?" --technology cij5x
refuses "take 5x7, 7x9 or 16x10" --technology cij5x7 --font "DejaVu Sans"
refuses "is not on this machine" --technology laser --font "No Such Face"
refuses "the font has no glyph of '@'" --technology cij5x7 --alphabet 'ABCDEFG@23456'
refuses "take 0.17 mm or more" --technology laser --symbol qr --module-mm 0.1
refuses "take 14 mm or less" --technology cij5x7 --height-mm 20 --codes 1
refuses "take capitals of" --technology cij5x7 --height-mm 14 --length 18 --codes 1
refuses "'10.1' is no number from 0.05 to 10" --technology laser --symbol qr --module-mm 10.1
refuses "'0.04' is no number from 0.05 to 10" --technology laser --symbol qr --module-mm 0.04
countermark proof --help >help.txt
grep -q -- '--module-mm MM .*up to 10 mm' help.txt || fail "the help says another range of modules"
# Heads of drops print so many rows as they have drops above each other.
bars='or code128, whose bars are as high as the head'
none='a machine without drops (thermal203, thermal300, laser, offset)'
refuses "cij5x7: a datamatrix of 16 rows of modules, and its head prints 7 drops above each other; take cij16x10, $none, $bars" \
  --technology cij5x7 --symbol datamatrix --codes 1 --symbols 1
refuses "cij16x10: a qr of 21 rows of modules, and its head prints 16 drops above each other; take datamatrix, $none, $bars" \
  --technology cij16x10 --symbol qr --codes 1 --symbols 1
refuses "cij16x10: a datamatrix of 22 rows of modules, and its head prints 16 drops above each other; shorten its content, $none, $bars" \
  --technology cij16x10 --symbol datamatrix --content 'https://example.com/{code}' --codes 1 --symbols 1
refuses "the font 16x10 is 16 drops high, and this head has 7" --technology cij5x7 --font 16x10 --codes 1
refuses "take smaller modules" --technology laser --symbol qr --module-mm 9 --codes 1 --symbols 1
refuses "add --symbol KIND" --technology laser --module-mm 1
refuses "leave the scheme out" lemon --technology laser --alphabet 29
refuses "did you mean" --technology laser --symbol datamatix
refuses "--level: a datamatrix has no levels" --technology laser --symbol datamatrix --level H
refuses "--symbol: gs1-datamatrix says GS1 elements" --technology laser --symbol gs1-datamatrix
refuses "no scheme" nothere --technology laser
refuses "from 30 to 1200" --technology laser --codes 1 --png refused.png --png-dpi 9
refuses "goes to the same file" --technology laser --codes 1 --png refused.pdf
countermark proof --technology laser --codes 1 --out refused.PNG 2>err.txt && fail "a PDF that is called PNG"
grep -qF -- '--out: the page is a PDF; --png FILE.png makes a PNG' err.txt || fail "$(cat err.txt)"
refuses "nowhere/refused.png" --technology laser --codes 1 --png nowhere/refused.png
for left in refused*; do
  [ ! -e "$left" ] || fail "what was refused leaves $left"
done
countermark proof --technology laser --codes 1 --out - >piped.pdf 2>/dev/null
[ "$(tail -n 1 piped.pdf)" = "%%EOF" ] || fail "more than the page goes to standard output"
ls tmp/* >/dev/null 2>&1 && fail "files are left in TMPDIR: $(ls tmp)"

# ---- A full disk: what could not be written is named, and not the scheme.
for option in --out --png; do
  countermark proof --scheme-file lemon.json --technology cij5x7 --codes 1 $option /dev/full >out.txt 2>err.txt &&
    fail "a full disk takes $option"
  grep -q '^countermark: /dev/full: cannot write: No space left on device; ' err.txt || fail "$option: $(cat err.txt)"
done

# ---- Readers that are not here are told, and Ctrl-C leaves nothing.
ln -s "$bin_dir/countermark" "$work/alone"
(PATH=/nowhere "$work/alone" proof --technology laser --symbol qr --codes 5 --json --out alone.pdf) >alone.txt
grep -q '"barcodes_tested":false' alone.txt || fail "it does not say that barcodes were not tested"
grep -q '"tesseract_tested":false' alone.txt || fail "it does not say that Tesseract is not here"
pdftotext alone.pdf page.txt
grep -q "ZXingReader is not installed here" page.txt || fail "the page is silent"
countermark proof --technology cij5x7 --codes 100000 --out stopped.pdf >out.txt 2>err.txt &
pid=$!
for ((i = 0; i < 200; i++)); do # until it holds its signals: SigBlk is no longer empty
  grep -q '^SigBlk:.*[1-9a-f]' "/proc/$pid/status" 2>/dev/null && break
  sleep 0.05
done
kill -INT "$pid"
wait "$pid" && fail "Ctrl-C is ignored"
grep -q "no proof was made" err.txt || fail "stopped: $(cat err.txt)"
[ ! -e stopped.pdf ] || fail "Ctrl-C leaves a file"
ls tmp/* >/dev/null 2>&1 && fail "files are left in TMPDIR: $(ls tmp)"
echo "proof: true sizes hold, samples are no codes, mistakes are told"
