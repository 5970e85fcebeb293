#!/usr/bin/env bash
# Caring for a workspace: ways in, recovery words, doctor, fsck, backup and restore, keys handed out
# and taken in, rotation and destruction.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

openssl req -x509 -newkey rsa:2048 -nodes -keyout escrow.key -out escrow.pem -days 30 \
  -subj /CN=escrow 2>/dev/null
openssl rsa -in escrow.key -aes256 -passout pass:deposit -out locked.key 2>/dev/null

# ---- a LIVE workspace with a passphrase, without a terminal

printf 'correct horse\n' >passphrase
gives 2 setsid countermark init --passphrase-fd 3 3<passphrase
err_is 'there is no terminal to show the recovery words on; give --recovery-words-file OUT, or --sandbox for a trial'
[ ! -e shop ] || fail "a refused init left a folder"
printf 'short' >weak
gives 3 countermark init --passphrase-fd 3 --recovery-words-file words.txt 3<weak
{ [ ! -e shop/keystore ] && [ ! -e words.txt ]; } || fail "a weak passphrase made something"
gives 0 countermark init --passphrase-fd 3 --recovery-words-file words.txt 3<passphrase
[ "$(stat -c %a words.txt)" = 600 ] || fail "others may read the recovery words"
[ "$(wc -w <words.txt)" -eq 18 ] || fail "not 18 words"
gives 0 countermark door list --passphrase-fd 3 3<passphrase
out_has LIVE
out_has TEST
printf 'wrong horse\n' >wrong
gives 3 countermark door list --passphrase-fd 3 3<wrong
gives 2 setsid countermark door list
err_is 'keystore: there is no terminal to ask at; give --key-file FILE or --passphrase-fd N'
gives 0 countermark door list --recovery --passphrase-fd 3 3<words.txt
gives 0 countermark doctor --passphrase-fd 3 3<passphrase
out_has 'recovery words'
# Once two people release LIVE cards, one alone does not write their numbers and PINs in the clear.
sed 's/"TEST"/"LIVE"/' "$source_dir/docs/examples/pool.json" >live.json
gives 0 countermark brand add demo --passphrase-fd 3 3<passphrase
gives 0 countermark cards pool add live.json --passphrase-fd 3 3<passphrase
gives 0 countermark cards make gift-2026 --count 2 --out two.csv --pins two-pins.csv \
  --passphrase-fd 3 3<passphrase
gives 0 countermark operator key --out alice.key --json
cp out alice.json
gives 0 countermark operator add alice --public-key "$(json v.public_key alice.json)" \
  --passphrase-fd 3 3<passphrase
gives 3 countermark cards make gift-2026 --count 2 --out more.csv --pins more-pins.csv \
  --passphrase-fd 3 3<passphrase
err_is 'gift-2026: LIVE cards with PINs or money leave this workspace as orders, which two people release; order them: countermark order make'
{ [ ! -e more.csv ] && [ ! -e more-pins.csv ]; } || fail "a refused file was left"
# No key opens their numbers and their PINs, in whatever text its certificate stands, and renewed.
certificate() { # NAME FILE: a certificate of NAME.key, made when there is none
  [ -e "$1.key" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -x509 -key "$1.key" -subj "/CN=$2" -days 30 -out "$2.pem" \
    -addext keyUsage=critical,keyAgreement 2>/dev/null
}
certificate bureau bureau
certificate letters letters
certificate letters letters-new
{ echo "another hand wrote this"; cat letters.pem; } >letters-too.pem
order() { # CODE WORDS...: with the passphrase
  local code=$1
  shift
  gives "$code" countermark order "$@" --passphrase-fd 3 3<passphrase
}
for to in letters letters-too letters-new; do
  order 3 make gift-2026 --template csv-comma --to $to.pem --recipient presses --count 2 \
    --pin-template pin-letter --pin-to letters.pem --by alice --operator-key alice.key --dry-run
  err_has 'never go to one recipient'
done
gives 0 countermark operator key --out bob.key --json
cp out bob.json
gives 0 countermark operator add bob --public-key "$(json v.public_key bob.json)" \
  --by alice --operator-key alice.key --passphrase-fd 3 3<passphrase
order 0 make gift-2026 --template csv-comma --to bureau.pem --count 2 \
  --pin-template pin-letter --pin-to letters.pem --by alice --operator-key alice.key
order 0 approve 1 --by bob --operator-key bob.key
order 0 release 1
order 3 resend 1 --out anew --to letters-new.pem --by bob --operator-key bob.key
err_has 'never go to one recipient'
chmod 644 shop/keystore
gives 1 countermark doctor --passphrase-fd 3 3<passphrase
out_has 'others have rights to it; chmod 600'
rm -r shop

# ---- a shop whose codes are out
make_shop
countermark mint monday --out monday.txt --format text >/dev/null
countermark batch open monday >/dev/null
head -n 5 monday.txt >five.txt
countermark redeem --file five.txt --out /dev/null >/dev/null

# ---- backup and restore
gives 0 countermark order signer --out signer.pem
gives 0 countermark backup --recipient escrow.pem --out monday.backup
[ "$(stat -c %a monday.backup)" = 600 ] || fail "others may read the backup"
[ -z "$(ls shop/backups)" ] || fail "a copy stayed behind"
sed -n 6,7p monday.txt >later.txt
countermark redeem --file later.txt --out /dev/null >/dev/null
gives 3 countermark restore monday.backup --private-key escrow.key --workspace shop
gives 3 countermark restore five.txt --private-key escrow.key --workspace again
err_has five.txt
printf 'deposit' >deposit
gives 0 countermark restore monday.backup --private-key locked.key --key-passphrase-fd 3 \
  --workspace again 3<deposit
cp shop/sandbox.key again
cmp shop/order-signer.pem again/order-signer.pem || fail "bureaus would meet another signer"
gives 0 countermark check "$(sed -n 8p monday.txt)" --workspace again
gives 3 countermark redeem "$(sed -n 8p monday.txt)" --workspace again
err_is 'workspace: it was restored from a backup: nothing was done; accept what may be missing: countermark restore accept'
gives 3 countermark batch close monday --workspace again
gives 0 countermark restore accept --workspace again
gives 0 countermark redeem "$(sed -n 8p monday.txt)" --workspace again
gives 1 countermark check "$(sed -n 1p monday.txt)" --workspace again
out_has already_redeemed
gives 3 countermark restore accept
err_is 'workspace: it was not restored: there is nothing to accept'
head -c 3000 monday.backup >cut.backup
gives 3 countermark restore cut.backup --private-key escrow.key --workspace third
[ ! -e third/workspace.json ] || fail "a cut backup made a workspace"

# ---- fsck sees a damaged image and mends it from the journal
gives 0 countermark fsck
out_has 'image agrees:   yes'
rm -r shop/state
gives 0 countermark fsck --rebuild
gives 1 countermark check "$(sed -n 1p monday.txt)"
out_has already_redeemed

# ---- keys: out to a certificate, in elsewhere, where the same codes can be read
gives 0 countermark key export cola --recipient escrow.pem --out cola.cms
openssl cms -decrypt -inform DER -in cola.cms -inkey escrow.key -out cola.txt ||
  fail "the openssl program cannot open it"
countermark init --sandbox --workspace other >/dev/null
gives 0 countermark key import cola.cms --private-key escrow.key --workspace other
gives 3 countermark key import cola.cms --private-key escrow.key --workspace other
err_is 'cola.cms: key version 1 is in the keystore already'
gives 0 countermark key rotate cola
gives 0 countermark key retire cola --version 1
gives 0 countermark check "$(sed -n 9p monday.txt)"
gives 0 countermark key destroy cola --version 1 --confirm cola
gives 1 countermark check "$(sed -n 9p monday.txt)"
gives 3 countermark key destroy cola --version 1 --confirm cola

# ---- a published test key makes codes that anyone can reproduce
printf '%064d\n' 7 >key.hex
sed 's/"cola"/"open"/' cola.json >open.json
gives 0 countermark scheme add open.json --test-key-from-file key.hex
countermark scheme append open --attribute sku A >/dev/null
countermark scheme append open --attribute flavour B >/dev/null
countermark batch add public --scheme open --quantity 5 --date 2026-01-02 --attribute sku=A \
  --attribute flavour=B >/dev/null
gives 0 countermark mint public --out public.txt --format text
gives 0 countermark decode "$(sed -n 5p public.txt)" --scheme shop/schemes/open.json \
  --test-key-from-file key.hex --json
[ "$(json '[v.sku, v.date].join()' out)" = 'A,2026-01-02' ] || fail "not read with the key alone"
