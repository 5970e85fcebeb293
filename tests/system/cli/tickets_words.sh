#!/usr/bin/env bash
# What people write on the command line of tickets: amounts, brands, dry runs, and what they read.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
gives 0 countermark ticket issuer add ACME --not-after 2090-01-01
gives 0 countermark batch add gala --scheme cola --quantity 100 --date 2026-11-24 --attribute sku=CM-1 \
  --attribute flavour=cola --product 'Gala'
issue() { countermark ticket issue gala --count 1 --exp 2089-01-01 "$@"; }

# value VALUE OPTION...: what a ticket says of a value that was written so.
value() {
  rm -f v.csv
  gives 0 issue --out v.csv --value "$@"
  sed -n 2p v.csv | grep -o 'CM1:[^"]*' >v.txt
  gives 0 countermark ticket inspect --file v.txt --json
  json 'v.value + " " + v.currency' out
}

# ---- amounts: whole ones, with decimals, the currency beside or behind
for written in '25' '25.00'; do
  [ "$(value "$written" --currency EUR)" = '25.00 EUR' ] || fail "$written with --currency"
  [ "$(value "$written EUR")" = '25.00 EUR' ] || fail "$written EUR"
done
[ "$(value '25.00 EUR' --currency EUR)" = '25.00 EUR' ] || fail "said twice"
[ "$(value '2500 JPY')" = '2500 JPY' ] || fail "a currency without decimals"
[ "$(value '3' --currency KWD)" = '3.000 KWD' ] || fail "a currency with three decimals"
refused 2 '--value: a value needs its currency; write it as 25.00 EUR, or say --currency EUR' \
  issue --out no.csv --value 25
refused 3 '--value: not an amount of EUR with 2 decimals; write 25.00 EUR' issue --out no.csv --value '25.0 EUR'
refused 3 '--value: not an amount of JPY with 0 decimals; write 2500 JPY' issue --out no.csv --value '25.00 JPY'
refused 3 '--value: says USD, --currency says EUR; leave one of them away' \
  issue --out no.csv --value '25.00 USD' --currency EUR
printf 'value\n7\n8.50 EUR\n' >values.csv
gives 0 countermark ticket issue gala --from values.csv --currency EUR --exp 2089-01-01 --out rows.csv
printf 'value\n7\nseven\n' >values.csv
gives 3 countermark ticket issue gala --from values.csv --currency EUR --exp 2089-01-01 --out no.csv
err_has 'values.csv: row 2, value: not an amount of EUR'

# ---- a column that the file of tickets has of its own would stand twice: refused before a unit is spent
issued() { countermark batch show gala --json | sed 's/.*"issued": *\([0-9]*\).*/\1/'; }
before=$(issued)
for column in serial ticket code; do
  printf 'seat,%s\nA 1,x\n' $column >twice.csv
  refused 3 "twice.csv: its column '$column' would stand twice in the file that is made; give that column another name" \
    countermark ticket issue gala --from twice.csv --code --exp 2089-01-01 --out no.csv
done
[ "$(issued)" = "$before" ] || fail "units were spent"
[ -e no.csv ] && fail "a file was made"
gives 0 countermark ticket issue gala --from twice.csv --exp 2089-01-01 --out code.csv # a code of its own
[ "$(head -n 1 code.csv)" = serial,ticket,seat,code ] || fail "the list's column did not go on"

# ---- files as Windows' editors write them: a byte-order mark first, CRLF at the ends
{ printf '\xef\xbb\xbf' && sed -n 2p code.csv | grep -o 'CM1:[^",]*' | sed 's/$/\r/'; } >marked.txt
gives 0 countermark ticket inspect --file marked.txt
gives 1 countermark ticket verify --file marked.txt --test --json
[ "$(json 'v.verdict' out)" = valid ] || fail "a ticket behind a mark is no ticket"
gives 0 countermark ticket revoke --file marked.txt --dry-run --json
[ "$(json 'v.revoked' out)" = 1 ] || fail "nothing to revoke behind a mark"
gives 0 countermark ticket issuer export --out acme.trust
gives 0 countermark ticket device key --out door.pem
gives 0 countermark ticket admit --file marked.txt --test --trust acme.trust --spends door.spends --device door.pem

# ---- days of a place: as GNU date has them; on paper the end of a day is that day's, not the next one's
# ends DATE OPTION...: the second from which on a ticket is over.
ends() {
  rm -f e.csv
  gives 0 countermark ticket issue gala --count 1 --out e.csv --exp "$@"
  sed -n 2p e.csv | grep -o 'CM1:[^"]*' >e.txt
  gives 0 countermark ticket inspect --file e.txt --zone Europe/Amsterdam --json
  json 'v.expires_ms / 1000' out
}
at() { TZ=$1 date -d "$2" +%s; }
for day in 2088-12-24 2088-07-01; do
  [ "$(ends $day --zone Europe/Amsterdam)" = "$(at Europe/Amsterdam "$day + 1 day")" ] || fail "$day in Amsterdam"
  [ "$(ends $day)" = "$(at UTC "$day + 1 day")" ] || fail "$day in UTC"
done
[ "$(ends 2088-12-24T20:00:00-05:00 --zone Europe/Amsterdam)" = "$(at America/Panama '2088-12-24 20:00')" ] ||
  fail "a time with an offset is that time"
ends 2088-12-24 --zone Europe/Amsterdam >/dev/null
gives 0 countermark ticket inspect --file e.txt --zone Europe/Amsterdam
out_has '2088-12-25T00:00:00+01:00'
gives 0 countermark ticket print e.csv --out e.pdf --zone Europe/Amsterdam
pdftotext -layout e.pdf - | grep -q '2088-12-24 *24:00 *+01:00 Europe/Amsterdam' || fail "the end on paper: $(pdftotext -layout e.pdf -)"
rm e.pdf
printf 'exp,nbf\n2088-12-24,2088-07-01\n' >days.csv
gives 0 countermark ticket issue gala --from days.csv --zone Europe/Amsterdam --out days-out.csv
sed -n 2p days-out.csv | grep -o 'CM1:[^,"]*' >e.txt
gives 0 countermark ticket inspect --file e.txt --json
[ "$(json '[v.not_before_ms, v.expires_ms].join()' out)" = \
  "$(at Europe/Amsterdam 2088-07-01)000,$(at Europe/Amsterdam 2088-12-25)000" ] || fail "days of a row"
refused 3 "zone: no time zone Europe/Amsterdm below /usr/share/zoneinfo; did you mean 'Europe/Amsterdam'?" \
  countermark ticket issue gala --count 1 --out no.csv --zone Europe/Amsterdm
gives 0 countermark ticket issue --help
out_has 'default: UTC'

# ---- what people read of an issuer: its keys
gives 0 countermark ticket issuer rotate ACME --not-after 2091-01-01
gives 0 countermark ticket issuer list --json
json 'v.issuers[0].keys.map((k) => k.public_key).join("\n")' out >keys.txt
gives 0 countermark ticket issuer list
out_has 'issuer: ACME'
while read -r key || [ -n "$key" ]; do out_has "$key"; done <keys.txt
! grep -qF '...' out || fail "keys are shown as dots"

# ---- a device keeps its brand
gives 0 countermark brand add north-brand
gives 0 countermark brand add south-brand
gives 0 countermark ticket device key --out d.pem --json
json 'v.public_key' out >d.hex
gives 0 countermark ticket device add d --public-key "$(cat d.hex)" --brand north-brand
gives 0 countermark ticket device add d --public-key "$(cat d.hex)" --brand north-brand
gives 0 countermark ticket device revoke d
refused 3 "--brand: device 'd' is not of brand 'south-brand': a device keeps its brand; add another device, with a key of its own, for that brand" \
  countermark ticket device add d --public-key "$(cat d.hex)" --brand south-brand
gives 0 countermark ticket device list --json
[ "$(json 'v.devices[0].revoked' out)" = true ] || fail "it was taken back in all the same"

# ---- printing without a file
gives 0 countermark ticket print rows.csv --dry-run --json
[ "$(json '[v.pages, v.dry_run, v.file].join()' out)" = '2,true,' ] || fail "a dry run of printing"
gives 3 countermark ticket print rows.csv --dry-run --page 50x50
err_has 'too small for the code'
gives 2 countermark ticket print rows.csv
err_has '--out FILE.pdf'
[ -z "$(find . -name '*.pdf')" ] || fail "a dry run wrote a file"
