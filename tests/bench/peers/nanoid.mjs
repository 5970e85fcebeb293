// Codes from npm nanoid: its customAlphabet with our symbols and length, and a Set that refuses
// repeats, a million a round.
import { customAlphabet } from 'nanoid';
import { LENGTH, ROUND, SYMBOLS, writeLines } from './shape.mjs';

const code = customAlphabet(SYMBOLS, LENGTH);

function make() {
  const made = new Set();
  while (made.size < ROUND) made.add(code());
  return made;
}

export function toMemory() {
  return make().size;
}

export function toFile(path) {
  return writeLines(path, make());
}
