#!/usr/bin/env bash
# --dry-run of what is told by one act: the same judgement, the same errors, the same answer, and
# nothing changed. What the ledger, the keystore and the folder hold is compared before and after;
# that the same command without --dry-run then does it shows that the dry run judged a real thing.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
countermark brand add demo >/dev/null
cp "$source_dir/docs/examples/pool.json" pool.json
everything() {
  imprint
  countermark agent list --json
  countermark alias list-count --json
  countermark cards pool list --json | grep -q gift-2026 || return 0
  countermark stock show gift-2026 --json
}
# dry COMMAND...: says that it is one and changes nothing; then the command itself does it.
dry() {
  local before
  before=$(everything)
  gives 0 "$@" --dry-run --json
  [ "$(json 'v.dry_run' out)" = true ] || fail "it does not say that it was a dry run: $*"
  cp out dry.json
  [ "$(everything)" = "$before" ] || fail "a dry run changed something: $*"
  gives 0 "$@" --json
  [ "$(json 'v.dry_run' out)" = undefined ] || fail "it says that it was a dry run: $*"
  [ "$(everything)" != "$before" ] || fail "the command itself changed nothing: $*"
}
same() { # MEMBER...: alike in both answers
  local name
  for name in "$@"; do
    [ "$(json "v.$name" dry.json)" = "$(json "v.$name" out)" ] || fail "the dry run said another $name"
  done
}
# refused_alike CODE COMMAND...: with the same error with and without --dry-run.
refused_alike() {
  local code=$1
  shift
  gives "$code" "$@" --dry-run
  cp err dry.err
  gives "$code" "$@"
  cmp -s err dry.err || fail "the dry run is refused otherwise: $*"
}

dry countermark cards pool add pool.json
same pool number mode digits pin_digits
refused_alike 3 countermark cards pool add pool.json
gives 0 countermark door add web --mode TEST --brand demo
dry countermark door pool web gift-2026
same door pool
refused_alike 3 countermark door pool web gift-2026
refused_alike 3 countermark door pool web nowhere
countermark brand list --json >brands.json
gives 0 countermark door add shop --mode TEST --brand "$(json 'v.brands[0].name' brands.json)"
dry countermark door attach shop cola
refused_alike 3 countermark door attach shop cola
printf 'code\nOLDC0DE1\nOLDC0DE2\n' >old.csv
gives 0 countermark import codes old.csv --commit --brand demo
dry countermark door import web old
refused_alike 3 countermark door import web old

gives 0 countermark cards make gift-2026 --count 100 --out numbers.csv --pins pins.csv
gives 0 countermark agent add north --brand demo
dry countermark stock move gift-2026 --first 0 --last 49 --state shipped --agent north
same cards state
refused_alike 3 countermark stock move gift-2026 --first 0 --last 4000000
refused_alike 3 countermark stock move gift-2026 --first 0 --last 9 --agent south

{ echo card,alias; for n in 0 1 2; do echo "$(sed -n "$((n + 2))p" numbers.csv | cut -d, -f1),member-$n"; done; } >names.csv
dry countermark alias add gift-2026 --file names.csv # the first one: there is no key for names yet
same added stood_already
gives 0 countermark alias add gift-2026 --file names.csv --dry-run --json
[ "$(json '[v.added, v.stood_already].join()' out)" = 0,3 ] || fail "names that stand are told as new"
card=$(sed -n 6p numbers.csv | cut -d, -f1)
refused_alike 3 countermark alias add gift-2026 --card "$card" --alias member-1
dry countermark alias remove gift-2026 --alias member-1
same removed
refused_alike 3 countermark alias remove gift-2026 --alias member-1
dry countermark token make gift-2026 --first 10 --count 3 --hours 5
[ "$(json 'v.tokens' dry.json)" = 3 ] || fail "a dry run shows tokens that nobody has"
refused_alike 3 countermark token make gift-2026 --first 10 --count 900 --hours 5
echo "dry runs: judged alike, and nothing changed"
