#!/usr/bin/env bash
# Every C file opens with a comment that tells what it is; every header has its guard by path:
# src/ROOM/NOUN.h CM_ROOM_NOUN_H, include/countermark/NOUN.h COUNTERMARK_NOUN_H.
. "$(dirname "$0")/lib.sh"

guard_of() {
  case $1 in
    include/countermark/*) echo "${1#include/}" ;;
    src/*) echo "cm/${1#src/}" ;;
    *) echo "cm/$1" ;;
  esac | tr 'a-z/.-' 'A-Z___'
}

check() {
  local file guard
  { files '*.[ch]' || true; } | while read -r file; do
    case $(head -c 2 "$ROOT/$file") in
      '/*') ;;
      *) echo "$file: does not open with a comment that tells what it is" ;;
    esac
    case $file in *.h) ;; *) continue ;; esac
    guard=$(guard_of "$file")
    grep -qx "#ifndef $guard" "$ROOT/$file" && grep -qx "#define $guard" "$ROOT/$file" ||
      echo "$file: its guard must be $guard"
  done
}

plant() {
  echo 'int a;' | catches "a file without a word" src/base/a.c
  printf '/* A. */\n#ifndef CM_A_H\n#define CM_A_H\n#endif\n' |
    catches "a guard without its room" src/base/a.h
  printf '/* A. */\nint a(void);\n' | catches "no guard" include/countermark/a.h
  printf '/* A. */\n#ifndef CM_BASE_A_B_H\n#define CM_BASE_A_B_H\n#endif\n' |
    spares "a header" src/base/a_b.h
  printf '/* A. */\n#ifndef COUNTERMARK_A_H\n#define COUNTERMARK_A_H\n#endif\n' |
    spares "a public header" include/countermark/a.h
}

lint_main "$@"
