// Verifies each line of standard input (a COSE_Sign1 in hex) with @auth0/cose and prints true or
// false for it. A process of its own: cose-kit and @auth0/cose both claim tag 18 in the CBOR decoder
// that they share.
// Usage: auth0.mjs KEY.jwk <messages
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Sign1 } from '@auth0/cose';

const jwk = JSON.parse(readFileSync(process.argv[2], 'utf8')).keys[0];
const key = createPublicKey({ key: jwk, format: 'jwk' });
for (const line of readFileSync(0, 'utf8').trim().split('\n'))
  console.log(await Sign1.decode(Buffer.from(line, 'hex')).verify(key).then(() => true, () => false));
