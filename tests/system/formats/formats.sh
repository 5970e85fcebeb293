#!/usr/bin/env bash
# Files of two thousand cards by every shipped format, read back by programs of other authors:
# xmllint judges the XML against its schema, node reads CSV, JSON lines, tracks and embossing
# records, and 200 of each barcode column are drawn by zint and read by ZXingReader (Debian package
# zxing-cpp-tools) and zbarimg (zbar-tools).
# Usage: formats.sh RECORDS_TOOL COLUMN_PAINTER SOURCE_DIR
set -euo pipefail
tool=$(realpath "${1:?usage: formats.sh RECORDS_TOOL COLUMN_PAINTER SOURCE_DIR}")
painter=$(realpath "$2")
source_dir=$(realpath "$3")
formats=$source_dir/templates/orders
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
cards=2000
symbols=200

for program in node xmllint ZXingReader zbarimg; do
  command -v "$program" >/dev/null ||
    { echo "$program is missing; run './dev setup'" >&2 && exit 1; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

mkdir made
node "$here/readers.mjs" data "$cards" >data.json
for format in "$formats"/*.json; do
  "$tool" "$format" data.json 512 >"made/$(basename "$format" .json)"
done
"$tool" "$here/lrc.json" data.json >made/lrc

node "$here/readers.mjs" judge data.json made

# ---- XML, by its schema, which must be able to say no

xmllint --noout --schema "$formats/xml.xsd" made/xml 2>said || { cat said >&2 && fail "the schema"; }
[ "$(xmllint --xpath 'count(//*[local-name()="card"])' made/xml)" -eq "$cards" ] || fail "cards of the XML"
sed '3,4s/<number>[0-9]/<number>x/' made/xml >wrong.xml
if xmllint --noout --schema "$formats/xml.xsd" wrong.xml 2>said; then fail "the schema takes anything"; fi

# ---- The card format beside OpenCard data: SVG of a card at 300 dots an inch

svg=$source_dir/tests/unit/order/golden/opencard-ORDER-000007.svg
[ "$(xmllint --xpath 'concat(/*/@width, "x", /*/@height)' "$svg")" = 1013x638 ] || fail "the SVG's size"
for group in CARD_FRONT CARD_BACK; do
  xmllint --xpath "//*[local-name()='g'][@id='$group']/*[local-name()='g']/@class" "$svg" >>classes
done
for class in GRAPHIC_MONOCHROME TOPCOAT MAGSTRIPE; do
  grep -q "$class" classes || fail "the SVG has no $class"
done

# ---- Barcode columns

# agree READER WANT GOT
agree() {
  diff "$2" "$3" >&2 || fail "$1 reads something else (<: written, >: read)"
  printf '%s: %d symbols read back\n' "$1" "$(wc -l <"$2")"
}

# read_back SYMBOLOGY COLUMN ZBAR_NAME
read_back() {
  mkdir "$1"
  node "$here/readers.mjs" column made/csv-comma "$2" | head -n "$symbols" >"$1.want" || true
  [ "$(wc -l <"$1.want")" -eq "$symbols" ] || fail "the column $2 is too short"
  "$painter" "$1" "$1" <"$1.want"
  ZXingReader "$1"/*.png | sed -n 's/^Text: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' >"$1.zxing"
  agree "ZXingReader, $1" "$1.want" "$1.zxing"
  zbarimg --nodbus -q -Sdisable "-S$3.enable" --raw "$1"/*.png >"$1.zbar"
  agree "zbarimg, $1" "$1.want" "$1.zbar"
}
read_back ean13 ean13 ean13
read_back code128 number code128
