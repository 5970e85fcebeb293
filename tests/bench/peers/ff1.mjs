// FF1 of npm @noble/ciphers, one code a call as its interface has it, AES-256 and our tweak. The
// cipher object is made once; its own key schedule for every code is its own affair.
import { FF1 } from '@noble/ciphers/ff1.js';

const ROUND = 256; // codes between two looks at the clock

const made = new Map();
function cipherOf(radix, key, tweak) {
  const name = [radix, key, tweak].join(' ');
  if (!made.has(name)) made.set(name, FF1(Number(radix), Buffer.from(key, 'hex'), Buffer.from(tweak, 'hex')));
  return made.get(name);
}

export function encrypt(radix, n, key, tweak) {
  const cipher = cipherOf(radix, key, tweak);
  let code = Array.from({ length: Number(n) }, (_, i) => i % Number(radix));
  for (let i = 0; i < ROUND; i++) code = cipher.encrypt(code);
  return ROUND;
}

// Numerals as "1,2,3": refuses to be measured if it does not encipher plain to ours.
export function agree(radix, key, tweak, plain, ours) {
  const theirs = cipherOf(radix, key, tweak).encrypt(plain.split(',').map(Number)).join(',');
  if (theirs !== ours) throw new Error(`FF1 of ${plain} is ${theirs} here and ${ours} there`);
  return 1;
}
