#!/usr/bin/env bash
# The shared library exports what the public headers declare and nothing else; a header that is
# still listed as coming must lack some of its code, or it is time to install it.
# Usage: symbols.sh LIBRARY PUBLIC-HEADER... [-- COMING-HEADER...]
set -euo pipefail
export LC_ALL=C
library=$1
shift

# Names declared with CM_API in the headers, comments blanked.
declared_in() {
  cat "$@" | tr '\n' ' ' | sed 's|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g' |
    { grep -oE 'CM_API [^;(]*\(' || true; } | sed -E 's/ *\($//; s/.*[ *]//' |
    { grep '^cm_' || true; } | sort -u
}

public=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do public+=("$1") && shift; done
[ $# -eq 0 ] || shift

failed=0
exported=$(nm -D --defined-only "$library" | awk '{ print $3 }' | sort -u)
declared=$(declared_in "${public[@]}")
coming=$(declared_in "$@" /dev/null)
absent=$(comm -23 <(echo "$declared") <(echo "$exported"))
leaked=$(comm -13 <(printf '%s\n' "$declared" "$coming" | sort -u) <(echo "$exported"))
[ -z "$absent" ] || { failed=1 && echo "declared but not exported:" "$absent"; }
[ -z "$leaked" ] || { failed=1 && echo "exported but not declared:" "$leaked"; }
for header in "$@"; do
  if [ -z "$(comm -23 <(declared_in "$header") <(echo "$exported"))" ]; then
    failed=1
    echo "$(basename "$header") is whole: move it to CM_PUBLIC_HEADERS (src/cmake/Headers.cmake)"
  fi
done
[ "$failed" -eq 0 ] || exit 1
printf '%s public symbols, all declared\n' "$(echo "$exported" | wc -l)"
