// Card numbers of 16 digits from npm luhn-generator, a million a round: alone, with digits of
// Math.random; and doing a pool's whole job: digits that cannot be guessed (node's crypto), no
// repeats, no number with a pattern or of a list of 1,000, 2 % held out and kept to be known again.
import { randomInt } from 'node:crypto';
import luhn from 'luhn-generator';

const ROUND = 1_000_000;
const PREFIX = '9528', BODY = 11, ROOM = 10 ** BODY, HELD = 0.02;

const numberOf = (body) => luhn.generate(PREFIX + body.toString().padStart(BODY, '0'));

export function alone() {
  const made = [];
  while (made.length < ROUND) made.push(numberOf(Math.floor(Math.random() * ROOM)));
  return made.length;
}

// The rules of docs/examples/pool.json: equal:5, run:5, zeros, contains:666, number.suffix:000.
const up = '0123456789', down = '9876543210';
const runs = [0, 1, 2, 3, 4, 5].flatMap((i) => [up.slice(i, i + 5), down.slice(i, i + 5)]);
const unwanted = new RegExp(`(\\d)\\1{4}|${runs.join('|')}|^0{${BODY}}$|666`);
const listed = new Set();
while (listed.size < 1000) listed.add(numberOf(randomInt(ROOM)));

export function wholeJob() {
  const made = new Set(), held = new Set();
  while (made.size < ROUND) {
    const number = numberOf(randomInt(ROOM));
    if (number.endsWith('000') || listed.has(number)) continue;
    if (unwanted.test(number.slice(PREFIX.length, -1))) continue;
    if (!made.has(number)) (Math.random() < HELD ? held : made).add(number);
  }
  return made.size;
}
