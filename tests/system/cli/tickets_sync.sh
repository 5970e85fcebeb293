#!/usr/bin/env bash
# Tickets where there is no network: devices that admit, a list of what was taken back, and the
# ledger that hears of it all afterwards. Each admission ends in one row, and the sums close.
# shellcheck disable=SC2154,SC2016 # what lib.sh sets; programs of node
. "$(dirname "$0")/lib.sh"

make_shop
gives 0 countermark ticket issuer add ACME --not-after 2090-01-01
gives 0 countermark batch add gala --scheme cola --quantity 13 --date 2026-11-24 --attribute sku=CM-1 \
  --attribute flavour=cola --product 'Gala'
gives 0 countermark ticket issue gala --count 13 --out tickets.csv --exp 2089-01-01 --title 'Gala'
gives 0 countermark batch open gala
gives 0 countermark ticket issuer export --out acme.trust
node -e '
  const lines = require("fs").readFileSync("tickets.csv", "utf8").trim().split("\n");
  const at = lines[0].split(",").indexOf("ticket");
  for (const [i, line] of lines.slice(1).entries())
    require("fs").writeFileSync(`t${i + 1}`, line.match(/CM1:[^,]*/)[0].replace(/"$/, "") + "\n");
  if (at < 0) process.exit(1);'
for d in north south east; do
  gives 0 countermark ticket device key --out "$d.pem" --json
  json 'v.public_key' out >"$d.hex"
  gives 0 countermark ticket device add "$d" --public-key "$(cat "$d.hex")"
done

# admit DEVICE TICKET OPTION...: 0 when it was let in.
admit() {
  local device=$1 ticket=$2
  shift 2
  countermark ticket admit --file "$ticket" --trust acme.trust --test --spends "$device.spends" \
    --device "$device.pem" --json "$@"
}
# unit BATCH FILE N: what the N-th ticket of a file is in its batch; serials may be skipped.
unit() { printf "%s:%s" "$1" "$(sed -n "$(($3 + 1))p" "$2" | cut -d, -f1)"; }
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
gives 3 admit north /proc/self/mem # what cannot be read is not an evening without guests
err_has 'not all tickets were looked at'
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

# ---- the daemon's way is the same way: a till redeems first, the device's admission is a conflict
gives 0 countermark redeem "$(cat t4)"
gives 0 admit south t4
gives 1 countermark ticket sync south.spends --door default --report report.csv --json
[ "$(json '[v.entries, v.conflict, v.redeemed, v.already].join()' out)" = 4,2,0,1 ] || fail "after a till"
[ "$(column first_way 4),$(column first_by 4)" = online,operator ] || fail "the till was first"

# ---- revoked: refused online at once, offline with the next list, and told when it comes too late
gives 0 admit south t5
gives 0 countermark ticket revoke "$(cat t5)" --why 'sold twice' --json
[ "$(json '[v.revoked, v.void_now].join()' out)" = 1,1 ] || fail "revoke"
gives 0 countermark ticket revoke "$(cat t5)" --json
[ "$(json '[v.revoked, v.revoked_before, v.void_now].join()' out)" = 0,1,0 ] || fail "revoking again changed something"
gives 1 countermark redeem "$(cat t5)"
gives 1 countermark ticket sync south.spends --door default --report report.csv --json
[ "$(json '[v.revoked, v.conflict].join()' out),$(column outcome 5)" = 1,2,revoked ] || fail "a revoked ticket was admitted"
# ---- used, revoked and reversed: its unit is fresh, and the ticket stays refused at every door
gives 0 countermark redeem "$(cat t13)"
gives 0 countermark ticket revoke "$(cat t13)" --json
[ "$(json '[v.revoked, v.void_now, v.redeemed_before].join()' out)" = 1,0,1 ] || fail "revoking what was used"
gives 0 countermark reverse "$(cat t13)"
gives 1 countermark redeem "$(cat t13)" --json
[ "$(json 'v.answers[0].verdict' out)" = void ] || fail "a revoked ticket works again"
gives 1 countermark ticket verify "$(cat t13)" --test --json
[ "$(json 'v.unit' out)" = void ] || fail "verify believes it"
gives 0 admit east t13 # a device that has no list
gives 1 countermark ticket sync east.spends --door default --report report.csv --json
[ "$(json '[v.revoked, v.redeemed].join()' out),$(column outcome 2)" = 1,0,revoked ] || fail "a device redeemed it"
gives 0 countermark ticket revocations --out one.revoked --hours 1 --json
gives 0 countermark ticket revoke --unit "$(unit gala tickets.csv 6)" --unit "$(unit gala tickets.csv 7)"
gives 0 countermark ticket revocations --out two.revoked --json
[ "$(json 'v.tickets' out)" = 4 ] || fail "the list is not whole"
gives 0 countermark ticket verify --offline --test --trust acme.trust --file t6 --revocations one.revoked
gives 1 countermark ticket verify --offline --test --trust acme.trust --file t6 --revocations two.revoked --json
[ "$(json 'v.verdict' out)" = revoked ] || fail "the list is not looked at"
gives 1 admit north t6 --revocations two.revoked
gives 3 admit north t8 --revocations one.revoked
err_has 'revocation list'
err_has 'is older than list'

# ---- a list whose next one is due: said, or with --strict refused
faketime() { node -e 'process.stdout.write(new Date(Date.now() + 2 * 3600e3).toISOString())'; }
gives 0 countermark ticket verify --offline --test --trust acme.trust --file t8 --revocations one.revoked --at "$(faketime)"
err_has 'the list after this one was due'
gives 3 countermark ticket verify --offline --test --trust acme.trust --file t8 --revocations one.revoked --at "$(faketime)" --strict
err_has 'fetch the newest list'

# ---- a clock that is more than 30 days behind the list: what was over by then is not named in it
past() { node -e 'process.stdout.write(new Date(Date.now() - process.argv[1] * 86400e3).toISOString())' "$1"; }
gives 3 countermark ticket verify --offline --test --trust acme.trust --file t8 --revocations two.revoked --at "$(past 31)"
err_has 'it does not name what was over by then; set the clock of this device'
gives 1 countermark ticket verify --offline --test --trust acme.trust --file t8 --revocations two.revoked --at "$(past 29)" --json
[ "$(json 'v.verdict' out)" = out_of_key ] || fail "29 days behind" # its key is of today

# ---- devices that nobody knows, or that were revoked: nothing is taken
gives 0 countermark ticket device key --out stray.pem --json
json 'v.public_key' out >stray.hex
gives 0 admit stray t8
refused 3 "spends: no device has key $(node -e 'process.stdout.write(require("crypto").createHash("sha256").update(Buffer.from(process.argv[1], "hex")).digest("hex").slice(0, 16))' "$(cat stray.hex)"), which signed this file; 'countermark ticket device add NAME --public-key FILE' registers it; nothing was taken" \
  countermark ticket sync stray.spends --door default
gives 0 countermark ticket device add stray --public-key "$(cat stray.hex)"
gives 0 countermark ticket device revoke stray
gives 3 countermark ticket sync stray.spends --door default
err_has 'this device was revoked'
gives 0 countermark ticket device add stray --public-key "$(cat stray.hex)"
gives 0 countermark ticket sync stray.spends --door default --json
[ "$(json 'v.redeemed' out)" = 1 ] || fail "a device that was taken back in"

# ---- damage: named with its place, nothing taken; --salvage takes what is signed
for t in 9 10 11 12; do gives 0 admit north t$t; done
damage() { # NAME PROGRAM: `b` is the file, `at` where its entries begin; what it returns is written
  node -e '
    const fs = require("fs"), b = fs.readFileSync("north.spends"), at = [0];
    for (let i = 1; i < b.length; i++)
      if (b.subarray(i, i + 16).equals(b.subarray(0, 16))) at.push(i); // not in a signature by chance
    at.push(b.length);
    const e = at.slice(0, -1).map((x, i) => b.subarray(x, at[i + 1]));
    fs.writeFileSync(process.argv[1], eval(process.argv[2]));' "$1" "$2"
}
damage tampered 'b[at[4] + 90] ^= 1, b'
damage cut 'Buffer.concat([...e.slice(0, 3), ...e.slice(4)])'
damage headless 'Buffer.concat(e.slice(2))'
damage swapped 'Buffer.concat([...e.slice(0, 3), e[4], e[3], ...e.slice(5)])'
damage foreign 'Buffer.concat([...e.slice(0, 4), fs.readFileSync("south.spends"), ...e.slice(4)])'
damage torn 'b.subarray(0, b.length - 20)'
for f in tampered cut headless swapped foreign; do
  before=$(imprint)
  gives 3 countermark ticket sync $f --door default
  err_has 'entry '
  err_has -- '--salvage'
  [ "$(imprint)" = "$before" ] || fail "something of a damaged file was taken: $f"
done
gives 0 countermark ticket sync torn --door default --json
[ "$(json '[v.unfinished, v.redeemed, v.already].join()' out)" = 1,3,2 ] || fail "the unfinished entry"
gives 1 countermark ticket sync tampered --door default --salvage --report report.csv --json
[ "$(json '[v.damaged, v.redeemed].join()' out)" = 1,1 ] || fail "salvage of what was tampered with"
for f in cut headless swapped foreign; do
  countermark ticket sync $f --door default --salvage --report report.csv --json >out 2>err || [ $? -eq 1 ] || fail "salvage of $f"
  [ "$(json 'v.redeemed' out)" = 0 ] || fail "salvage of $f redeemed what was there"
  [ "$(json 'v.entries' out)" = "$(($(wc -l <report.csv) - 1))" ] || fail "a row for each entry of $f"
done
gives 0 countermark ticket sync north.spends --door default --json
[ "$(json '[v.redeemed, v.conflict, v.already].join()' out)" = 0,0,6 ] || fail "the whole file in the end"

# ---- a fork: an old copy of the file was put back, and the device went on from there
cp north.spends fork.spends
gives 0 countermark batch add late --scheme cola --quantity 4 --date 2026-11-25 --attribute sku=CM-1 \
  --attribute flavour=cola --product Late
gives 0 countermark ticket issue late --count 4 --out late.csv --exp 2089-01-01
gives 0 countermark batch open late
node -e 'require("fs").readFileSync("late.csv", "utf8").trim().split("\n").slice(1).forEach((l, i) =>
  require("fs").writeFileSync(`l${i + 1}`, l.match(/CM1:[^"]*/)[0] + "\n"));'
for t in 1 2 3; do gives 0 admit north l$t; done
cp north.spends one.spends && cp fork.spends north.spends
for t in 3 4; do gives 0 admit north l$t; done
gives 0 countermark ticket sync one.spends --door default --json
[ "$(json '[v.redeemed, v.forked].join()' out)" = 3,0 ] || fail "one branch"
gives 1 countermark ticket sync north.spends --door default --report report.csv --json
[ "$(json '[v.redeemed, v.conflict, v.forked].join()' out)" = 1,1,1 ] || fail "the other branch"
[ "$(grep -c forked report.csv)" = 1 ] || fail "where it forks is not told"
out_has 'The chain is forked'

# ---- paper: the code that a camera reads is the ticket, and its text is on the page
gives 0 countermark ticket print tickets.csv --out tickets.pdf --zone Europe/Amsterdam --json
[ "$(json 'v.pages' out)" = 13 ] || fail "a page each"
qpdf --check tickets.pdf >/dev/null || fail "qpdf does not like the PDF"
for page in a4 80mm 58mm; do
  gives 0 countermark ticket print tickets.csv --out $page.pdf --page $page --small-print 'No refunds.'
  pdftoppm -r 200 -png -f 3 -l 3 -singlefile $page.pdf $page
  ZXingReader -1 $page.png >seen.txt
  grep -qF "$(cat t3)" seen.txt || fail "the code on $page is not the ticket"
done
pdftotext -f 3 -l 3 tickets.pdf seen.txt
grep -q 'Gala' seen.txt || fail "the title is no text"
refused 3 '--page: row 1: too small for the code: 0.00 mm a module, at least 0.35 mm are read; take a6' \
  countermark ticket print tickets.csv --out small.pdf --page 50x50
[ ! -e small.pdf ] || fail "half a PDF"
gives 3 countermark ticket print report.csv --out none.pdf
err_has "no column 'ticket'"

# ---- a dry run takes nothing back; a running daemon answers the same way as the workspace
gives 0 countermark ticket revoke --unit "$(unit gala tickets.csv 12)" --dry-run --json
[ "$(json '[v.revoked, v.void_now, v.redeemed_before, v.dry_run].join()' out)" = 1,,,true ] || fail "a dry run"
gives 0 countermark ticket revocations --out after.revoked --json
[ "$(json 'v.tickets' out)" = 4 ] || fail "a dry run was no dry run"
countermarkd --workspace "$COUNTERMARK_WORKSPACE" --listen 127.0.0.1:0 2>daemon.log &
pids+=($!)
for _ in $(seq 600); do
  ! grep -q ' on http:' daemon.log || break
  sleep 0.1
done
gives 0 countermark ticket sync one.spends --door default --json
[ "$(json '[v.redeemed, v.already].join()' out)" = 0,9 ] || fail "a sync through the daemon"
gives 0 countermark ticket revoke --unit "$(unit late late.csv 1)" --json
[ "$(json '[v.revoked, v.redeemed_before].join()' out)" = 1,1 ] || fail "revoking what was used"
gives 3 countermark ticket sync tampered --door default
err_has 'entry '
gives 0 countermark ticket conflicts --json
[ "$(json 'v.total' out)" = "$(json 'v.conflicts.length' out)" ] || fail "conflicts through the daemon"
gives 3 countermark ticket revoke --unit gala:900 --json
err_has 'gala has no unit of serial 900'
