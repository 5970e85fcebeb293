#!/usr/bin/env bash
# Card numbers from plan to redemption: the PINs travel apart and are asked for beside the number.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

countermark init --sandbox --brand demo >/dev/null
gives 0 countermark cards plan --volume 1000000 --odds 100000000000 --digits 16
out_has '6 digits, demanded by the odds'
gives 3 countermark cards plan --volume 1000000 --odds 100000000000 --digits 16 --pin-digits 0
gives 3 countermark cards plan --volume 1000000 --odds 1000000000 --pin-digits 0 --ean13 29
err_has 'take a PIN of 5 digits'
gives 0 countermark cards plan --volume 1000000 --odds 1000000000 --ean13 29 --tags 3
out_has 'a guessed key tag: once in'
gives 3 countermark cards plan --volume 1000000 --odds 1000000000 --ean13 40
err_has 'restricted circulation'
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
before=$(sha256sum numbers.csv pins.csv)
gives 3 countermark cards make gift-2026 --count 5 --out numbers.csv --pins more.csv # never over others
err_has 'numbers.csv: there is such a file'
gives 3 countermark cards make gift-2026 --count 5 --out more.csv --pins pins.csv
err_has 'pins.csv: there is such a file'
[ "$(sha256sum numbers.csv pins.csv)" = "$before" ] || fail "cards made before were written over"
[ "$(stat -c %a pins.csv)" = 600 ] || fail "others may read the PINs"
[ "$(cut -d, -f1 numbers.csv | tail -n +2 | md5sum)" = "$(cut -d, -f1 pins.csv | tail -n +2 | md5sum)" ] ||
  fail "numbers and PINs have other indices"

gives 0 countermark door pool default gift-2026
gives 0 countermark batch open gift-2026
paste -d, <(cut -d, -f2 numbers.csv | head -n 4) <(cut -d, -f2 pins.csv | head -n 4) >cards.csv
# the fourth card with a PIN that is not its own: another last digit
printf '%s,%s\n' "$(sed -n 5p numbers.csv | cut -d, -f2)" \
  "$(sed -n 5p pins.csv | cut -d, -f2 | sed 'y/0123456789/1234567890/')" >>cards.csv
gives 1 countermark redeem --file cards.csv --out verdicts.csv
[ "$(cut -d, -f2 verdicts.csv | paste -sd' ')" = 'verdict accepted accepted accepted not_a_code' ] ||
  fail "the verdicts are $(cut -d, -f2 verdicts.csv | paste -sd' ')"

# ---- the pool's key to a certificate and into another workspace, where the same numbers are made
openssl req -x509 -newkey rsa:2048 -nodes -keyout escrow.key -out escrow.pem -days 30 \
  -subj /CN=escrow 2>/dev/null
gives 0 countermark key export gift-2026 --recipient escrow.pem --out pool.cms
openssl cms -decrypt -inform DER -in pool.cms -inkey escrow.key -out pool.txt ||
  fail "the openssl program cannot open it"
grep -q gift-2026 pool.txt || fail "the pool's document is not in the message"
countermark init --sandbox --brand demo --workspace other >/dev/null
gives 0 countermark key import pool.cms --private-key escrow.key --workspace other
gives 3 countermark key import pool.cms --private-key escrow.key --workspace other
err_is 'pool.cms: key version 1 is in the keystore already'
gives 0 countermark cards make gift-2026 --count 100 --out again.csv --pins again-pins.csv --workspace other
[ "$(head -n 101 numbers.csv | md5sum)" = "$(md5sum <again.csv)" ] || fail "other numbers"
[ "$(head -n 101 pins.csv | md5sum)" = "$(md5sum <again-pins.csv)" ] || fail "other PINs"
