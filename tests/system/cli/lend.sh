#!/usr/bin/env bash
# A line computer prints a lend without the vault, is killed in the middle and goes on, hands in its
# report by hand and over HTTP; a stolen one yields its range alone, and one command recalls that.
# The judge of what was sent twice is the printed file, and sort.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
openssl req -x509 -newkey rsa:2048 -nodes -keyout line.key -out line.pem -days 30 -subj /CN=line3 \
  2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout thief.key -out thief.pem -days 30 \
  -subj /CN=thief 2>/dev/null

# Lent, and printed far from the workspace.
gives 0 countermark run lend monday --count 400 --hours 10 --to line.pem \
  --printer file:here.txt --template plain --out line3.lend --json
run=$(json v.run out)
[ "$(json v.units out)" = 400 ] || fail "not 400 units lent"
gives 0 countermark run show "$run" --json
[ "$(json '[v.reserved, v.sent_total].join()' out)" = 400,0 ] || fail "the range is not held"
mkdir far && mv line3.lend far/
if grep -aqF "$(countermark issue monday --count 1 --json | tr -d '\n ' |
  sed 's/.*"code":"\([^"]*\)".*/\1/')" far/line3.lend; then fail "a code in the sealed file"; fi
cd far || fail "no folder"
gives 3 env -u COUNTERMARK_WORKSPACE countermark line agent line3.lend --private-key ../thief.key
gives 0 env -u COUNTERMARK_WORKSPACE countermark line agent line3.lend \
  --private-key ../line.key --printer "file:$PWD/printed.txt" --json
[ "$(json '[v.printed, v.unknown, v.void].join()' "$scratch/out")" = 400,0,0 ] || fail "not 400 printed"
cp "$scratch/out" agent.json
[ "$(cut -f 1 printed.txt | sort -u | wc -l)" -eq 400 ] || fail "not 400 different codes"
[ "$(wc -l <printed.txt)" -eq 400 ] || fail "a code was printed twice"
cp printed.txt before.txt
gives 0 env -u COUNTERMARK_WORKSPACE countermark line agent line3.lend \
  --private-key ../line.key --printer "file:$PWD/printed.txt" --json
cmp before.txt printed.txt || fail "the agent printed again what it had printed"

# Copied to another folder, or without its book: it does not begin anew.
mkdir copy && cp line3.lend copy/
gives 3 env -u COUNTERMARK_WORKSPACE countermark line agent copy/line3.lend \
  --private-key ../line.key --printer "file:$PWD/printed.txt"
err_has 'the lend was begun in this folder'
mv line3.lend.state kept
gives 3 env -u COUNTERMARK_WORKSPACE countermark line agent line3.lend \
  --private-key ../line.key --printer "file:$PWD/printed.txt"
err_has 'its book is gone'
rmdir line3.lend.state && mv kept line3.lend.state
cmp before.txt printed.txt || fail "a lend began anew"
cd "$scratch" || fail "no folder"

# The report, by hand: once, twice, and with a changed byte.
report=far/$(json v.report far/agent.json)
gives 0 countermark run report "$report" --json
[ "$(json '[v.moves > 0, v.contradicted].join()' out)" = true,0 ] || fail "the report moved nothing"
gives 0 countermark run report "$report" --json
[ "$(json v.moves out)" = 0 ] || fail "the same report changed something"
sed 's/printed/unknown/' "$report" >forged.report
gives 3 countermark run report forged.report
err_has 'was not made with the key of that lend'
gives 0 countermark run show "$run" --json
[ "$(json '[v.printed, v.reserved, v.unknown].join()' out)" = 400,0,0 ] || fail "the sums differ"

# Stolen: what was not printed before is worthless, the rest of the batch is not.
gives 0 countermark run lend monday --count 50 --hours 1 --to line.pem --printer file:stolen.txt \
  --template plain --out stolen.lend --json
stolen=$(json v.run out)
env -u COUNTERMARK_WORKSPACE countermark line agent stolen.lend --private-key line.key \
  --printer "file:$PWD/stolen.txt" >/dev/null
gives 0 countermark run recall "$stolen" --json
[ "$(json v.void out)" = 50 ] || fail "not 50 recalled"
countermark batch open monday >/dev/null
code=$(head -n 1 stolen.txt | cut -f 1)
gives 1 countermark check "$code" --json
[ "$(json 'v.answers[0].verdict' out)" = void ] || fail "a recalled code is not void"
code=$(head -n 1 far/printed.txt | cut -f 1)
gives 0 countermark redeem "$code"
gives 3 countermark run recall nothing
gives 0 countermark fsck
