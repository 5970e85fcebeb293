#!/usr/bin/env bash
# The public header is the contract: each CM_API function follows a /** comment that says what it
# returns (@retval or @return; a function of type void needs the comment alone). Public headers
# stand in src/cmake/Headers.cmake, so that they are installed.
. "$(dirname "$0")/lib.sh"

check() {
  local file list=$ROOT/src/cmake/Headers.cmake
  { files '*.h' || true; } | while read -r file; do
    case $file in include/countermark/*) ;; *) continue ;; esac
    if [ -f "$list" ] && ! grep -qF "${file#include/}" "$list"; then
      echo "$file: not listed in src/cmake/Headers.cmake"
    fi
    awk -v file="$file" '
      /^\/\*\*/ { contract = ""; open = 1; doc = 1 }
      open { contract = contract $0; if ($0 ~ /\*\//) open = 0; next }
      /^(CM_MUST_CHECK )?CM_API / {
        name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
        if (!doc) print file ":" NR ": " name " has no contract comment"
        else if (contract !~ /@ret(val|urn)/ && $0 !~ /CM_API void [a-z]/)
          print file ":" NR ": the contract of " name " does not say what it returns"
      }
      /^(cm_err|int|bool|void|const char|size_t|uint[0-9]+_t|CM_MUST_CHECK cm_err) .*\(/ &&
        !/CM_API/ { print file ":" NR ": public function without CM_API" }
      NF { doc = 0 }' "$ROOT/$file"
  done
}

plant() {
  echo 'CM_API cm_err cm_f(int a);' | catches "a bare function" include/countermark/a.h
  printf '/* Not a contract. @return x */\nCM_API int cm_f(void);\n' |
    catches "a plain comment" include/countermark/a.h
  printf '/** Does it.\n * @param a  what */\nCM_API CM_MUST_CHECK cm_err cm_f(int a);\n' |
    catches "a contract without results" include/countermark/a.h
  printf '/** One. @return x */\nCM_API int cm_f(void);\nCM_API int cm_g(void);\n' |
    catches "two under one comment" include/countermark/a.h
  printf '/** @return x */\nint cm_f(void);\n' | catches "a hidden function" include/countermark/a.h
  printf '/** Ends it. */\nCM_API void cm_f(int a);\n' | spares "void" include/countermark/a.h
  printf '/** Does it.\n * @retval CM_E_IO  no */\nCM_API cm_err cm_f(int a,\n  int b);\n' |
    spares "a full contract" include/countermark/a.h
}

lint_main "$@"
