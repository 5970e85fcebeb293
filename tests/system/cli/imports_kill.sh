#!/usr/bin/env bash
# An import that is killed at any moment has changed nothing or everything; one that a full disk
# stops has changed nothing. Moments are shares of the time that one whole import takes here.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

kills=12
[ -z "${CM_PROVE:-}" ] || kills=200
countermark init --sandbox --brand demo >/dev/null
node -e 'const c = require("crypto"), a = "ACDEFGHJKLMNPQRTUVWXY34679", seen = new Set();
  while (seen.size < 100000) seen.add([...c.randomBytes(10)].map((b) => a[b % 26]).join(""));
  require("fs").writeFileSync("old.csv", [...seen].join("\n") + "\n");'
first=$(head -n 1 old.csv) last=$(tail -n 1 old.csv)
cp -r shop empty
start=$(date +%s%N)
gives 0 countermark import codes old.csv --commit
whole=$(($(date +%s%N) - start))

# all_or_nothing: what a workspace holds after an import that may not have ended.
nothing=0 everything=0
all_or_nothing() {
  gives 0 countermark fsck
  gives 0 countermark import list --json
  case $(json 'v.lists.map((l) => [l.imported, l.texts].join()).join()' out) in
    '') nothing=$((nothing + 1)) ;;
    100000,100000)
      everything=$((everything + 1))
      gives 0 countermark door import default old
      gives 0 countermark batch open old
      gives 0 countermark redeem "$first" "$last"
      return
      ;;
    *) fail "a part of the list is there" ;;
  esac
  gives 0 countermark import codes old.csv --commit # the next one is not in its way
  [ "$(find shop/legacy -type f | wc -l)" -eq 1 ] || fail "files of the killed import are left"
}

for k in $(seq "$kills"); do
  rm -rf shop && cp -r empty shop
  seconds=$(node -p "($whole / 1e9 * $k / $kills).toFixed(4)")
  countermark import codes old.csv --commit >out 2>err &
  pid=$!
  pids+=("$pid")
  sleep "$seconds"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true # dead, and its lock with it
  all_or_nothing
done
[ "$nothing" -gt 0 ] || fail "no kill came before the end"

# ---- a disk with no room for what is spilled (test_legacy_file.c: none for the index)
for kilobytes in 512 2048; do
  rm -rf shop && cp -r empty shop
  (
    trap '' XFSZ
    ulimit -f "$kilobytes"
    gives 3 countermark import codes old.csv --commit
  ) || exit 1
  [ -s err ] || fail "the full disk is not told"
  gives 0 countermark import list --json
  [ "$(json 'v.lists.length' out)" = 0 ] || fail "a list was imported without room"
  gives 0 countermark import codes old.csv --commit
done
