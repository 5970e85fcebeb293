#!/usr/bin/env bash
# The main job by hand, as a newcomer would do it; exit codes and JSON on the way.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop

# Minting: exactly the ordered count, no code twice, not redeemable before the batch is opened.
gives 0 countermark mint monday --out monday.csv --columns code,serial,sku,flavour,date,product
out_has 'Not redeemable yet. When the goods are out: countermark batch open monday'
[ "$(wc -l <monday.csv)" -eq 1001 ] || fail "not 1,000 codes"
[ "$(cut -d, -f1 monday.csv | sort -u | wc -l)" -eq 1001 ] || fail "a code stands twice"
[ "$(sed -n 1p monday.csv)" = 'code,serial,sku,flavour,date,product' ] || fail "head"
[ "$(sed -n 2p monday.csv | cut -d, -f3-)" = 'CM-2,lemon,2026-11-23,Lemon 330 ml' ] || fail "columns"
[ "$(stat -c %a monday.csv)" = 600 ] || fail "others may read the codes"
code=$(sed -n 2p monday.csv | cut -d, -f1)
second=$(sed -n 3p monday.csv | cut -d, -f1)
gives 1 countermark check "$code"
out_has not_open_yet

# A lost file is written again byte by byte, and the ledger knows; not after the batch was opened.
gives 0 countermark mint monday --out again.csv --columns code,serial,sku,flavour,date,product --json
[ "$(json 'v.minted[0].written_again' out)" -eq 1000 ] || fail "not said to be written again"
cmp monday.csv again.csv || fail "the file differs"
gives 0 countermark batch open monday
gives 3 countermark mint monday --out late.csv
err_is 'monday: codes of this batch have been opened or shipped; what was handed over is never written again; recall it and make a new batch if the file is lost'
{ [ ! -e late.csv ] && [ ! -e late.csv.new ]; } || fail "a file was left"

# Redeeming: once; the same key gives the same answer; lower case, spaces and dashes are fine.
gives 0 countermark check "$code"
gives 0 countermark redeem "$(tr '[:upper:]' '[:lower:]' <<<"${code:0:4} ${code:4}")" --key first --json
[ "$(json 'v.answers[0].verdict' out)" = accepted ] || fail "not accepted"
gives 0 countermark redeem "$(tr '[:upper:]' '[:lower:]' <<<"${code:0:4} ${code:4}")" --key first --json
[ "$(json 'v.answers[0].replayed' out)" = true ] || fail "not replayed"
gives 1 countermark redeem "$code"
out_has already_redeemed
gives 3 countermark redeem "$second" --key first
err_is '--key: this key was used for another request; nothing was done; use a new key for a new request'

# Reserve, confirm, release, reverse, void.
gives 0 countermark reserve "$second" --hold 60
gives 1 countermark redeem "$second"
out_has reserved
gives 0 countermark confirm "$second"
gives 0 countermark reverse "$second"
gives 0 countermark reserve "$second"
gives 0 countermark release "$second"
gives 0 countermark void "$second"
gives 1 countermark check "$second"
out_has void

# A file of codes, twice: the second time changes nothing and gives the same file.
gives 1 countermark redeem --file monday.csv --out one.csv
before=$(imprint)
gives 1 countermark redeem --file monday.csv --out two.csv --json
[ "$(imprint)" = "$before" ] || fail "the second run changed something"
cmp one.csv two.csv || fail "the answers differ"
[ "$(json 'v.verdicts.accepted' out)" -eq 998 ] || fail "not 998 of 1,000"
[ "$(sed -n 2p one.csv | cut -d, -f1,2)" = 2,already_redeemed ] || fail "line 2 was redeemed before"

# Codes made one by one; the batch then counts as shipped.
countermark batch add tuesday --scheme cola --quantity 5 --date 2026-11-24 \
  --attribute sku=CM-1 --attribute flavour=cola >/dev/null
gives 0 countermark issue tuesday --count 2 --json
[ "$(json 'v.units.length' out)" -eq 2 ] || fail "not two codes"
gives 3 countermark mint tuesday --out tuesday.csv
gives 3 countermark issue tuesday --count 4
err_is 'tuesday: 3 of the ordered codes are left; ask for fewer, or make a further batch'

# Recall and correction.
gives 0 countermark batch correct monday --product 'Cola 330 ml' --reason 'wrong label'
gives 0 countermark batch recall monday --first 0 --last 9
gives 1 countermark check "$code"
out_has recalled
gives 0 countermark batch show monday --json
[ "$(json 'v.recalled[0].last' out)" -eq 9 ] || fail "the recall is not shown"
[ "$(json 'v.answers_carry.corrected.product' out)" = 'Cola 330 ml' ] || fail "not corrected"

# Decoding needs the key and the scheme alone: no ledger is there any more.
mkdir apart && cp -r "$COUNTERMARK_WORKSPACE"/{keystore,sandbox.key,schemes} apart
gives 0 countermark decode "$code" --workspace apart --json
[ "$(json '[v.sku, v.flavour, v.date, v.batch, v.serial].join()' out)" = \
  "CM-2,(in the batch's record),2026-11-23,0,$(sed -n 2p monday.csv | cut -d, -f2)" ] || fail "decoded wrongly"
gives 1 countermark decode AAAA --workspace apart
