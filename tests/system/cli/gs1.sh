#!/usr/bin/env bash
# GS1 texts on the command line, without a workspace: explained, judged by the line, made into links
# and coupons; a wrong text is an answer (exit code 1), a wrong command line is not (2).
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

good='(01)09506000134352(17)271200(3103)000750(21)7NQ4K2'
gives 0 countermark gs1 parse "$good" --json
[ "$(json 'v.valid + v.form + v.elements.map((e) => e.says).join()' out)" = 'trueelement string,2027-12,0.750,' ] ||
  fail "not explained"
[ "$(json 'v.carried' out)" = 0109506000134352172712003103000750217NQ4K2 ] || fail "not carried"
[ "$(json 'v.link' out)" = 'https://id.gs1.org/01/09506000134352/21/7NQ4K2?17=271200&3103=000750' ] ||
  fail "no link"
# the link, the scan and the carried text say the same again
for form in "$(json 'v.link' out)" "]d2$(json 'v.carried' out)" "]C1$(json 'v.carried' out)" \
  "$(json 'v.carried' out)"; do
  gives 0 countermark gs1 parse "$form" --json
  [ "$(json 'v.elements.length' out)" = 4 ] || fail "not read: $form"
done
[ -d "$COUNTERMARK_WORKSPACE" ] && fail "a workspace appeared"

# ---- no is an answer, with place and remedy, and without the value
gives 1 countermark gs1 parse '(01)09506000134352(21)7NQ 4K2' --json
[ "$(json 'v.valid + v.place' out)" = 'false(21), character 4' ] || fail "no place"
grep -q 7NQ out && fail "the value is shown"
gives 1 countermark gs1 parse '(11)260101'
out_has 'add (01) or (02) or (03) or (8006) or (8026)'
gives 1 countermark gs1 parse ''
gives 1 countermark gs1 parse ']C0HELLO'
out_has 'that symbol carries no GS1 data'
gives 1 countermark gs1 link '(8112)001234561000010123456'
out_has 'can begin a Digital Link'

# ---- many
printf '%s\r\n\n(21)7NQ4K2\n(01)09506000134353' "$good" >texts
gives 1 countermark gs1 lint --file texts --json
[ "$(json 'v.judged + "," + v.refused + "," + v.refused_texts.map((t) => t.text)' out)" = '3,2,3,4' ] ||
  fail "lines are not told"
# Windows' own editor begins a text with a mark and ends its lines with CRLF
printf '\xef\xbb\xbf%s\r\n' "$good" >texts.txt
gives 0 countermark gs1 lint --file texts.txt
gives 0 countermark gs1 lint "$good"
gives 2 countermark gs1 lint
gives 2 countermark gs1 lint "$good" --file texts
gives 3 countermark gs1 lint --file nothing-here

# ---- links, coupons, the table
gives 0 countermark gs1 link "$good" --host https://id.example.com/shop/ --upper
out_has 'HTTPS://ID.EXAMPLE.COM/shop/01/09506000134352/21/7NQ4K2?17=271200&3103=000750'
gives 2 countermark gs1 link "$good" --host id.example.com
err_is '--host: a link begins with https:// (or http://); write https://id.example.com, or https://example.com/path'
gives 0 countermark gs1 coupon --issuer 8508 --reference 1 --cents 10 --json
[ "$(json 'v.ean13' out)" = 9828508010106 ] || fail "no coupon"
gives 2 countermark gs1 coupon --issuer 8508 --reference 1 --cents 1005
gives 2 countermark gs1 coupon --issuer 85080 --reference 1 --cents 10
gives 0 countermark gs1 parse 2012345678903
out_has 'number within one company or region'
gives 3 countermark gs1 list 05
gives 0 countermark gs1 list --json
[ "$(json 'v.identifiers.length > 200' out)" = true ] || fail "a short table"
echo "gs1: texts are explained, judged and made"
