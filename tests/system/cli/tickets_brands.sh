#!/usr/bin/env bash
# Two brands in one workspace, each with its scheme, door, issuer and device: a ticket, a list or a
# device of one is nothing to the other.
# shellcheck disable=SC2154,SC2016 # what lib.sh sets; programs of node
. "$(dirname "$0")/lib.sh"

countermark init --sandbox >/dev/null
for b in north south; do
  gives 0 countermark brand add $b
  gives 0 countermark plan --volume 10000 --test --out $b.json --name $b --brand $b
  gives 0 countermark scheme add $b.json
  gives 0 countermark door add $b-door --mode TEST --brand $b
  gives 0 countermark door attach $b-door $b
  gives 0 countermark batch add $b-gala --scheme $b --quantity 4
  gives 0 countermark ticket issuer add "${b^^}" --brand $b --not-after 2090-01-01
  gives 0 countermark ticket issue $b-gala --count 4 --out $b.csv --exp 2089-01-01
  gives 0 countermark batch open $b-gala
  gives 0 countermark ticket issuer export "${b^^}" --out $b.trust
  gives 0 countermark ticket device key --out $b.pem --json
  json 'v.public_key' out >$b.hex
  gives 0 countermark ticket device add $b-device --public-key "$(cat $b.hex)" --brand $b
done
ticket() { sed -n "$(($2 + 1))p" "$1.csv" | cut -d, -f2; }

# ---- online: each at its own door
gives 1 countermark redeem --door south-door "$(ticket north 1)" --json
[ "$(json 'v.answers[0].verdict' out)" = not_a_code ] || fail "a ticket of the other brand is no code"
gives 0 countermark redeem --door north-door "$(ticket north 1)"
gives 0 countermark redeem --door south-door "$(ticket south 1)"

# ---- a device lets in whom its trust files name; what it takes to the ledger is its brand's alone
admit() { # DEVICE BRAND NUMBER
  countermark ticket admit "$(ticket "$2" "$3")" --trust north.trust --trust south.trust --test \
    --spends "$1.spends" --device "$1.pem"
}
gives 1 countermark ticket admit "$(ticket south 2)" --trust north.trust --test --spends north.spends \
  --device north.pem
gives 0 admit north north 2
gives 0 admit north south 2
gives 1 countermark ticket sync north.spends --door north-door --json
[ "$(json '[v.redeemed, v.unknown].join()' out)" = 1,1 ] || fail "north's device at north's door"
gives 1 countermark ticket sync north.spends --door south-door --json
[ "$(json '[v.redeemed, v.already, v.unknown].join()' out)" = 0,1,1 ] || fail "north's device at south's door"
gives 0 countermark redeem --door south-door "$(ticket south 2)" # nobody of the other brand used it

# ---- lists: brand by brand, and one brand's takes back none of the other's
gives 2 countermark ticket revoke "$(ticket north 3)" "$(ticket south 3)"
err_has 'tickets of two issuers'
gives 0 countermark redeem --door north-door "$(ticket north 3)" # so neither became void
gives 0 countermark ticket revoke "$(ticket north 4)"
gives 0 countermark ticket revocations SOUTH --out south.revoked --json
[ "$(json 'v.tickets' out)" = 0 ] || fail "the other brand's list names it"
gives 0 countermark ticket revocations NORTH --out north.revoked
gives 1 countermark ticket verify "$(ticket north 4)" --offline --test --trust north.trust --trust south.trust \
  --revocations south.revoked --revocations north.revoked --json
[ "$(json 'v.verdict' out)" = revoked ] || fail "north's list is not looked at"
echo "two brands: nothing of one is anything to the other"
