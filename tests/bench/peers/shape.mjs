// What every maker of codes here has in common: alphabet, length, size of a round, and the file:
// the same lines as ours, in pieces of 1 MiB, synced, then removed.
import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';

export const ROUND = 1_000_000;
export const SYMBOLS = '234679BCDFGHJKMPQRTVWXY';
export const LENGTH = 13; // as many characters as ours with its check character
const PIECE = 1 << 20;

/** A round of different codes: a Set refuses repeats. */
export function setOf(code) {
  const made = new Set();
  while (made.size < ROUND) made.add(code());
  return made;
}

export function writeLines(path, codes) {
  const file = openSync(path, 'w', 0o600);
  let text = 'code,serial,batch\n';
  let serial = 0;
  for (const c of codes) {
    text += `${c.slice(0, 5)}-${c.slice(5, 9)}-${c.slice(9)},${serial++},batch-1\n`;
    if (text.length > PIECE) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  unlinkSync(path);
  return serial;
}
