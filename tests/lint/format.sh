#!/usr/bin/env bash
# Layout is clang-format's business (.clang-format), shell scripts are shellcheck's.
. "$(dirname "$0")/lib.sh"

STYLE=$ROOT/.clang-format

check() {
  local file
  { files '*.[ch]' || true; } | while read -r file; do
    clang-format --style=file:"$STYLE" --dry-run -Werror "$ROOT/$file" >/dev/null 2>&1 ||
      echo "$file: not in the house format; run ./dev format"
  done
  { files '*.sh' dev run | grep -v '^fuzz/corpus/' || true; } | while read -r file; do
    shellcheck -e SC1091 -f gcc "$ROOT/$file" | sed "s|^$ROOT/||" || true
  done
}

plant() {
  printf 'int f(void)\n{\n  return 1;\n}\n' | catches "foreign layout" src/base/a.c
  catches "an unquoted variable" tests/a.sh <<'SCRIPT'
#!/bin/bash
rm $1
SCRIPT
  printf 'int f(void) { return 1; }\n' | spares "house layout" src/base/a.c
  spares "a sound script" tests/a.sh <<'SCRIPT'
#!/bin/bash
rm "$1"
SCRIPT
}

lint_main "$@"
