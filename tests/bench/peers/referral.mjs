// Codes from npm referral-codes, a million in one call: it refuses repeats itself. Its random
// numbers are Math.random's: predictable, which favours it in speed only.
import { generate } from 'referral-codes';
import { LENGTH, ROUND, SYMBOLS, writeLines } from './shape.mjs';

function make() {
  return generate({ length: LENGTH, count: ROUND, charset: SYMBOLS });
}

export function toMemory() {
  return make().length;
}

export function toFile(path) {
  return writeLines(path, make());
}
