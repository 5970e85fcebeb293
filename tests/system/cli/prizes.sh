#!/usr/bin/env bash
# Instant win: drawn before the first code, told with the redemption and nowhere else, given on when
# a pack is spoiled, revealed at the close and computed again by another program.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

make_shop
countermark batch add summer --scheme cola --quantity 20000 --date 2026-11-23 \
  --attribute sku=CM-2 --attribute flavour=lemon >out 2>err ||
  fail "no batch: $(cat err)"
printf '{"tiers":[{"name":"car","count":1},{"name":"bike","count":20},{"name":"sticker","count":900}]}' >tiers.json

# ---- mistakes change nothing
printf '{"tiers":[{"name":"car","count":1},{"name":"car"}]}' >bad.json
refused 3 "bad.json: line 1, column 36, \$.tiers[1].count: missing: an integer is wanted here; add it" \
  countermark prize draw summer --tiers bad.json
gives 3 countermark prize show summer
gives 0 countermark prize draw summer --tiers tiers.json --dry-run
gives 3 countermark prize show summer
gives 0 countermark prize draw summer --tiers tiers.json --json
commit=$(json v.commit out)
[ "${#commit}" -eq 64 ] || fail "no hash was committed"
gives 3 countermark prize draw summer --tiers tiers.json
gives 3 countermark prize reveal summer --out early.csv
[ ! -e early.csv ] || fail "a file of winners was left"

# ---- no file shows a winner: minted twice, the codes are the only thing in it
gives 0 countermark mint summer --out summer.csv --columns code,serial
[ "$(grep -cE '^[0-9A-Z]+,[0-9]+$' summer.csv)" -eq 20000 ] || fail "something stands beside the codes"
tail -n +2 summer.csv | cut -d, -f2 >units
gives 0 countermark batch open summer

# ---- every seventh pack is spoiled before anybody has one
awk -F, 'NR > 1 && NR % 7 == 0 { print $1 }' summer.csv >spoiled.txt
awk -F, 'NR > 1 && NR % 7 == 0 { print $2 }' summer.csv >void
gives 0 countermark void --file spoiled.txt --out spoiled.csv
gives 0 countermark prize show summer --json
[ "$(json 'v.tiers.map((t) => t.open).join()' out)" = 1,20,900 ] || fail "a prize was lost with its pack"

# ---- a till redeems them all, half of them after a restart of nothing but memory
tail -n +2 summer.csv | cut -d, -f1 >all.txt
gives 1 countermark redeem --file all.txt --out verdicts.csv
[ "$(awk -F, '$7 != "" && NR > 1' verdicts.csv | wc -l)" -eq 921 ] || fail "not 921 prizes"
gives 0 countermark prize show summer --json
[ "$(json 'v.tiers.map((t) => t.given).join()' out)" = 1,20,900 ] || fail "given prizes are not counted"
[ -z "$(json 'v.seed || ""' out)" ] || fail "the seed is out before the close"
winner=$(awk -F, 'FNR == NR { if ($7 == "1") line = $1; next } FNR == line { print }' verdicts.csv all.txt)
gives 1 countermark redeem "$winner" --json
[ "$(json 'v.answers[0].prize === undefined' out)" = true ] || fail "a spent code was told a prize"

# ---- the close
gives 0 countermark batch close summer
gives 0 countermark prize reveal summer --out winners.csv --json
cp out revealed.json
[ "$(json v.commit out)" = "$commit" ] || fail "another hash than the committed one"
gives 3 countermark batch open summer
node "$source_dir/tests/oracle/prize.mjs" revealed.json tiers.json units void winners.csv verdicts.csv ||
  fail "the oracle disagrees"
awk -F, -v OFS=, 'NR == 2 { $2 = ($2 + 1) % 20000 } { print }' winners.csv >forged.csv
! cmp -s winners.csv forged.csv || fail "nothing was forged"
if node "$source_dir/tests/oracle/prize.mjs" revealed.json tiers.json units void forged.csv verdicts.csv 2>/dev/null; then
  fail "the oracle takes anything"
fi
gives 0 countermark fsck
