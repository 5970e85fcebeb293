#!/usr/bin/env bash
# A device's file and a revocation list before programs of other authors, which read them by what
# docs/design/tickets.md says.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/../cli/lib.sh"
readers=$source_dir/tests/system/passes/readers
cmp -s "$readers/package-lock.json" "$readers/node_modules/.installed-lock.json" ||
  { echo "the readers of tickets are missing; './dev test' installs them" >&2 && exit 1; }
export CBOR_NATIVE_ACCELERATION_DISABLED=true # readers/package.json

make_shop
gives 0 countermark ticket issuer add ACME --not-after 2090-01-01
gives 0 countermark ticket issue monday --count 40 --out tickets.csv --exp 2089-01-01
gives 0 countermark ticket issuer export --out acme.trust --jwk acme.jwk
gives 0 countermark ticket device key --out north.pem --json
json 'v.public_key' out >north.hex
[ "$(openssl pkey -in north.pem -pubout -outform DER | tail -c 32 | od -An -tx1 | tr -d ' \n')" = "$(cat north.hex)" ] ||
  fail "openssl reads another key"

# ---- a list of none, and one of seven
gives 0 countermark ticket revocations --out none.revoked --hours 24
[ "$(node "$readers/spends.mjs" list none.revoked acme.jwk)" = 'ACME 0 86400' ] || fail "an empty list"
sed -n '30,36p' tickets.csv | cut -d, -f2 >back.txt
gives 0 countermark ticket revoke --file back.txt --json
[ "$(json 'v.revoked' out)" = 7 ] || fail "not seven were taken back"
gives 0 countermark ticket revocations --out acme.revoked
node "$readers/spends.mjs" list acme.revoked acme.jwk >list.txt || fail "readers of the list"
while read -r ticket; do
  gives 0 countermark ticket inspect "$ticket" --json
  grep -qF " $(json v.id out)" list.txt || fail "an id is not on the list"
done <back.txt
[ "$(wc -w <list.txt)" = 10 ] || fail "other ids are on the list"

# ---- an evening at the door
tail -n +2 tickets.csv | cut -d, -f2 >all.txt
gives 1 countermark ticket admit --file all.txt --trust acme.trust --revocations acme.revoked --test \
  --spends north.spends --device north.pem --json
cp out admitted.jsonl
node "$readers/spends.mjs" spends north.spends "$(cat north.hex)" >entries.txt || fail "readers of the file"
[ "$(grep -c ' admission ACME ' entries.txt)" = 33 ] || fail "not 33 were let in"
[ "$(sed -n 2p entries.txt | cut -d' ' -f2-4)" = "list ACME $(cut -d' ' -f2 list.txt)" ] || fail "the list is not noted"
node -e 'const fs = require("fs");
  const told = fs.readFileSync("admitted.jsonl", "utf8").trim().split("\n").map((l) => JSON.parse(l));
  const want = told.filter((t) => t.admitted).map((t) => [t.entry, "admission", t.issuer, t.id, t.admitted_ms].join(" "));
  const have = fs.readFileSync("entries.txt", "utf8").trim().split("\n").filter((l) => l.includes(" admission "));
  require("assert").deepEqual(have, want);' || fail "the device told something else than it wrote"
flip north.spends 300
! node "$readers/spends.mjs" spends north.spends "$(cat north.hex)" >entries.txt 2>&1 || fail "the readers miss a changed byte"
echo "spends: read and verified by cbor, cose-kit and node, entry by entry"
