#!/usr/bin/env bash
# Record formats at the command line: every command of docs/guide/record-formats.md as it stands
# there, mistakes with their places, and exit codes.
# Usage: record_formats.sh BUILD
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"
guide=$source_dir/docs/guide/record-formats.md

# ---- the guide: its format, and its commands

awk '/^```json/ { on = 1; next } /^```/ { on = 0 } on' "$guide" >my-bureau.json
[ -s my-bureau.json ] || fail "the guide has no format"
n=0
while read -r line; do
  read -ra words <<<"${line%%#*}"
  gives 0 "${words[@]}"
  [ -s out ] || fail "nothing said: $line"
  n=$((n + 1))
done < <(awk '/^```$/ { on = !on; next } on && /^countermark /' "$guide")
[ "$n" -ge 5 ] || fail "only $n commands in the guide"

gives 0 countermark order lint my-bureau.json --sample
out_has 'no|number|line2'
out_has '000000002|9528718304659217483|A00000001'
out_has 'END|3|36781664325330'

# ---- what is shipped

gives 0 countermark order formats --json
[ "$(json 'v.formats.length' out)" -ge 15 ] || fail "formats are missing"
json 'v.formats.map((f) => f.format).join("\n")' out >names
while read -r name; do
  gives 0 countermark order lint "$name"
  out_has 'sound: yes'
  gives 0 countermark order lint "$name" --sample
  gives 0 countermark order lint "$name" --legend
  out_has "Record format $name"
done <names
gives 0 countermark order lint fixed-width --legend
out_has '27-45     number'

# ---- mistakes: exit code 1, place, problem, remedy

sed 's/{number}/{nubmer}/' my-bureau.json >wrong.json
gives 1 countermark order lint wrong.json
out_has 'place:   line 12, column 33, $.fields[1].value'
out_has 'did you mean {number}?'
gives 1 countermark order lint wrong.json --sample
sed 's/"control"/"pin"/; s/{control}/{pin}/' my-bureau.json >pin.json
gives 1 countermark order lint pin.json --json
[ "$(json 'v.sound' out)" = false ] || fail "a PIN in a number file is sound"
out_has 'PINs go in their own file'
echo '{"format": 1, "name": "x", "kind": "cvs"}' >kind.json
gives 1 countermark order lint kind.json
out_has 'did you mean "csv"?'

# A sound format that is too narrow for our sample is sound, and says so.
sed 's/"only": "0123456789"/"max": 16/' my-bureau.json >narrow.json
gives 0 countermark order lint narrow.json
out_has 'our sample does not fit: record 1'
gives 3 countermark order lint narrow.json --sample
err_is "format 'my-bureau': record 1: field 'number' is too long; make the field wider, or the text shorter"
sed 's/{control}/control/' my-bureau.json >bare.json
gives 0 countermark order lint bare.json
out_has "every record says 'control'; did you mean {control}?"

gives 3 countermark order lint nothing.json
gives 3 countermark order lint nothing
err_has 'give the path of a file, or one of ours: csv-comma'
gives 2 countermark order lint
head -c 300000 /dev/zero | tr '\0' ' ' >big.json
gives 3 countermark order lint big.json
printf '\377\376{' >bytes.json
gives 1 countermark order lint bytes.json
