#!/usr/bin/env bash
# Every header compiles alone: what it needs it includes itself.
. "$(dirname "$0")/lib.sh"

check() {
  local file
  { files '*.h' || true; } | while read -r file; do
    case $file in src/* | include/* | fuzz/*) ;; *) continue ;; esac
    gcc -std=c17 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Werror -Wno-unused-function \
      -I"$ROOT" -I"$ROOT/include" -I"$ROOT/src" \
      -include "$ROOT/$file" -x c /dev/null >/dev/null 2>&1 ||
      echo "$file: does not compile alone"
  done
}

plant() {
  echo 'uint8_t f(void);' | catches "a missing include" src/base/a.h
  printf '#include <stdint.h>\nuint8_t f(void);\n' | spares "a complete header" src/base/a.h
}

lint_main "$@"
