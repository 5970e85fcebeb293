#!/usr/bin/env bash
# Another maker's live codes through the same HTTP door: imported under a running daemon, redeemed
# once, with the verdicts of our own codes. Then an old card base as XML and CSV, and other names of
# a pool's cards. The imported codes are made here, by node, of nothing of ours.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
node -e 'const c = require("crypto"), a = "ACDEFGHJKLMNPQRTUVWXY34679", seen = new Set();
  while (seen.size < 200000) seen.add([...c.randomBytes(10)].map((b) => a[b % 26]).join(""));
  require("fs").writeFileSync("old.csv", "code,status\n" + [...seen].map((t) => t + ",live\n").join(""));'
gives 0 countermark mint monday --out monday.txt --format text
countermark batch open monday >/dev/null
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
soon grep -q ' serving ' daemon.log

# ---- a dry run tells everything and changes nothing
{ sed -n 1,4p old.csv; sed -n 2p old.csv; echo 'x!,live'; echo "$(sed -n 7p monday.txt),live"; echo 'LATE7777,asleep'; } >bad.csv
gives 1 countermark import codes bad.csv --json
[ "$(json 'v.first_wrong.map((o) => [o.line, o.column, o.what]).join(";")' out)" = \
  '5,text,duplicate;6,text,unreadable;7,text,collision;8,state,bad_state' ] || fail "the offences differ"
[ "$(json '[v.rows, v.good, v.committed].join()' out)" = 7,3,false ] || fail "the counts differ"
for text in "$(sed -n 2p old.csv | cut -d, -f1)" "$(sed -n 7p monday.txt)" LATE7777; do
  ! grep -q "$text" out err daemon.log || fail "a code is shown"
done
gives 2 countermark import codes bad.csv --dry-run --commit
err_has 'contradict each other'
gives 1 countermark import codes bad.csv --commit
err_has 'nothing was imported'
gives 0 countermark import codes old.csv --json
[ "$(json '[v.good, v.wrong, v.committed].join()' out)" = 200000,0,false ] || fail "not 200,000 good"
gives 0 countermark import list --json
[ "$(json 'v.lists.length' out)" = 0 ] || fail "a dry run imported"
[ -z "$(ls shop/legacy)" ] || fail "a dry run left files"

# ---- import, and redeem at the door where our own codes are
gives 0 countermark import codes old.csv --commit --product 'Cola 2025' --json
[ "$(json '[v.imported, v.committed].join()' out)" = 200000,true ] || fail "not imported"
gives 3 countermark import codes old.csv --commit
err_has "a batch, pool or list of this name exists"
gives 1 countermark import codes old.csv --name again --json
[ "$(json 'v.collision' out)" = 200000 ] || fail "imported twice"
gives 0 countermark door import default old
gives 0 countermark key api add till --door default --role redeem --json
url=$(sed -n 's/.* on \(http:[^ ]*\).*/\1/p' daemon.log)
printf 'header = "authorization: Bearer %s"\n' "$(json v.api_key out)" >curl.conf
verdicts() { # CODE...: the verdicts of redeeming them, in one call
  printf '%s\n' "$@" | node -e 'const t = require("fs").readFileSync(0, "utf8").trim().split("\n");
    process.stdout.write(JSON.stringify({ codes: t }));' >body.json
  curl -sS -K curl.conf -H 'content-type: application/json' -d @body.json "$url/v1/redeem" >answer.json
  json 'v.answers.map((a) => a.verdict).join(" ")' answer.json
}
first=$(sed -n 2p old.csv | cut -d, -f1) second=$(sed -n 3p old.csv | cut -d, -f1)
third=$(sed -n 4p old.csv | cut -d, -f1) last=$(tail -n 1 old.csv | cut -d, -f1)
own=$(sed -n 1p monday.txt)
is() { # WANTED CODE...
  local wanted=$1 got
  shift
  got=$(verdicts "$@")
  [ "$got" = "$wanted" ] || fail "the verdicts are $got, not $wanted"
}
is 'not_open_yet accepted' "$first" "$own"
countermark batch open old >/dev/null
is 'accepted accepted' "$first" "$(printf %s "$last" | tr "[:upper:]" "[:lower:]" | sed 's/\(.....\)/\1-/')"
is 'already_redeemed already_redeemed already_redeemed' "$first" "$last" "$own"
is 'not_a_code typing_error typing_error' AAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA 'AAAAAAAA!A'
countermark void "$second" >/dev/null
countermark batch recall old --first 2 --last 2 >/dev/null
is 'void recalled' "$second" "$third"

# ---- a restart, a backup and a check of every block
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
gives 0 countermark fsck
gives 1 countermark check "$first"
out_has already_redeemed
openssl req -x509 -newkey rsa:2048 -nodes -keyout escrow.key -out escrow.pem -days 30 \
  -subj /CN=escrow 2>/dev/null
gives 0 countermark backup --recipient escrow.pem --out lists.backup
gives 0 countermark restore lists.backup --private-key escrow.key --workspace again
cp shop/sandbox.key again
cmp shop/legacy/2.index again/legacy/2.index || fail "the restored list is another"
gives 1 countermark check "$first" --workspace again
out_has already_redeemed
gives 0 countermark fsck --workspace again

# ---- cards, as XML with their own words; other names of a pool's cards
cat >members.xml <<'XML'
<?xml version="1.0"?>
<export><made>2026-11-01</made>
  <member no="4539148803436467" st="A"><saldo>12,50</saldo><phone>+46 70 123</phone></member>
  <member no="79927398713" st="S"><saldo>5</saldo><until>2027-12-31</until></member>
  <member no="79927398712" st="A"/>
</export>
XML
columns=number=no,state=st,balance=saldo,expires=until,other=phone
gives 1 countermark import cards members.xml --record member --columns $columns \
  --states A=active,S=blocked --check luhn --currency EUR --decimals 2 --json
[ "$(json '[v.rows, v.good, v.other_texts, v.balance].join()' out)" = 3,2,1,1750 ] || fail "other counts"
[ "$(json '[v.first_wrong[0].line, v.first_wrong[0].why].join()' out)" = '5,the check digit is wrong' ] ||
  fail "the wrong card is not told"
countermark brand add demo >/dev/null
gives 0 countermark cards pool add "$source_dir/docs/examples/pool.json"
gives 0 countermark cards make gift-2026 --count 3 --out numbers.csv --pins pins.csv
{ echo "$(sed -n 2p numbers.csv | cut -d, -f2),PHONE-1"; echo '9528000000000000,PHONE-2'; } >phones.csv
gives 1 countermark import aliases phones.csv --pool gift-2026 --columns number,other --json
[ "$(json '[v.good, v.first_wrong[0].line, v.first_wrong[0].what].join()' out)" = 1,2,no_card ] || fail "other report"
gives 1 countermark import aliases phones.csv --pool gift-2026 --columns number,other --commit --leave-out
gives 0 countermark import list
out_has aliases

# ---- files that nobody should import
printf 'a,b\n1,2\n' >two.csv
gives 3 countermark import codes two.csv --brand demo
err_is "two.csv: line 1: none of the columns is known to hold the codes or numbers; say which: --columns number=NAME,..., or number,-,... by place"
gives 2 countermark import codes two.csv --columns nummer=a
err_has 'did you mean number?'
printf '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><c code="1"/></r>' >bomb.xml
gives 3 countermark import codes bomb.xml --brand demo
err_has 'a document type or an entity'
node -e 'const { createHash } = require("crypto");
  for (let i = 0; i < 3125; i++) process.stdout.write(createHash("sha256").update("noise" + i).digest());' >noise.csv
gives 3 countermark import codes noise.csv --brand demo
: >empty.csv
gives 3 countermark import codes empty.csv --brand demo --commit
gives 3 countermark import codes missing.csv --brand demo
# ---- a list whose file is lost: everything else works, and what needs it says which file and what to do
good=$(tail -n 2 old.csv | head -n 1 | cut -d, -f1) mine=$(sed -n 2p monday.txt)
mv shop/legacy/2.index aside
gives 0 countermark redeem "$mine"
gives 3 countermark redeem "$good" --json
[ "$(json 'v.answers[0].verdict' out)" = busy ] || fail "a code of a lost list is judged"
err_has "2.index: imported list 'old': an imported list's file cannot be opened; bring this file back from a backup"
doctor() { # what it finds of CHECK; whether this machine is well is not asked here
  countermark doctor --json >out 2>err || [ $? -eq 1 ] || fail "doctor failed"
  json "v.checks.filter((c) => c.check === '$1').map((c) => c.finding).join()" out
}
[ "$(doctor 'imported list')" = WRONG ] || fail "doctor does not find it: $(cat out)"
out_has '2.index: an imported list'
gives 3 countermark fsck --json
[ "$(json '[v.image_agrees, v.lists, v.lists_damaged].join()' out)" = true,2,1 ] || fail "fsck counts other lists"
mv aside shop/legacy/2.index
gives 0 countermark redeem "$good"
[ "$(doctor 'imported lists')" = ok ] || fail "doctor still finds it: $(cat out)"
# A byte of the index changed: fsck names the rows.
flip shop/legacy/2.index 9000
gives 3 countermark fsck
err_has 'are not as imported'
