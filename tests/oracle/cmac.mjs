// AES-CMAC of NIST SP 800-38B (RFC 4493 with any AES key): one message, or an array of messages
// of exactly one block in a single AES call.
// Refuses arrays that are not whole blocks.
// Reference: docs/design/construction.md section 3.

import { aesEcb } from './bytes.mjs';

const BLOCK = 16;
const RB = 0x87;

/** Multiply by x in GF(2^128): shift left by one bit, fold the carry with R_b. */
function double(block) {
  const out = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i += 1) out[i] = (block[i] << 1) | ((block[i + 1] ?? 0) >> 7);
  if (block[0] & 0x80) out[BLOCK - 1] ^= RB;
  return out;
}

function xorInto(out, other) {
  for (let i = 0; i < BLOCK; i += 1) out[i] ^= other[i];
}

export class Cmac {
  constructor(key) {
    this.aes = aesEcb(key);
    this.k1 = double(this.aes(Buffer.alloc(BLOCK)));
    this.k2 = double(this.k1);
  }

  /** The 16-byte tag of one message of any length. */
  tag(message) {
    const whole = message.length > 0 && message.length % BLOCK === 0;
    const count = whole ? message.length / BLOCK : Math.floor(message.length / BLOCK) + 1;
    const padded = Buffer.alloc(count * BLOCK);
    padded.set(message);
    if (!whole) padded[message.length] = 0x80;
    let state = Buffer.alloc(BLOCK);
    for (let j = 0; j < count; j += 1) {
      xorInto(state, padded.subarray(j * BLOCK, (j + 1) * BLOCK));
      if (j === count - 1) xorInto(state, whole ? this.k1 : this.k2);
      state = this.aes(state);
    }
    return state;
  }

  /** Tags of many one-block messages, laid end to end, as tags laid end to end. */
  tagsOfBlocks(blocks) {
    if (blocks.length % BLOCK !== 0) throw new RangeError('CMAC: not whole blocks');
    const masked = Buffer.from(blocks);
    for (let i = 0; i < masked.length; i += 1) masked[i] ^= this.k1[i % BLOCK];
    return this.aes(masked);
  }
}
