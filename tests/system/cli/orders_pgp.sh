#!/usr/bin/env bash
# Orders for bureaus that use OpenPGP: the files are sealed by gpg and opened by gpg, with the
# recipient's own key ring. A daemon starts no programs, and says what to do.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"
command -v gpg >/dev/null || fail "gpg is missing; run './dev setup'"
# A home of gpg that is left behind is found here, and those of other tests are elsewhere.
export TMPDIR=$scratch/tmp
mkdir -m 700 ring tmp
ring=$scratch/ring
stop_agent() { gpgconf --homedir "$ring" --kill all >/dev/null 2>&1 || true; }
trap 'stop_agent; clean_up' EXIT
with_ring() { gpg --homedir "$ring" --batch --quiet "$@" 2>>gpg.log || fail "gpg $*: $(tail -n 3 gpg.log)"; }
for name in Bureau Letters; do
  with_ring --passphrase '' --quick-gen-key "$name <$name@example>" rsa2048 encrypt 1d
  with_ring --export --armor --output "$name.asc" "$name"
done
orders=$COUNTERMARK_WORKSPACE/orders

gives 0 countermark init --sandbox
gives 0 countermark cards pool add "$source_dir/docs/examples/gift-cards.json"
for name in alice bob; do
  countermark operator key --out "$name.key" --json >"$name.json"
done
gives 0 countermark operator add alice --public-key "$(json v.public_key alice.json)"
gives 0 countermark operator add bob --public-key "$(json v.public_key bob.json)" --by alice \
  --operator-key alice.key

# ---- Two people: held under our own key, then sealed by gpg for each of two recipients ----------
gives 0 countermark order make gift-2026 --count 500 --template csv-comma --to Bureau.asc \
  --pin-template pin-letter --pin-to Letters.asc --by alice --operator-key alice.key
[ -e "$orders/ORDER-000001.held/ORDER-000001-numbers-0001.csv.cms" ] || fail "it is not held"
gives 3 countermark order release 1 --out outbox
err_has 'nobody has approved it yet'
gives 0 countermark order approve 1 --by bob --operator-key bob.key
gives 0 countermark order release 1 --out outbox
with_ring --output numbers.csv --decrypt outbox/ORDER-000001/ORDER-000001-numbers-0001.csv.pgp
with_ring --output pins.csv --decrypt outbox/ORDER-000001-PINS/ORDER-000001-pins-0001.*.pgp
[ "$(sed 1d numbers.csv | cut -d, -f3 | sort -u | wc -l)" = 500 ] || fail "not 500 numbers"
[ "$(sed -n 2p numbers.csv | cut -d, -f2)" = 00000100000001 ] || fail "no control number"
grep -q 00000100000001 pins.csv || fail "the PINs do not join the numbers"
! find "$orders" -name '*.cms' | grep -q . || fail "the held files are still there"
(cd outbox/ORDER-000001 && sha256sum -c --quiet SHA256SUMS) || fail "sums"

# The manifest names the key by its fingerprint, as gpg prints it.
gives 0 countermark order signer --manifest-key sender.pem --out signer.pem
gives 0 countermark order verify outbox/ORDER-000001 --key sender.pem
fingerprint=$(with_ring --with-colons --list-keys Bureau | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -n 1)
grep -qi "$fingerprint" outbox/ORDER-000001/manifest.json || fail "the manifest does not name the key"
printf 'x' >>outbox/ORDER-000001/ORDER-000001-numbers-0001.csv.pgp
gives 1 countermark order verify outbox/ORDER-000001 --key sender.pem

# ---- At once, resent: the same bytes ------------------------------------------------------------
gives 0 countermark order make gift-2026 --count 7 --template csv-comma --to Bureau.asc \
  --pin-template pin-letter --pin-to Letters.asc --no-approval
gives 0 countermark order resend 2 --out again
cmp again/ORDER-000002/ORDER-000002-numbers-0001.csv.pgp \
  "$orders/ORDER-000002/ORDER-000002-numbers-0001.csv.pgp" || fail "resend gave other bytes"
with_ring --output seven.csv --decrypt again/ORDER-000002/ORDER-000002-numbers-0001.csv.pgp
[ "$(sed 1d seven.csv | wc -l)" = 7 ] || fail "not 7 numbers"
gives 3 countermark order resend 2 --out anew --to Letters.asc
err_has 'make a new order'

# ---- Who cannot be a recipient; nothing is spent ------------------------------------------------
echo nonsense >nonsense.asc
gives 3 countermark order make gift-2026 --count 1 --template csv-comma --to nonsense.asc \
  --pin-template pin-letter --pin-to Letters.asc --no-approval
err_has 'not one OpenPGP public key'
gives 0 countermark order list --json
[ "$(json v.orders.length out)" = 2 ] || fail "a refused order is there"

# ---- Through a daemon: refused with what to do --------------------------------------------------
countermark order make gift-2026 --count 3 --template csv-comma --to Bureau.asc \
  --pin-template pin-letter --pin-to Letters.asc --approval --by alice --operator-key alice.key >out
gives 0 countermark order approve 3 --by bob --operator-key bob.key
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
soon grep -q ' serving ' daemon.log
remedy='OpenPGP needs gpg, and a daemon starts no programs; stop countermarkd, do this, start it again'
gives 3 countermark order make gift-2026 --count 1 --template csv-comma --to Bureau.asc \
  --pin-template pin-letter --pin-to Letters.asc --no-approval
err_has "$remedy"
gives 3 countermark order release 3
err_has "$remedy"
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
pids=()
gives 0 countermark order release 3 --out late
with_ring --output three.csv --decrypt late/ORDER-000003/ORDER-000003-numbers-0001.csv.pgp
[ "$(sed 1d three.csv | wc -l)" = 3 ] || fail "not 3 numbers"
[ -z "$(find tmp -name 'countermark-pgp-*')" ] ||
  fail "a home of gpg was left behind"
gives 0 countermark fsck
echo "orders for OpenPGP: held, approved, released, resent, refused by a daemon; gpg reads them all"
