// XChaCha20-Poly1305 and the reading half of libsodium's secretstream, over node's ChaCha20.
// Not constant in time. References: RFC 8439; draft-irtf-cfrg-xchacha-03 (HChaCha20, section 2.2);
// libsodium's documentation, "Encrypting a stream", and its published algorithm.

import { createCipheriv, createDecipheriv } from 'node:crypto';

const rotate = (v, n) => (v << n | v >>> (32 - n)) >>> 0;

function quarter(s, a, b, c, d) {
  const step = (x, y, z, n) => {
    s[x] = (s[x] + s[y]) >>> 0;
    s[z] = rotate(s[z] ^ s[x], n);
  };
  step(a, b, d, 16);
  step(c, d, b, 12);
  step(a, b, d, 8);
  step(c, d, b, 7);
}

/** HChaCha20: 32 bytes from a key of 32 and a nonce of 16. */
export function hchacha20(key, nonce) {
  const input = Buffer.concat([Buffer.from('expand 32-byte k'), key, nonce]);
  const s = Array.from({ length: 16 }, (_, i) => input.readUInt32LE(4 * i));
  for (let i = 0; i < 10; i++) {
    for (let c = 0; c < 4; c++) quarter(s, c, c + 4, c + 8, c + 12);
    for (let c = 0; c < 4; c++) {
      quarter(s, c, 4 + (c + 1) % 4, 8 + (c + 2) % 4, 12 + (c + 3) % 4);
    }
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((w, i) => out.writeUInt32LE(s[w], 4 * i));
  return out;
}

/** Opens XChaCha20-Poly1305 (IETF); `sealed` ends in the tag; throws when it does not hold. */
export function xchachaOpen(key, nonce, associated, sealed) {
  const inner = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const open = createDecipheriv('chacha20-poly1305', hchacha20(key, nonce.subarray(0, 16)), inner,
    { authTagLength: 16 });
  open.setAAD(associated, { plaintextLength: sealed.length - 16 });
  open.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
}

/** Poly1305 of RFC 8439 section 2.5. */
export function poly1305(key, data) {
  const number = (b) => BigInt('0x' + Buffer.from(b).reverse().toString('hex'));
  const r = number(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  const p = (1n << 130n) - 5n;
  let sum = 0n;
  for (let at = 0; at < data.length; at += 16) {
    const block = Buffer.concat([data.subarray(at, at + 16), Buffer.from([1])]);
    sum = (sum + number(block)) * r % p;
  }
  sum = (sum + number(key.subarray(16, 32))) & ((1n << 128n) - 1n);
  return Buffer.from(sum.toString(16).padStart(32, '0'), 'hex').reverse();
}

function stream(key, nonce, counter, bytes) {
  const iv = Buffer.alloc(16);
  iv.writeUInt32LE(counter, 0);
  nonce.copy(iv, 4);
  return createCipheriv('chacha20', key, iv).update(bytes);
}

const size = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};

/** Reads secretstream messages of 64 bytes of text (where its odd padding is none), no rekeying. */
export class SecretStream {
  constructor(key, header) {
    this.key = hchacha20(key, header.subarray(0, 16));
    this.nonce = Buffer.concat([Buffer.from([1, 0, 0, 0]), header.subarray(16, 24)]);
  }

  /** { tag, text } of one message; throws when its MAC does not hold. */
  pull(message, associated = Buffer.alloc(0)) {
    const cipher = message.subarray(1, -16);
    const first = Buffer.alloc(64);
    first[0] = message[0];
    const block = stream(this.key, this.nonce, 1, first);
    const tag = block[0];
    block[0] = message[0];
    const pad = Buffer.alloc((16 - associated.length % 16) % 16);
    const mac = poly1305(stream(this.key, this.nonce, 0, Buffer.alloc(64)).subarray(0, 32),
      Buffer.concat([associated, pad, block, cipher, size(associated.length),
        size(64 + cipher.length)]));
    if (!mac.equals(message.subarray(-16))) throw new Error('message is not genuine');
    const text = stream(this.key, this.nonce, 2, cipher);
    for (let i = 0; i < 8; i++) this.nonce[4 + i] ^= mac[i];
    this.nonce.writeUInt32LE(this.nonce.readUInt32LE(0) + 1, 0);
    return { tag, text };
  }
}
