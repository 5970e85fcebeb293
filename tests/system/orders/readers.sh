#!/usr/bin/env bash
# An order's folder before programs that nobody here wrote: openssl cms opens and verifies each
# sealed file for each recipient (RSA and P-256), gpgsm verifies the signatures, gpg opens the
# OpenPGP file, sha256sum checks the sums, cose-kit, @auth0/cose, node:crypto and cbor the manifests.
# Then our own check, as a bureau runs it, and what it says of a folder that somebody touched.
# gpgsm 2.2 does not decrypt here: it takes neither RSA-OAEP nor GCM parameters with their length.
# Usage: readers.sh BUNDLE_MAKER COUNTERMARK
set -euo pipefail
maker=$(realpath "${1:?usage: readers.sh BUNDLE_MAKER COUNTERMARK}")
countermark=$(realpath "$2")
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")

for tool in node openssl gpg gpgsm sha256sum; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; run './dev setup'" >&2 && exit 1; }
done
cmp -s "$here/readers/package-lock.json" "$here/readers/node_modules/.installed-lock.json" ||
  { echo "the manifest readers are missing; './dev test' installs them" >&2 && exit 1; }
scratch=$(mktemp -d)
export GNUPGHOME=$scratch/gnupg
export CBOR_NATIVE_ACCELERATION_DISABLED=true # readers/package.json
finish() {
  gpgconf --kill all >/dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap finish EXIT
cd "$scratch"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
quiet() { "$@" >>"$scratch/log" 2>&1 || { cat "$scratch/log" >&2 && fail "$*"; }; }

# recipient NAME KEY-TYPE USAGE ...
recipient() {
  quiet openssl req -x509 -nodes -days 9 -subj "/CN=$1" -keyout "$1.key" -out "$1.crt" \
    -newkey "$2" -addext "keyUsage=critical,$3" "${@:4}"
}
recipient rsa rsa:3072 keyEncipherment
recipient ec ec keyAgreement -pkeyopt ec_paramgen_curve:P-256
recipient other ec keyAgreement -pkeyopt ec_paramgen_curve:P-256
mkdir -m 700 gnupg
printf 'disable-crl-checks\n' >gnupg/gpgsm.conf
quiet gpg --batch --passphrase '' --quick-gen-key 'Bureau <b@example>' rsa2048 encrypt 1d
quiet gpg --export --armor --output bureau.asc Bureau
awk 'BEGIN { for (i = 1; i <= 40000; i++) printf "%06d;60357188888%08d;%%B60357188888%08d^^4912?\r\n", i, i, i }' >content
mkdir out
quiet "$maker" out content bureau.asc rsa.crt ec.crt

folder=out/ORDER-000012
(cd $folder && quiet sha256sum --strict -c SHA256SUMS)
[ "$(wc -l <$folder/SHA256SUMS)" -eq 7 ] || fail "SHA256SUMS does not name every file"
for file in cards.csv.cms pins.csv.cms; do
  for who in rsa ec; do
    quiet openssl cms -decrypt -binary -inform DER -in $folder/$file -inkey $who.key \
      -recip $who.crt -out signed
    quiet openssl cms -verify -binary -inform DER -in signed -CAfile $folder/signer.pem -out plain
    cmp plain content || fail "openssl reads something else from $file as $who"
  done
  ! openssl cms -decrypt -binary -inform DER -in $folder/$file -inkey other.key -recip other.crt \
    -out stranger 2>>log || fail "a stranger opens $file"
done
quiet gpg --batch --output plain.pgp --decrypt $folder/cards.csv.pgp
cmp plain.pgp content || fail "gpg reads something else"

quiet gpgsm --batch --import $folder/signer.pem
openssl x509 -in $folder/signer.pem -noout -fingerprint -sha1 | sed 's/.*=//; s/$/ S relax/' \
  >gnupg/trustlist.txt
quiet gpgsm --batch --output plain.sm --verify signed
grep -q 'Good signature' log || fail "gpgsm does not call the signature good"
cmp plain.sm content || fail "gpgsm reads something else"
printf 'x' | dd of=signed bs=1 seek=5000 conv=notrunc status=none
! gpgsm --batch --verify signed >>log 2>&1 || fail "gpgsm takes a changed file"

for folder in out/ORDER-000011 out/ORDER-000012; do
  node "$here/readers/manifest.mjs" $folder out/countermark.pub >sums
  grep -vE '  (manifest\.|ORDER\.txt)' $folder/SHA256SUMS | cmp - sums ||
    fail "manifest and SHA256SUMS name other files"
done

# verify EXIT ARGUMENTS...: our own check, offline, with the public key alone.
verify() {
  local want=$1 code=0
  "$countermark" order verify "${@:2}" >said 2>&1 || code=$?
  [ "$code" -eq "$want" ] || { cat said >&2 && fail "order verify ${*:2}: exit $code, not $want"; }
}
says() { grep -qF -- "$1" said || { cat said >&2 && fail "it does not say: $1"; }; }
verify 0 out/ORDER-000012 --live --previous out/ORDER-000011 --for rsa.crt
says 'The folder is what was sent.'
verify 0 out/ORDER-000011/ --key out/countermark.pub
verify 1 out/ORDER-000012 --test
says 'is a LIVE order'
verify 1 out/ORDER-000012 --for other.crt
says 'no file is sealed to that certificate'
verify 1 out/ORDER-000011 --previous out/ORDER-000012
says 'does not follow the previous manifest'
quiet openssl pkey -in <(openssl genpkey -algorithm ed25519) -pubout -out other.pub
verify 1 out/ORDER-000012 --key other.pub
says 'not signed with this key'
verify 3 out/ORDER-000012 --key rsa.crt
says 'not an Ed25519 public key'
cp -r out/ORDER-000012 out/touched
mv out/touched/cards.csv.cms out/touched/x
mv out/touched/pins.csv.cms out/touched/cards.csv.cms
mv out/touched/x out/touched/pins.csv.cms
truncate -s -1 out/touched/cards.csv.pgp
echo hello >out/touched/README
verify 1 out/touched
says 'has the content of cards.csv.cms: the files are swapped'
says 'is cut: '
says 'is not in the manifest'
echo "readers: sealed files, signatures, sums and manifests are read by openssl, gpgsm, gpg, sha256sum, cose-kit, @auth0/cose, node and cbor"
