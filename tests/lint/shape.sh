#!/usr/bin/env bash
# Every C file opens with a comment that tells what it is; every header has its guard by path:
# src/ROOM/NOUN.h CM_ROOM_NOUN_H, include/countermark/NOUN.h COUNTERMARK_NOUN_H, and below tests/
# CM_TESTS_..._NOUN_H with as many folders as are needed to be unique.
. "$(dirname "$0")/lib.sh"

# The guard of a header as an extended regular expression.
guard_of() {
  local path=$1 folders=
  case $path in
    include/countermark/*) path=${path#include/} ;;
    src/*) path=cm/${path#src/} ;;
    tests/*) path=${path##*/} && folders='CM_TESTS_([A-Z0-9]+_)*' ;;
    *) path=cm/$path ;;
  esac
  printf '%s%s\n' "$folders" "$(tr 'a-z/.-' 'A-Z___' <<<"$path")"
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
    grep -qxE "#ifndef $guard" "$ROOT/$file" && grep -qxE "#define $guard" "$ROOT/$file" ||
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
  printf '/* A. */\n#ifndef CM_A_H\n#define CM_A_H\n#endif\n' |
    catches "a test header without its floor" tests/unit/base/a.h
  printf '/* A. */\n#ifndef CM_TESTS_CRYPTO_A_H\n#define CM_TESTS_CRYPTO_A_H\n#endif\n' |
    spares "a test header" tests/unit/crypto/a.h
  printf '/* A. */\n#ifndef COUNTERMARK_A_H\n#define COUNTERMARK_A_H\n#endif\n' |
    spares "a public header" include/countermark/a.h
}

lint_main "$@"
