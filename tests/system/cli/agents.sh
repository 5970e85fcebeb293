#!/usr/bin/env bash
# Cards on their way: ranges of agents, further names, tokens and guesses, at the command line and,
# with a daemon, over HTTP. Meaning: docs/design/stock.md.
# shellcheck disable=SC2154 # what lib.sh sets
. "$(dirname "$0")/lib.sh"

countermark init --sandbox >/dev/null
cp "$source_dir/docs/examples/gift-cards.json" pool.json
gives 0 countermark cards pool add pool.json
gives 0 countermark door pool default gift-2026
gives 0 countermark batch open gift-2026
gives 0 countermark cards make gift-2026 --count 1000 --out numbers.csv --pins pins.csv
number() { sed -n "$(($1 + 2))p" numbers.csv | cut -d, -f2; } # by place, from 0
index() { sed -n "$(($1 + 2))p" numbers.csv | cut -d, -f1; }

# ---- agents and ranges
gives 0 countermark agent add north
gives 0 countermark agent add shop-12 --under north
gives 3 countermark agent add shop-13 --under nowhere
err_is "under: no agent is named 'nowhere'; 'countermark agent list' shows them"
gives 0 countermark stock move gift-2026 --first 0 --last 999 --state shipped
gives 0 countermark stock move gift-2026 --first 100 --last 199 --agent shop-12
gives 0 countermark stock show gift-2026 --json
[ "$(json 'v.ranges.map((r) => [r.first, r.last, r.state, r.agent].join(":")).join()' out)" = \
  '0:99:shipped:,100:199:in_stock:shop-12,200:999:shipped:' ] || fail "the ranges are others"
gives 3 countermark stock move gift-2026 --first 0 --last 4000000
gives 3 countermark stock move gift-2026 --first 9 --last 8

# ---- names: from a file, twice, and one by one
{
  echo card,alias
  echo "$(number 0),+49 151 5550001"
  echo "$(index 1),+49 151 5550002"
} >phones.csv
gives 0 countermark alias add gift-2026 --file phones.csv --json
[ "$(json v.added out)" = 2 ] || fail "not two names"
gives 0 countermark alias add gift-2026 --file phones.csv --json
[ "$(json 'v.added + ":" + v.stood_already' out)" = 0:2 ] || fail "the file twice"
gives 0 countermark alias list-count --json
[ "$(json v.id out)" = 2 ] || fail "two were counted"
gives 1 countermark card check '+49 151 5550001' --json
[ "$(json 'v.answers[0].verdict' out)" = inactive ] || fail "no card by its name"
printf '9528000000000000,secret-name\n' >wrong.csv
gives 3 countermark alias add gift-2026 --file wrong.csv
err_is 'aliases: line 1, column card: not a card of this pool'
gives 3 countermark alias remove gift-2026 --alias nobody

# ---- guesses: never made, but right by all that is public
guess=$(node -e 'let n = "952800000000000", s = 0;
  [...n].reverse().forEach((c, i) => { const d = c * (i % 2 ? 1 : 2); s += d > 9 ? d - 9 : d; });
  console.log(n + (10 - s % 10) % 10);')
gives 1 countermark check "$guess"
gives 1 countermark check "${guess%?}$(((${guess: -1} + 1) % 10))" # a typing error
gives 0 countermark stats --json
[ "$(json 'v.guesses["gift-2026"]' out)" = 1 ] || fail "one guess was not one"

# ---- a till of the shop, and a visitor with a token, over HTTP
gives 0 countermark key api add till-12 --door default --role till --agent shop-12 --json
till=$(json v.api_key out)
gives 0 countermark key api add web --door default --role redeem --json
web=$(json v.api_key out)
gives 0 countermark token make gift-2026 --first 300 --count 2 --hours 1 --json
token=$(json 'v.tokens[0].token' out)
place=$(json 'v.tokens[0].index' out)
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
daemon=$!
pids+=("$daemon")
soon grep -q ' serving ' daemon.log
url=$(sed -n 's/.* on \(http:[^ ]*\).*/\1/p' daemon.log)
# ask KEY ROUTE JSON: the answer in answer.json.
ask() {
  printf 'header = "authorization: Bearer %s"\n' "$1" >curl.conf
  curl -sS -K curl.conf -H 'content-type: application/json' -d "$3" "$url/v1/$2" >answer.json
}
verdict() { json v.verdict answer.json; }
by_index() { grep "^$1," numbers.csv | cut -d, -f2; }
own=$(sed -n '/^1[0-9][0-9],/{s/.*,//p;q}' numbers.csv)
ask "$till" activate "{\"code\": \"$own\", \"amount\": 2500}"
[ "$(verdict)" = accepted ] || fail "its own card: $(cat answer.json)"
ask "$till" activate "{\"code\": \"$(by_index "$place")\", \"amount\": 2500}"
[ "$(verdict)" = not_yours ] || fail "another's card: $(cat answer.json)"
ask "$web" activate "{\"code\": \"$token\"}"
[ "$(verdict)" = accepted ] || fail "the token: $(cat answer.json)"
ask "$web" activate "{\"code\": \"$token\"}"
[ "$(verdict)" != accepted ] || fail "the token activated twice"
ask "$web" check "{\"code\": \"$guess\"}"
# The edge hears of the vault now and then.
for _ in $(seq 600); do
  curl -sS "$url/metrics" >metrics
  grep -qx 'countermark_guesses_total{pool="gift-2026"} 2' metrics && break
  sleep 0.1
done
grep -qx 'countermark_guesses_total{pool="gift-2026"} 2' metrics || fail "no guesses in the metrics"
gives 0 countermark agent report --agent north --json
[ "$(json 'v.report.map((r) => [r.agent, r.activated, r.activated_sum].join(":")).join()' out)" = \
  shop-12:1:2500 ] || fail "the report is another"
gives 0 countermark stats --json
[ "$(json 'v.guesses_by_key.web' out)" = 1 ] || fail "the web's guess is not the web's"
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"

# ---- nothing of a name or a token lies anywhere in the workspace
gives 0 countermark fsck
for text in 5550001 5550002 "$token"; do
  ! grep -rqaF "$text" "$COUNTERMARK_WORKSPACE" daemon.log || fail "the text of a name is in a file"
done
gives 1 countermark card check '+49 151 5550002'
