#!/usr/bin/env bash
# Files of at most 400 lines, functions of at most 60, blocks nested at most 3 deep.
# It leans on the house format: a function begins in column 0 and ends with a lone brace there.
. "$(dirname "$0")/lib.sh"

FILE_MOST=400
FUNCTION_MOST=60
NESTING_MOST=3

check() {
  local file lines
  { files '*.[ch]' '*.mjs' '*.sh' '*.cmake' CMakeLists.txt dev || true; } | while read -r file; do
    lines=$(wc -l <"$ROOT/$file")
    [ "$lines" -le "$FILE_MOST" ] || echo "$file: $lines lines, at most $FILE_MOST; split the noun"
    case $file in *.[ch]) ;; *) continue ;; esac
    c_code "$ROOT/$file" |
      awk -v file="$file" -v most="$FUNCTION_MOST" -v deep="$((4 * (NESTING_MOST + 1)))" '
        /^[A-Za-z_]/ { start = NR }
        /^}$/ && start && NR - start + 1 > most {
          print file ":" start ": function of " NR - start + 1 " lines, at most " most
        }
        /^ *(if|for|while|switch|do)[ (]/ {
          match($0, /^ */)
          if (RLENGTH >= deep) print file ":" NR ": nested deeper than " deep / 4 - 1
        }'
  done
}

long_function() {
  printf 'static int f(int a,\n             int b) {\n'
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print "    a += b;" }'
  printf '}\n'
}

plant() {
  awk 'BEGIN { for (i = 0; i < 401; i++) print "" }' | catches "a long file" src/base/a.c
  long_function 58 | catches "a function of 61 lines" src/base/a.c
  long_function 57 | spares "a function of 60 lines" src/base/a.c
  printf 'void f(void) {\n                if (a) b();\n}\n' | catches "four blocks" src/base/a.c
  printf 'void f(void) {\n            if (a) b();\n}\n' | spares "three blocks" src/base/a.c
  awk 'BEGIN { print "static int t[] = {"; for (i = 0; i < 90; i++) print "    1,"; print "};" }' |
    spares "a long table" src/base/a.c
}

lint_main "$@"
