// Codes from node's own crypto: random bytes 64 KiB at a time, rejection instead of modulo, and a
// Set that refuses repeats, a million a round.
import { randomFillSync } from 'node:crypto';
import { LENGTH, SYMBOLS, setOf, writeLines } from './shape.mjs';

const FAIR = 256 - (256 % SYMBOLS.length); // bytes from here on would favour some symbols

const pool = Buffer.alloc(65536);
let at = pool.length;
function byte() {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  return pool[at++];
}

function code() {
  let text = '';
  while (text.length < LENGTH) {
    const b = byte();
    if (b < FAIR) text += SYMBOLS[b % SYMBOLS.length];
  }
  return text;
}

export function toMemory() {
  return setOf(code).size;
}

export function toFile(path) {
  return writeLines(path, setOf(code));
}
