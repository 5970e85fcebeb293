#!/usr/bin/env bash
# Card numbers from plan to redemption: the PINs travel apart and are asked for beside the number.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

countermark init --sandbox --brand demo >/dev/null
gives 0 countermark cards plan --volume 1000000 --odds 100000000000 --digits 16
out_has '6 digits, demanded by the odds'
gives 3 countermark cards plan --volume 1000000 --odds 100000000000 --digits 16 --pin-digits 0
gives 0 countermark cards pool add "$source_dir/docs/examples/pool.json"
gives 3 countermark cards pool add "$source_dir/docs/examples/pool.json"
sed 's/"9528"/"4"/; s/"9528[0-9]*",\{0,1\}//g; s/gift-2026/visa/' "$source_dir/docs/examples/pool.json" >visa.json
gives 3 countermark cards pool add visa.json
gives 2 countermark cards make gift-2026 --count 5 --out numbers.csv
err_is "--pins: pool 'gift-2026' has PINs; say where the PINs go"
gives 2 countermark cards make gift-2026 --count 5 --out one.csv --pins one.csv
gives 0 countermark cards make gift-2026 --count 20000 --out numbers.csv --pins pins.csv
[ "$(cut -d, -f2 numbers.csv | sort -u | wc -l)" -eq 20001 ] || fail "not 20,000 numbers"
[ "$(wc -l <pins.csv)" -eq 20001 ] || fail "not 20,000 PINs"
[ "$(stat -c %a pins.csv)" = 600 ] || fail "others may read the PINs"
[ "$(cut -d, -f1 numbers.csv | tail -n +2 | md5sum)" = "$(cut -d, -f1 pins.csv | tail -n +2 | md5sum)" ] ||
  fail "numbers and PINs have other indices"

gives 0 countermark door pool default gift-2026
gives 0 countermark batch open gift-2026
paste -d, <(cut -d, -f2 numbers.csv | head -n 4) <(cut -d, -f2 pins.csv | head -n 4) >cards.csv
sed -n 5p numbers.csv | cut -d, -f2 | sed 's/$/,000000/' >>cards.csv
gives 1 countermark redeem --file cards.csv --out verdicts.csv
[ "$(cut -d, -f2 verdicts.csv | paste -sd' ')" = 'verdict accepted accepted accepted not_a_code' ] ||
  fail "the verdicts are $(cut -d, -f2 verdicts.csv | paste -sd' ')"
