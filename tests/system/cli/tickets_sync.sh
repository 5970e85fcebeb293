#!/usr/bin/env bash
# Tickets where there is no network: devices that admit, a list of what was taken back, and the
# ledger that hears of it all afterwards. Each admission ends in one row, and the sums close.
# shellcheck disable=SC2154,SC2016 # what lib.sh sets; programs of node
. "$(dirname "$0")/lib.sh"

make_shop
gives 0 countermark ticket issuer add ACME --not-after 2090-01-01
gives 0 countermark batch add gala --scheme cola --quantity 12 --date 2026-11-24 --attribute sku=CM-1 \
  --attribute flavour=cola --product 'Gala'
gives 0 countermark ticket issue gala --count 12 --out tickets.csv --exp 2089-01-01 --title 'Gala'
gives 0 countermark batch open gala
gives 0 countermark ticket issuer export --out acme.trust
node -e '
  const lines = require("fs").readFileSync("tickets.csv", "utf8").trim().split("\n");
  const at = lines[0].split(",").indexOf("ticket");
  for (const [i, line] of lines.slice(1).entries())
    require("fs").writeFileSync(`t${i + 1}`, line.match(/CM1:[^,]*/)[0].replace(/"$/, "") + "\n");
  if (at < 0) process.exit(1);'
for d in north south; do
  gives 0 countermark ticket device key --out "$d.pem" --json
  json 'v.public_key' out >"$d.hex"
  gives 0 countermark ticket device add "$d" --public-key "$(cat "$d.hex")"
done

# admit DEVICE TICKET: 0 when it was let in.
admit() { countermark ticket admit --file "$2" --trust acme.trust --test --spends "$1.spends" \
  --device "$1.pem" --json; }
# column NAME ROW: a cell of report.csv, rows from 1.
column() {
  node -e 'const rows = require("fs").readFileSync("report.csv", "utf8").trim().split("\n").map((l) => l.split(","));
    process.stdout.write(rows[+process.argv[2]][rows[0].indexOf(process.argv[1])]);' "$1" "$2"
}

# ---- once at each device, and the same ticket at both
gives 0 admit north t1
gives 1 admit north t1
[ "$(json 'v.verdict' out)" = spent ] || fail "let in twice"
gives 0 admit north t2
gives 0 admit south t1
gives 0 admit south t3
gives 0 countermark ticket sync north.spends --door default --dry-run --json
[ "$(json '[v.entries, v.new].join()' out)" = 3,3 ] || fail "the dry run does not tell what is new"
gives 0 countermark ticket sync north.spends --door default --report report.csv --json
[ "$(json '[v.entries, v.redeemed, v.noted, v.conflict].join()' out)" = 3,2,1,0 ] || fail "north"
gives 1 countermark ticket sync south.spends --door default --report report.csv --json
[ "$(json '[v.entries, v.redeemed, v.noted, v.conflict].join()' out)" = 3,1,1,1 ] || fail "south"
[ "$(column outcome 2),$(column first_by 2),$(column first_entry 2),$(column first_by_clock 2)" = \
  conflict,north,2,first ] || fail "who was first is not told"
gives 0 countermark ticket sync north.spends --door default --json
[ "$(json '[v.entries, v.already, v.redeemed, v.noted].join()' out)" = 3,2,0,1 ] || fail "a second sync changed something"
gives 0 countermark ticket conflicts --json
[ "$(json 'v.conflicts.map((c) => [c.device, c.outcome, c.first_by, c.first_way].join(" ")).join()' out)" = \
  "south conflict north device" ] || fail "conflicts"
