// The keys of one (scheme or pool, key version): HKDF-SHA256 over its own 32 bytes.
// Refuses a root key that is not 32 bytes, an id over 32 bits and a version outside 1..255.
// Reference: docs/design/construction.md section 4; RFC 5869.

import { hkdfSync } from 'node:crypto';

import { uintBytes } from './bytes.mjs';

const LABEL = 'countermark/1/';
const PURPOSES = ['code-mac', 'code-enc', 'card-enc', 'card-pin', 'card-hold', 'ticket-sign',
  'ticket-id'];

/** The bytes that bind a key to its purpose, id and version. */
export function keyInfo(purpose, id, version) {
  if (!PURPOSES.includes(purpose)) throw new RangeError(`unknown purpose ${purpose}`);
  if (version < 1) throw new RangeError('key version 1..255');
  return Buffer.concat([
    Buffer.from(LABEL + purpose, 'ascii'), Buffer.from([0]), uintBytes(id, 4),
    uintBytes(version, 1),
  ]);
}

/** K_x of 32 bytes; rootHex is the random 32 bytes of that (id, version) in hex. */
export function deriveKey(rootHex, purpose, id, version) {
  const root = Buffer.from(rootHex, 'hex');
  if (root.length !== 32) throw new RangeError('root key of 32 bytes');
  const info = keyInfo(purpose, id, version);
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), info, 32));
}
