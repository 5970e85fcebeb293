#!/usr/bin/env bash
# Calls that the house does not make: unbounded copies, hidden state, shells; and, in the rooms
# that hold secrets, comparisons that stop early and anything that prints.
. "$(dirname "$0")/lib.sh"

EVERYWHERE='strcpy|stpcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|rand|srand|random|srandom'
EVERYWHERE="$EVERYWHERE|strerror|drand48|strtok|atoi|atol|atoll|atof|scanf|sscanf|fscanf|alloca|strdupa"
EVERYWHERE="$EVERYWHERE|tmpnam|tempnam|mktemp|system|popen|gmtime|localtime|ctime|asctime"
SECRET_ROOMS='memcmp|bcmp|strcmp|strncmp|strcasecmp|strncasecmp|printf|fprintf|vprintf|vfprintf'
SECRET_ROOMS="$SECRET_ROOMS|puts|fputs|putchar|perror"

check() {
  local file names
  { files '*.[ch]' || true; } | while read -r file; do
    names=$EVERYWHERE
    case $file in src/crypto/* | src/codes/* | src/cards/*) names="$names|$SECRET_ROOMS" ;; esac
    c_code "$ROOT/$file" |
      { grep -nEo "(^|[^A-Za-z0-9_>.])($names)[[:space:]]*\(" || true; } |
      sed "s|^\([0-9]*\):[^A-Za-z0-9_]*\(.*\)(|$file:\1: the call \2 is banned|"
  done
}

plant() {
  echo 'void f(char *a) { strcpy(a, "x"); }' | catches "strcpy" src/base/a.c
  echo 'int f(void) { return system ("ls"); }' | catches "a shell" tests/unit/base/a.c
  echo 'int f(void) { return (atoi(x)); }' | catches "atoi" fuzz/a.c
  echo 'return strerror(errno);' | catches "a text that threads share" src/base/a.c
  echo 'if (!memcmp(a, b, 32)) return;' | catches "memcmp of a tag" src/crypto/a.c
  echo 'if (strcmp(a, b) == 0) return;' | catches "strcmp of a code" src/codes/a.c
  echo 'printf("%s", pin);' | catches "printing in cards" src/cards/a.c
  echo 'int r = rand();' | catches "rand" src/cards/a.c
  echo 'if (memcmp(a, b, 4) == 0) return;' | spares "memcmp of public bytes" src/ledger/a.c
  echo 'int n = snprintf(p, 4, "strcpy(a)"); /* system("x") */' | spares "a text" src/base/a.c
  echo 'self->random(self, out); source.random(out);' | spares "a member's name" src/crypto/a.c
  echo 'buffer_printf(b, "x"); secret_memcmp(a, b);' | spares "a longer name" src/crypto/a.c
}

lint_main "$@"
