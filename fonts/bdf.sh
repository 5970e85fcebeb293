#!/usr/bin/env bash
# The fonts as text to look at, and text as fonts: `bdf.sh show 5x7.bdf` draws every glyph of a BDF
# with # and ., `bdf.sh make 5x7 < ART` turns such a drawing into a BDF, `bdf.sh table 5x7.bdf` sets
# the drawings side by side for the README; a test keeps those the same dots. It refuses drawings of
# uneven size.
set -euo pipefail

show() {
  awk '
    BEGIN {
      split("0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1010 1011 1100 1101 1110 1111", n, " ")
      for (i = 0; i < 16; i++) four[substr("0123456789ABCDEF", i + 1, 1)] = n[i + 1]
    }
    { sub(/\r$/, "") }
    $1 == "STARTCHAR" { name = $2 }
    $1 == "ENCODING" { code = $2 }
    $1 == "BBX" { width = $2 }
    $1 == "ENDCHAR" { inside = 0 }
    inside {
      bits = ""
      for (i = 1; i <= length($1); i++) bits = bits four[toupper(substr($1, i, 1))]
      bits = substr(bits, 1, width)
      gsub(/0/, ".", bits)
      gsub(/1/, "#", bits)
      print bits
    }
    $1 == "BITMAP" { inside = 1; printf "= %02X %s\n", code, name }' "$1"
}

# Glyphs in rows of at most 72 columns.
table() {
  show "$1" | awk '
    function flush(   y) {
      for (y = 1; y <= height && n > 0; y++) print line[y]
      n = 0
    }
    function take(   y) {
      if (rows == 0 || blank) return
      if (n > 0 && length(line[1]) + 3 + length(art[1]) > 72) { flush(); print "" }
      for (y = 1; y <= rows; y++) line[y] = (n > 0 ? line[y] "   " : "") art[y]
      height = rows
      n++
    }
    $1 == "=" { take(); rows = 0; blank = 1; next }
    { art[++rows] = $1; if ($1 ~ /#/) blank = 0 }
    END { take(); flush() }'
}

make() { # name of the font, "WIDTHxHEIGHT" or, as coders have it, "16x10" for 10 wide and 16 high
  awk -v family="$1" '
    function hex(row,   i, k, value, out) {
      while (length(row) % 8 != 0) row = row "."
      for (i = 1; i <= length(row); i += 4) {
        value = 0
        for (k = 0; k < 4; k++) value = 2 * value + (substr(row, i + k, 1) == "#")
        out = out substr("0123456789ABCDEF", value + 1, 1)
      }
      return out
    }
    function decimal(text,   i, value) {
      for (i = 1; i <= length(text); i++)
        value = 16 * value + index("0123456789ABCDEF", substr(text, i, 1)) - 1
      return value
    }
    function fail(why) { print why > "/dev/stderr"; failed = 1; exit 1 }
    $1 == "=" { n++; code[n] = $2; name[n] = $3; rows[n] = 0; next }
    {
      if (width == 0) width = length($1)
      if (length($1) != width || $1 !~ /^[.#]+$/) fail("line " NR ": not " width " dots")
      art[n, ++rows[n]] = $1
      if (n == 1) height = rows[1]
    }
    END {
      if (failed) exit 1
      for (g = 1; g <= n; g++) if (rows[g] != height) fail(name[g] ": not " height " rows")
      advance = width + (width > 8 ? 2 : 1)
      swidth = int(1000 * advance / height + 0.5)
      print "STARTFONT 2.1"
      print "COMMENT Drawn for countermark. Copyright the countermark authors; Apache License 2.0."
      printf "FONT -countermark-%s-medium-r-normal--%d-%d-72-72-c-%d-iso10646-1\n", family, height,
        10 * height, 10 * advance
      print "SIZE " height " 72 72"
      print "FONTBOUNDINGBOX " width " " height " 0 0"
      print "STARTPROPERTIES 8"
      print "FOUNDRY \"countermark\""
      print "FAMILY_NAME \"" family "\""
      print "FONT_ASCENT " height
      print "FONT_DESCENT 0"
      print "SPACING \"C\""
      print "CHARSET_REGISTRY \"iso10646\""
      print "CHARSET_ENCODING \"1\""
      print "COPYRIGHT \"the countermark authors; Apache License 2.0\""
      print "ENDPROPERTIES"
      print "CHARS " n
      for (g = 1; g <= n; g++) {
        print "STARTCHAR " name[g]
        print "ENCODING " decimal(code[g])
        print "SWIDTH " swidth " 0"
        print "DWIDTH " advance " 0"
        print "BBX " width " " height " 0 0"
        print "BITMAP"
        for (y = 1; y <= height; y++) print hex(art[g, y])
        print "ENDCHAR"
      }
      print "ENDFONT"
    }'
}

case ${1:-} in
  show) show "${2:?which BDF?}" ;;
  make) make "${2:?a name for the font?}" ;;
  table) table "${2:?which BDF?}" ;;
  *)
    echo "usage: bdf.sh show|table FILE.bdf, or bdf.sh make NAME < ART" >&2
    exit 2
    ;;
esac
