// A million card numbers and EAN-13s of ours, judged by checkers of other authors: npm luhn,
// card-validator, barcoder. One changed digit must be refused by each of them.
// Usage: node judge.mjs ORACLE_TOOL CASES [COUNT]; the packages come from `npm ci` in this folder.
// Refuses to pass when fewer lines came than were asked for.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import Barcoder from 'barcoder';
import validator from 'card-validator';
import luhn from 'luhn';

const POOL = 'm11-faces'; // 9643 and eleven digits and a Luhn digit; EAN-13 under 29
const NUMBER = 1; // columns of `cards`
const EAN13 = 2; // and of `faces`
const SHOWN = 5;

validator.creditCardType.addCard({
  niceType: 'Pool', type: 'pool', patterns: [9643], gaps: [4, 8, 12], lengths: [16],
  code: { name: 'PIN', size: 6 },
});

/** The text with its digit at `at` one higher. */
const bent = (text, at) => text.slice(0, at) + ((Number(text[at]) + 1) % 10) + text.slice(at + 1);

const CHECKS = {
  cards: {
    column: NUMBER,
    judges: {
      luhn: (number) => luhn.validate(number),
      'card-validator': (number) => {
        const { isValid, card } = validator.number(number);
        return isValid && card.type === 'pool';
      },
    },
    bendable: (i) => 4 + (i % 12),
  },
  faces: {
    column: EAN13,
    judges: { barcoder: (ean) => Barcoder.validate(ean) },
    bendable: (i) => 2 + (i % 11),
  },
};

async function judge(tool, cases, command, count) {
  const { column, judges, bendable } = CHECKS[command];
  const child = spawn(tool, [command, cases, POOL, '1', `${count}`],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const wrong = [];
  let n = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const text = line.split('|')[column];
    for (const [name, valid] of Object.entries(judges)) {
      if (!valid(text)) wrong.push(`${name} refuses ${command} line ${n + 1}`);
      if (valid(bent(text, bendable(n)))) wrong.push(`${name} takes a bent line ${n + 1}`);
    }
    n += 1;
  }
  if (await ended !== 0 || n !== count) wrong.push(`${command}: ${n} lines of ${count}`);
  for (const offence of wrong.slice(0, SHOWN)) console.error(offence);
  console.log(`${command}: ${n} texts, ${Object.keys(judges).join(' and ')}, ${wrong.length} wrong`);
  return wrong.length === 0;
}

const [tool, cases, count = '1000000'] = process.argv.slice(2);
let right = true;
for (const command of Object.keys(CHECKS)) {
  if (!await judge(tool, cases, command, Number(count))) right = false;
}
process.exitCode = right ? 0 : 1;
