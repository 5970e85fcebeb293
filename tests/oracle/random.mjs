// A reproducible source of uniform integers: AES-256-CTR under a hash of the seed, with rejection.
// For test data only. Refuses an empty range.

import { createCipheriv, createHash } from 'node:crypto';

const CHUNK = Buffer.alloc(1 << 16);

export class Random {
  constructor(seed) {
    const key = createHash('sha256').update(`countermark oracle ${seed}`).digest();
    this.stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    this.refill();
  }

  refill() {
    this.buffer = this.stream.update(CHUNK);
    this.at = 0;
  }

  word() {
    if (this.at === this.buffer.length) this.refill();
    this.at += 4;
    return this.buffer.readUInt32BE(this.at - 4);
  }

  /** A Number below n, n at most 2^32. */
  below(n) {
    if (n < 1) throw new RangeError('empty range');
    const limit = 2 ** 32 - (2 ** 32 % n);
    let x = this.word();
    while (x >= limit) x = this.word();
    return x % n;
  }

  /** A BigInt below n, n at most 2^64. */
  belowBig(n) {
    if (n <= 2n ** 32n) return BigInt(this.below(Number(n)));
    const limit = 2n ** 64n - (2n ** 64n % n);
    let x = (BigInt(this.word()) << 32n) | BigInt(this.word());
    while (x >= limit) x = (BigInt(this.word()) << 32n) | BigInt(this.word());
    return x % n;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}
