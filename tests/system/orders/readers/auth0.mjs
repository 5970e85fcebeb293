// Verifies the COSE_Sign1 on standard input with @auth0/cose; exit 0 or 1. A process of its own:
// cose-kit and @auth0/cose both claim tag 18 in the CBOR decoder that they share.
// Usage: auth0.mjs KEY.pem <manifest.cose
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Sign1 } from '@auth0/cose';

const key = createPublicKey(readFileSync(process.argv[2]));
try {
  await Sign1.decode(readFileSync(0)).verify(key);
} catch {
  process.exitCode = 1;
}
