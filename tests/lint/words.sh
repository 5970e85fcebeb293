#!/usr/bin/env bash
# No promises in place of work, no path of one person's machine, no host of a package registry.
# The patterns are written so that they do not find themselves.
. "$(dirname "$0")/lib.sh"

PROMISES='TO[D]O|FIX[M]E|HA[C]K|for n[o]w|not impl[e]mented|not y[e]t implemented'
MARK='(^|[^A-Za-z0-9_"])X[X]X([^A-Za-z0-9_"]|$)' # the block list holds the letters as a text
PATHS='(^|[^A-Za-z0-9_.])/(wo[r]k|ho[m]e|ro[o]t)/|/tm[p]/(hub|h-|brief)'
HOSTS='registry\.np[m]js|deb\.debi[a]n\.org|py[p]i\.org|nodesou[r]ce|cra[t]es\.io'

check() {
  # Published vectors and fuzz inputs are other people's bytes; the licence is its own text.
  { files '*' || true; } |
    { grep -vE '^(LICENSE|tests/vectors/|fuzz/corpus/|compile_commands\.json)' || true; } |
    while read -r file; do
      grep -nIwE "$PROMISES" "$ROOT/$file" /dev/null || true
      grep -nIE "$MARK|$PATHS|$HOSTS" "$ROOT/$file" /dev/null || true
    done | sed "s|^$ROOT/||"
}

plant() {
  printf '/* TO%s: later */\n' DO | catches "a promise" src/base/a.c
  printf '/* XX%s mend this */\n' X | catches "a mark" src/base/a.c
  printf '    "XX%s",\n' X | spares "a word of a list" src/base/a.c
  printf 'Not done: simple for n%s.\n' ow | catches "a promise in prose" docs/a.md
  printf 'cd /wo%s/tree\n' rk | catches "a machine path" tests/a.sh
  printf 'see /ho%s/someone/file\n' me | catches "somebody's folder" README.md
  printf 'https://%s.npmjs.org\n' registry | catches "a registry" docs/a.md
  printf 'mkstemp("/tmp/cmXXXXXX"); build/work/a; a XXXXXX b\n' | spares "a template" src/base/a.c
}

lint_main "$@"
