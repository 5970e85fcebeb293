#!/usr/bin/env node
// Who wins in a batch, computed again by a program that knows only docs/design/prizes.md: from the
// revealed seed, the serials that are units and those that were made void before anyone redeemed.
// It refuses a seed of another hash, a winner too many, too few or in another tier, and a redemption
// that was told another prize.
// Usage: prize.mjs REVEALED.json TIERS.json UNITS VOID WINNERS.csv VERDICTS.csv
//   UNITS, VOID: a serial a line; VERDICTS.csv: columns verdict, serial, prize
// Exit 0: they agree; 1: they do not; 2: usage.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { Wrong, check } = await import(new URL('./reader.mjs', import.meta.url));
const { Cmac } = await import(new URL('./cmac.mjs', import.meta.url));

const MARK = 0x57;
const SPACE = 1n << 64n;

const lines = (path) => readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');

/** Rows of a CSV without quotes, as objects. */
function table(path) {
  const [head, ...rows] = lines(path).map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

class Draw {
  constructor(seed, set, serials) {
    this.cmac = new Cmac(seed);
    this.set = set;
    this.serials = BigInt(serials);
    this.next = 0n;
  }

  /** Serial of the next candidate, or null where the number is none. */
  candidate() {
    const message = Buffer.alloc(16);
    message[0] = MARK;
    message.writeUInt32BE(this.set, 4);
    message.writeBigUInt64BE(this.next, 8);
    this.next += 1n;
    const v = this.cmac.tag(message).readBigUInt64BE(0);
    return v < SPACE - (SPACE % this.serials) ? Number(v % this.serials) : null;
  }
}

function winnersOf(revealed, tiers, units, worthless) {
  const draw = new Draw(Buffer.from(revealed.seed, 'hex'), revealed.number, revealed.serials);
  const known = new Map(); // serial -> {tier, candidate}
  const free = (serial, sound) => serial !== null && units.has(serial) && !known.has(serial) && sound(serial);
  const give = (tier, sound) => {
    for (;;) {
      const candidate = Number(draw.next);
      const serial = draw.candidate();
      if (!free(serial, sound)) continue;
      known.set(serial, { tier, candidate });
      return;
    }
  };
  tiers.forEach(({ count }, i) => {
    for (let n = 0; n < count; n += 1) give(i + 1, () => true);
  });
  const lost = [...known].filter(([serial]) => worthless.has(serial));
  lost.sort((a, b) => a[1].candidate - b[1].candidate);
  for (const [, { tier }] of lost) give(tier, (serial) => !worthless.has(serial));
  for (const [serial] of lost) known.delete(serial);
  return known;
}

function judge([revealedFile, tiersFile, unitsFile, voidFile, winnersFile, verdictsFile]) {
  const revealed = JSON.parse(readFileSync(revealedFile, 'utf8'));
  const { tiers } = JSON.parse(readFileSync(tiersFile, 'utf8'));
  const hash = createHash('sha256').update(Buffer.from(revealed.seed, 'hex')).digest('hex');
  check(hash === revealed.commit, 'the seed has another hash than was committed');
  const units = new Set(lines(unitsFile).map(Number));
  const worthless = new Set(lines(voidFile).map(Number));
  const wins = winnersOf(revealed, tiers, units, worthless);
  const told = table(winnersFile);
  check(told.length === wins.size, `${told.length} winners were told, ${wins.size} are due`);
  for (const row of told) {
    const due = wins.get(Number(row.serial));
    check(due !== undefined, `serial ${row.serial} does not win`);
    check(due.tier === Number(row.tier), `serial ${row.serial} wins in another tier`);
    check(due.candidate === Number(row.candidate), `serial ${row.serial} has another candidate`);
  }
  let prizes = 0;
  for (const row of table(verdictsFile)) {
    if (row.verdict !== 'accepted') continue;
    const due = wins.get(Number(row.serial))?.tier ?? 0;
    check(Number(row.prize || 0) === due, `serial ${row.serial} was told another prize`);
    prizes += due > 0 ? 1 : 0;
  }
  return { winners: wins.size, told: prizes };
}

if (process.argv.length !== 8) {
  process.stderr.write('usage: prize.mjs REVEALED.json TIERS.json UNITS VOID WINNERS.csv VERDICTS.csv\n');
  process.exit(2);
}
try {
  const { winners, told } = judge(process.argv.slice(2));
  process.stdout.write(`prizes: winners=${winners} told=${told}\n`);
} catch (error) {
  if (!(error instanceof Wrong)) throw error;
  process.stderr.write(`prizes: ${error.message}\n`);
  process.exit(1);
}
