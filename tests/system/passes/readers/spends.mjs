// Reads devices' spends files and revocation lists with programs of other authors, from what
// docs/design/tickets.md says of them: cbor takes the sequence apart and encodes every part
// canonically again, byte by byte the same; cose-kit and node:crypto (over a Sig_structure laid out
// by hand) verify each signature and refuse it with one bit flipped; the chain is followed by hand.
// Usage: spends.mjs spends FILE PUBLIC_KEY_HEX   prints a line an entry: n, kind, issuer, id or
//                                                sequence, time
//        spends.mjs list FILE ISSUER.jwk         prints issuer, sequence, next update - issued, ids
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import cbor from 'cbor';
import { coseVerify } from 'cose-kit';

const [what, file, keyText] = process.argv.slice(2);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const read = (bytes) => cbor.decodeFirstSync(bytes, { preferMap: true });
const canonical = (bytes, name) =>
  assert.equal(cbor.encodeCanonical(read(bytes)).toString('hex'), Buffer.from(bytes).toString('hex'),
    `${name}: canonical CBOR is the same`);

function publicKeys() {
  if (what === 'list') {
    return JSON.parse(readFileSync(keyText, 'utf8')).keys
      .map((jwk) => createPublicKey({ key: jwk, format: 'jwk' }));
  }
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(keyText, 'hex')]); // RFC 8410 section 4
  return [createPublicKey({ key: der, format: 'der', type: 'spki' })];
}
const kidOf = (key) =>
  sha256(key.export({ format: 'der', type: 'spki' }).subarray(12)).subarray(0, 8);

/** The message's payload as a map, when one of the keys signed it. */
async function payloadOf(message, keys, type) {
  const { tag, value: [header, unprotected, payload, signature] } = read(message);
  assert.equal(tag, 18);
  assert.equal(unprotected instanceof Map ? unprotected.size : Object.keys(unprotected).length, 0);
  canonical(message, 'message');
  canonical(header, 'header');
  canonical(payload, 'payload');
  const fields = read(header);
  assert.deepEqual([...fields.keys()], [1, 3, 4]);
  assert.equal(fields.get(1), -8);
  assert.equal(fields.get(3), type);
  const key = keys.find((k) => kidOf(k).equals(fields.get(4)));
  assert.ok(key, 'a key of that id');
  const toBeSigned = cbor.encodeCanonical(['Signature1', header, Buffer.alloc(0), payload]);
  assert.ok(verify(null, toBeSigned, key, signature), 'node verifies it');
  assert.ok((await coseVerify(message, key)).isValid, 'cose-kit verifies it');
  const bent = Buffer.from(message);
  bent[bent.length - 70] ^= 4; // in the payload
  const refused = await coseVerify(bent, key).then((r) => !r.isValid, () => true);
  assert.ok(refused, 'cose-kit refuses it with a bit flipped');
  return read(payload);
}

async function spends() {
  const bytes = readFileSync(file), keys = publicKeys();
  let before = Buffer.alloc(32), n = 0, at = 0;
  for (const item of cbor.decodeAllSync(bytes, { preferMap: true })) {
    const message = cbor.encodeCanonical(item);
    assert.ok(bytes.subarray(at, at + message.length).equals(message), `entry ${n + 1}: a sequence`);
    at += message.length;
    const e = await payloadOf(message, keys, 'application/vnd.countermark.spend+cbor');
    const kind = e.get(1);
    assert.deepEqual([...e.keys()], [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6]][kind]);
    assert.equal(e.get(2), ++n);
    assert.equal(kind === 0, n === 1);
    assert.ok(e.get(4).equals(before), `entry ${n} follows`);
    before = sha256(message);
    if (kind === 0) assert.equal(e.get(5).length, 16);
    if (kind === 1) assert.equal(e.get(6).length, 8);
    const of = kind === 0 ? '-' : kind === 1 ? e.get(6).toString('hex') : e.get(6);
    console.log([n, ['start', 'admission', 'list'][kind], kind === 0 ? '-' : e.get(5), of, e.get(3)].join(' '));
  }
  assert.equal(at, bytes.length, 'nothing behind it');
}

async function list() {
  const map = await payloadOf(readFileSync(file), publicKeys(),
    'application/vnd.countermark.revocations+cbor');
  assert.deepEqual([...map.keys()], [1, 2, 3, 4, 5]);
  const ids = map.get(5).toString('hex').match(/.{16}/g) ?? [];
  assert.deepEqual(ids, [...new Set(ids)].sort());
  console.log([map.get(1), map.get(2), map.get(4) - map.get(3), ...ids].join(' '));
}

await { spends, list }[what]();
