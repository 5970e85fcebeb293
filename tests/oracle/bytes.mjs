// Integers and bytes, as the construction writes them: unsigned, most significant byte first.
// Also E_K: AES in ECB over whole arrays of blocks, the one primitive all the rest is made of.
// Refuses nothing by itself; lengths are the caller's.
// Reference: docs/design/construction.md section 1.

import { createCipheriv } from 'node:crypto';

const WORD_MASK = 0xffffffffn;

/** Write x as len bytes that end just before offset end. */
export function putUint(buf, end, len, x) {
  for (; len >= 4; len -= 4, end -= 4, x >>= 32n) {
    buf.writeUInt32BE(Number(x & WORD_MASK), end - 4);
  }
  for (; len > 0; len -= 1, end -= 1, x >>= 8n) buf[end - 1] = Number(x & 255n);
}

/** Read len bytes from offset off as one integer. */
export function getUint(buf, off, len) {
  let x = 0n;
  let at = off;
  const end = off + len;
  for (; end - at >= 4; at += 4) x = (x << 32n) | BigInt(buf.readUInt32BE(at));
  for (; at < end; at += 1) x = (x << 8n) | BigInt(buf[at]);
  return x;
}

/** x as a fresh buffer of len bytes; x must fit. */
export function uintBytes(x, len) {
  const value = BigInt(x);
  if (value < 0n || value >= 1n << BigInt(8 * len)) {
    throw new RangeError(`${value} does not fit ${len} bytes`);
  }
  const buf = Buffer.alloc(len);
  putUint(buf, len, len, value);
  return buf;
}

/** E_K as a function from an array of whole 16-byte blocks to as many. */
export function aesEcb(key) {
  if (![16, 24, 32].includes(key.length)) throw new RangeError('AES key of 16, 24 or 32 bytes');
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return (blocks) => cipher.update(blocks);
}
