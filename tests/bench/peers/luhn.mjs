// Card numbers of 16 digits from npm luhn-generator, a million a round: bare, and with what a pool
// of cards asks for besides: no repeats, no number with a pattern, none of a list of 1,000. (Random
// digits are Math.random's: guessable, which favours it in speed only; nothing is held out.)
import luhn from 'luhn-generator';

const ROUND = 1_000_000;
const PREFIX = '9528', BODY = 11;

const draw = () =>
  luhn.generate(PREFIX + Math.floor(Math.random() * 10 ** BODY).toString().padStart(BODY, '0'));

export function bare() {
  const made = [];
  while (made.length < ROUND) made.push(draw());
  return made.length;
}

// The rules of docs/examples/pool.json: equal:5, run:5, zeros, contains:666, number.suffix:000.
const up = '0123456789', down = '9876543210';
const runs = [0, 1, 2, 3, 4, 5].flatMap((i) => [up.slice(i, i + 5), down.slice(i, i + 5)]);
const unwanted = new RegExp(`(\\d)\\1{4}|${runs.join('|')}|^0{${BODY}}$|666`);
const listed = new Set();
while (listed.size < 1000) listed.add(draw());

export function withRules() {
  const made = new Set();
  while (made.size < ROUND) {
    const number = draw();
    if (number.endsWith('000') || listed.has(number)) continue;
    if (!unwanted.test(number.slice(PREFIX.length, -1))) made.add(number);
  }
  return made.size;
}
