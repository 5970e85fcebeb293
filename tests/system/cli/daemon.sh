#!/usr/bin/env bash
# The same commands through a running daemon: they reach the vault by its socket, do the same, and
# need no key; what needs the keys here says so.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
soon grep -q ' serving ' daemon.log
mv shop/sandbox.key key.away # no key is needed from now on

gives 0 countermark doctor
out_has 'running'
gives 0 countermark mint monday --out monday.txt --format text
[ "$(sort -u monday.txt | wc -l)" -eq 1000 ] || fail "not 1,000 codes through the daemon"
gives 0 countermark mint monday --out again.txt --format text
cmp monday.txt again.txt || fail "written again, it differs"
gives 0 countermark batch open monday
head -n 3 monday.txt >three.txt
gives 0 countermark redeem --file three.txt --out verdicts.csv
gives 1 countermark redeem "$(head -n 1 three.txt)"
out_has already_redeemed
gives 0 countermark key api add till --door default --role redeem --json
url=$(sed -n 's/.* on \(http:[^ ]*\).*/\1/p' daemon.log)
key=$(json v.api_key out)
printf 'header = "authorization: Bearer %s"\n' "$key" >curl.conf
curl -sS -K curl.conf -H 'content-type: application/json' \
  -d "{\"code\": \"$(sed -n 4p monday.txt)\"}" "$url/v1/redeem" >answer.json
[ "$(json v.verdict answer.json)" = accepted ] || fail "the new key is not known to the edge"
countermark scheme append cola --attribute sku CM-3 >/dev/null
countermark batch add late --scheme cola --quantity 10 --date 2026-11-25 --attribute sku=CM-3 \
  --attribute flavour=cola >/dev/null
gives 0 countermark issue late --count 10 --json
gives 3 countermark issue late --json
countermark batch open late >/dev/null
gives 0 countermark stats --json
[ "$(json '[v.issued, v.redeemed].join()' out)" = 1010,4 ] || fail "the counts differ"
openssl req -x509 -newkey rsa:2048 -nodes -keyout escrow.key -out escrow.pem -days 30 \
  -subj /CN=escrow 2>/dev/null
gives 0 countermark backup --recipient escrow.pem --out online.backup
gives 0 countermark key export cola --recipient escrow.pem --out cola.cms
gives 3 countermark key import cola.cms --private-key escrow.key
err_is "$COUNTERMARK_WORKSPACE: this needs the keys here, and a daemon holds the workspace; stop countermarkd first"
gives 3 countermark fsck

kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
mv key.away shop/sandbox.key
gives 0 countermark fsck
gives 0 countermark restore online.backup --private-key escrow.key --workspace again
cp shop/sandbox.key again
gives 1 countermark check "$(head -n 1 three.txt)" --workspace again
out_has already_redeemed

# Without the daemon, one command at a time.
mkdir watched
head -n 1 three.txt >watched/one.txt
countermark redeem --inbox watched --settle 0 >/dev/null 2>&1 &
watcher=$!
pids+=("$watcher")
soon test -e watched/done/one.txt # then it has the workspace
gives 3 countermark stats
err_is "journal: process $watcher has the workspace open; stop that process, or ask it to do the work"
