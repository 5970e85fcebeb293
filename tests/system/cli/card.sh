#!/usr/bin/env bash
# Cards with a life at the command line: verbs, amounts, PINs, files, and what is refused before
# anything is asked. Verdicts: docs/design/card-life.md.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

countermark init --sandbox >/dev/null
sed 's/"volume": 10000/"volume": 20000/' "$source_dir/docs/examples/gift-cards.json" >pool.json
gives 0 countermark cards pool add pool.json
gives 0 countermark door pool default gift-2026
gives 0 countermark batch open gift-2026
gives 0 countermark cards make gift-2026 --count 12000 --out numbers.csv --pins pins.csv
number() { sed -n "$(($1 + 2))p" numbers.csv | cut -d, -f2; } # by place, from 0
pin() { sed -n "$(($1 + 2))p" pins.csv | cut -d, -f2; }
answer() { json "v.answers[0].$1" "$scratch/out"; }

# ---- one card
card=$(number 0)
gives 1 countermark card check "$card" --json
[ "$(answer verdict)" = inactive ] || fail "not inactive"
gives 0 countermark card activate "$card" --amount 25.00 --currency EUR --key sale-1
out_has '25.00      25.00  EUR'
gives 0 countermark card activate "$card" --amount 2500 --currency EUR --key sale-1 --json
[ "$(answer balance) $(answer replayed)" = '2500 true' ] || fail "two ways to write one amount"
gives 2 countermark card load "$card"
err_is '--amount: it is missing; say how much'
gives 2 countermark card load "$card" --amount 10.00
err_is '--amount: not an amount of this currency; write 12.50 with --currency EUR, or 1250, which is minor units'
gives 2 countermark card load "$card" --amount 10.5 --currency EUR
gives 2 countermark card load "$card" --amount -5
gives 2 countermark card load "$card" --amount 10 --currency euro
err_is '--currency: a currency is three capital letters; write it as EUR'
gives 2 countermark card block "$card" --reason because
gives 2 countermark card block "$card"
gives 2 countermark card replace "$card"
gives 2 countermark card replace "$card" "$(number 1)" --with "$(number 2)"
gives 2 countermark card refund "$card" --transaction seven
gives 2 countermark card spend
gives 2 countermark card spend "$card" --file cards.csv --out verdicts.csv
gives 0 countermark card check "$card" --pin-fd 5 5< <(pin 0)
gives 1 countermark card check "$card" --pin-fd 5 --json 5< <(echo 000000x)
[ "$(answer verdict)" = wrong_pin ] || fail "a wrong PIN: $(answer verdict)"
gives 0 countermark card show --pool gift-2026 --index 0 --json
[ "$(json v.balance "$scratch/out")" = 2500 ] || fail "by its index"
gives 2 countermark card show
err_is 'card: name it by its number, or by pool and index'
gives 2 countermark card show "$card" --pool gift-2026 --index 0
gives 3 countermark card show 9528000000000002
gives 3 countermark card show "$card" --door elsewhere
gives 0 countermark card history "$card" --json
sed 's/"time_ms":[0-9]*//g' "$scratch/out" >history # the digits of a time may be those of a PIN
for secret in "$card" "$(pin 0)"; do
  ! grep -q "$secret" history || fail "the history shows it"
done

# ---- eleven thousand from a file: two calls, once
{ echo number,amount; sed -n '3,11002p' numbers.csv | cut -d, -f2 | sed 's/$/,10.00/'; } >sold.csv
gives 0 countermark card activate --file sold.csv --out verdicts.csv --currency EUR --json
[ "$(json v.verdicts.accepted "$scratch/out")" = 11000 ] || fail "not all were activated"
cp verdicts.csv first.csv
gives 0 countermark card activate --file sold.csv --out verdicts.csv --currency EUR
cmp first.csv verdicts.csv || fail "the same file again has other verdicts"
! grep -q "$(number 1)" verdicts.csv || fail "a number is in the verdicts"
head -n 3 sold.csv >three.csv
gives 0 countermark card load --file three.csv --out verdicts.csv --currency EUR --key june
gives 0 countermark card load --file three.csv --out verdicts.csv --currency EUR --key june
gives 0 countermark card load --file three.csv --out verdicts.csv --currency EUR --key july
gives 0 countermark card check "$(number 1)" --json
[ "$(answer balance)" = 3000 ] || fail "1000 and two months: $(answer balance)"

# ---- files with a mistake: nothing is asked, nothing of a number is said
before=$(countermark stats --json | sed 's/.*"next_sequence"://;s/,.*//')
bad() { # TEXT-OF-THE-FILE TEXT-OF-THE-ERROR VERB...
  printf '%b' "$1" >bad.csv
  rm -f verdicts.csv
  local text=$2
  shift 2
  gives 3 countermark card "$@" --file bad.csv --out verdicts.csv
  err_has "$text"
  ! grep -q "$(number 1)" "$scratch/err" || fail "the error has the number"
  [ ! -e verdicts.csv ] || fail "verdicts of nothing"
}
bad "$(number 1)\n" 'no column holds the cards' check
bad "number,amount\n$(number 1),10.00\n$(number 2),1O.00\n" 'line 3, column amount: not an amount' load --currency EUR
bad "number,transaction\n$(number 1),x\n" 'not a transaction' refund
bad "number,amount\n$(number 1),5\n" "'card block' takes no amount" block --reason fraud
bad "number\n$(number 1)\n" "'card load' needs an amount" load
bad "number\n$(number 1)\n" "add a column 'new_number'" replace
bad "number,amount\n\"$(number 1),5\n" 'bad.csv' load
bad "number\n\xff\n" 'bad.csv' check
after=$(countermark stats --json | sed 's/.*"next_sequence"://;s/,.*//')
[ "$before" = "$after" ] || fail "something was asked: $before, $after"

# ---- a file of replacements, and spoiled cards
printf 'number,new_number\n%s,%s\n%s,%s\n' "$(number 1)" "$(number 11500)" "$(number 2)" "$(number 11501)" >new.csv
gives 0 countermark card replace --file new.csv --out verdicts.csv --reason damaged
gives 0 countermark card check "$(number 11500)" --json
[ "$(answer balance)" = 3000 ] || fail "the new card has not the old one's balance"
printf 'number\n%s\n' "$(number 11700)" >spoiled.csv
gives 0 countermark card void --file spoiled.csv --out verdicts.csv --reason spoiled
gives 1 countermark card activate "$(number 11700)" --json
[ "$(answer verdict)" = void ] || fail "a void card: $(answer verdict)"
gives 0 countermark fsck
