// Codes from npm nanoid: its customAlphabet with our symbols and length, and a Set that refuses
// repeats, a million a round.
import { customAlphabet } from 'nanoid';
import { LENGTH, SYMBOLS, setOf, writeLines } from './shape.mjs';

const code = customAlphabet(SYMBOLS, LENGTH);

export function toMemory() {
  return setOf(code).size;
}

export function toFile(path) {
  return writeLines(path, setOf(code));
}
