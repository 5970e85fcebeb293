// FF1 of NIST SP 800-38G (algorithms 7 and 8) over arrays of big integers: one AES call a round
// for the whole array. A numeral string is handled as its integer NUM_radix(X); `numerals` and
// `integer` convert at the ends.
// Refuses radix outside 2..2^16 and lengths under 2. It does not enforce the floor of 10^6 on
// the domain, so that published samples run.
// Reference: docs/design/construction.md section 2; step numbers are those of SP 800-38G.

import { aesEcb, getUint, putUint, uintBytes } from './bytes.mjs';

const ROUNDS = 10;
const BLOCK = 16;

/** NUM_radix: numerals, most significant first, to an integer. */
export function integer(list, radix) {
  return list.reduce((x, numeral) => x * BigInt(radix) + BigInt(numeral), 0n);
}

/** STR_radix of n numerals: an integer to numerals, most significant first. */
export function numerals(x, radix, n) {
  const list = new Array(n);
  const r = BigInt(radix);
  for (let i = n - 1; i >= 0; i -= 1, x /= r) list[i] = Number(x % r);
  return list;
}

function bytesFor(limit) {
  let len = 0;
  for (let top = limit - 1n; top > 0n; top >>= 8n) len += 1;
  return len;
}

export class Ff1 {
  constructor(key, radix, n, tweak) {
    if (radix < 2 || radix > 65536 || n < 2) throw new RangeError('FF1: radix or length');
    const u = Math.floor(n / 2); // step 1
    const v = n - u;
    this.aes = aesEcb(key);
    this.modulus = [BigInt(radix) ** BigInt(u), BigInt(radix) ** BigInt(v)]; // even, odd rounds
    this.b = bytesFor(this.modulus[1]); // step 3, from integers instead of logarithms
    this.d = 4 * Math.ceil(this.b / 4) + 4; // step 4
    this.first = Buffer.concat([ // step 5: P
      Buffer.from([1, 2, 1]), uintBytes(radix, 3), Buffer.from([ROUNDS, u % 256]),
      uintBytes(n, 4), uintBytes(tweak.length, 4),
    ]);
    this.firstEnciphered = this.aes(this.first);
    const zeros = (BLOCK - ((tweak.length + this.b + 1) % BLOCK)) % BLOCK;
    this.q = Buffer.concat([tweak, Buffer.alloc(zeros + 1 + this.b)]); // step 6.i, to be filled
  }

  /** Y of every round for an array of halves: steps 6.i to 6.iv. */
  roundValues(round, halves) {
    const count = halves.length;
    const qBlocks = this.q.length / BLOCK;
    let state = Buffer.alloc(count * BLOCK);
    for (let k = 0; k < count; k += 1) this.firstEnciphered.copy(state, k * BLOCK);
    const tail = Buffer.from(this.q);
    tail[tail.length - this.b - 1] = round;
    for (let j = 0; j < qBlocks; j += 1) { // step 6.ii: R = PRF(P | Q), a CBC-MAC
      for (let k = 0; k < count; k += 1) {
        putUint(tail, tail.length, this.b, halves[k]);
        for (let i = 0; i < BLOCK; i += 1) state[k * BLOCK + i] ^= tail[j * BLOCK + i];
      }
      state = this.aes(state);
    }
    return this.stretch(state, count);
  }

  /** Steps 6.iii and 6.iv: the first d bytes of R | E(R xor [1]) | E(R xor [2]) ... as integers. */
  stretch(state, count) {
    const at = (k) => k * BLOCK;
    const range = [...Array(count).keys()];
    if (this.d <= BLOCK) return range.map((k) => getUint(state, at(k), this.d));
    const parts = [state];
    for (let j = 1; j * BLOCK < this.d; j += 1) {
      const next = Buffer.from(state);
      for (let k = 0; k < count; k += 1) next[at(k + 1) - 1] ^= j;
      parts.push(this.aes(next));
    }
    return range.map((k) => {
      const all = Buffer.concat(parts.map((part) => part.subarray(at(k), at(k + 1))));
      return getUint(all, 0, this.d);
    });
  }

  /** Encipher an array of integers below radix^n. `trace(round, a, b)` sees every round. */
  encrypt(values, trace) {
    const [, rv] = this.modulus;
    let a = values.map((x) => x / rv); // step 2
    let b = values.map((x) => x % rv);
    for (let i = 0; i < ROUNDS; i += 1) {
      const y = this.roundValues(i, b);
      const m = this.modulus[i % 2]; // step 6.v
      const c = a.map((x, k) => (x + y[k]) % m); // step 6.vi
      a = b;
      b = c;
      if (trace) trace(i, a, b);
    }
    return a.map((x, k) => x * rv + b[k]);
  }

  /** Decipher an array of integers below radix^n. */
  decrypt(values) {
    const [, rv] = this.modulus;
    let a = values.map((x) => x / rv);
    let b = values.map((x) => x % rv);
    for (let i = ROUNDS - 1; i >= 0; i -= 1) {
      const y = this.roundValues(i, a);
      const m = this.modulus[i % 2];
      const c = b.map((x, k) => (((x - y[k]) % m) + m) % m);
      b = a;
      a = c;
    }
    return a.map((x, k) => x * rv + b[k]);
  }
}
