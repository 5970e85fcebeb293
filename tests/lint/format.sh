#!/usr/bin/env bash
# Layout is clang-format's business (.clang-format), shell scripts are shellcheck's.
. "$(dirname "$0")/lib.sh"

STYLE=$ROOT/.clang-format

# many COMMAND...: over the files of standard input, some at a time, on every core.
many() { (cd "$ROOT" && xargs -r -d '\n' -P "$(nproc)" -n 24 "$@" 2>&1); }

layout() { files '*.[ch]' | many clang-format --style=file:"$STYLE" --dry-run -Werror; }
scripts() {
  files '*.sh' dev run | { grep -v '^fuzz/corpus/' || true; } |
    many shellcheck -e SC1091 -f gcc
}

check() {
  local said
  if ! said=$(layout); then
    printf '%s\n' "$said" | sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: error: .*/\1/p' | sort -u |
      sed 's/$/: not in the house format; run .\/dev format/' | grep . || printf '%s\n' "$said"
  fi
  said=$(scripts) || printf '%s\n' "$said"
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
