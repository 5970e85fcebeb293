// Reads a manifest of an order with programs of other authors: cose-kit and @auth0/cose verify it,
// node:crypto verifies the Sig_structure laid out by hand, cbor takes the payload apart and encodes
// it canonically again, byte by byte the same. A flipped byte must be refused by each of them.
// Usage: manifest.mjs FOLDER KEY.pem     Prints the payload's files: SHA-256, two spaces, name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import cbor from 'cbor';
import { coseVerify } from 'cose-kit';

const [folder, keyFile] = process.argv.slice(2);
const auth0 = join(import.meta.dirname, 'auth0.mjs');
const message = readFileSync(join(folder, 'manifest.cose'));
const key = createPublicKey(readFileSync(keyFile));

const head = (major, n) =>
  n < 24 ? Buffer.from([(major << 5) | n])
    : n < 256 ? Buffer.from([(major << 5) | 24, n])
      : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
const bytes = (b) => Buffer.concat([head(2, b.length), b]);

async function holds(cose) {
  const answers = [];
  answers.push(await coseVerify(cose, key).then((r) => r.isValid, () => false));
  answers.push(spawnSync(process.execPath, [auth0, keyFile], { input: cose }).status === 0);
  const [header, , payload, signature] = cbor.decodeFirstSync(cose).value;
  const toBeSigned = Buffer.concat([head(4, 4), head(3, 10), Buffer.from('Signature1'),
    bytes(header), bytes(Buffer.alloc(0)), bytes(payload)]);
  answers.push(verify(null, toBeSigned, key, signature));
  return answers;
}

assert.deepEqual(await holds(message), [true, true, true], 'a genuine manifest');
const bent = Buffer.from(message);
bent[Math.floor(bent.length / 2)] ^= 1; // in the payload
assert.deepEqual(await holds(bent), [false, false, false], 'a changed manifest');

const { value: [header, unprotected, payload], tag } = cbor.decodeFirstSync(message);
assert.equal(tag, 18);
assert.equal(unprotected instanceof Map ? unprotected.size : Object.keys(unprotected).length, 0);
const protectedMap = cbor.decodeFirstSync(header, { preferMap: true });
assert.equal(protectedMap.get(1), -8);
assert.equal(protectedMap.get(3), 'application/vnd.countermark.order+cbor');
const raw = key.export({ format: 'der', type: 'spki' }).subarray(12);
assert.deepEqual(protectedMap.get(4), createHash('sha256').update(raw).digest().subarray(0, 8));

const map = cbor.decodeFirstSync(payload, { preferMap: true });
assert.deepEqual(cbor.encodeCanonical(map), payload, 'canonical CBOR is the same bytes');
assert.deepEqual(cbor.encodeCanonical(protectedMap), header);
const json = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
assert.equal(json.order, map.get(3)[1]);
assert.equal(json.sequence, map.get(4));
assert.equal(json.name, map.get(16));
assert.equal(json.mode, map.get(15) ? 'TEST' : 'LIVE');
assert.equal(json.hash_total, String(map.get(10)));
for (const [i, [name, size, sum, records]] of map.get(11).entries()) {
  const file = readFileSync(join(folder, name));
  assert.equal(file.length, size);
  assert.deepEqual(createHash('sha256').update(file).digest(), sum);
  assert.deepEqual([json.files[i].name, json.files[i].records, json.files[i].sha256],
    [name, records, sum.toString('hex')]);
  console.log(`${sum.toString('hex')}  ${name}`);
}
