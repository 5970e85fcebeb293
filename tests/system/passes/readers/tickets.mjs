// Reads tickets and a trust file with programs of other authors: base45 and cbor take the text
// apart, cbor encodes claims, header and message canonically again, byte by byte the same; cose-kit,
// @auth0/cose and node:crypto (over a Sig_structure laid out by hand) verify each signature, and
// refuse each with one bit flipped. The keys come from the JWK set, which must be those of the trust
// file.
// Usage: tickets.mjs TICKETS.csv ISSUER.jwk ISSUER.trust
// Prints a line for each ticket: serial, id, seat, what it is worth, flags, GTIN.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import base45 from 'base45';
import cbor from 'cbor';
import { coseVerify } from 'cose-kit';

const [ticketsFile, jwkFile, trustFile] = process.argv.slice(2);
const PRIVATE = -70001;
const jwk = JSON.parse(readFileSync(jwkFile, 'utf8')).keys[0];
const key = createPublicKey({ key: jwk, format: 'jwk' });
const raw = key.export({ format: 'der', type: 'spki' }).subarray(12);
const kid = createHash('sha256').update(raw).digest().subarray(0, 8);
assert.equal(jwk.kid, kid.toString('base64url'));

const read = (bytes) => cbor.decodeFirstSync(bytes, { preferMap: true });
const canonical = (bytes, what) =>
  assert.equal(cbor.encodeCanonical(read(bytes)).toString('hex'), Buffer.from(bytes).toString('hex'),
    `${what}: canonical CBOR is the same`);

function byHand(message) {
  const [header, , payload, signature] = read(message).value;
  const toBeSigned = cbor.encodeCanonical(['Signature1', header, Buffer.alloc(0), payload]);
  return verify(null, toBeSigned, key, signature);
}

const byAuth0 = (messages) => spawnSync(process.execPath,
  [join(import.meta.dirname, 'auth0.mjs'), jwkFile],
  { input: messages.map((m) => m.toString('hex')).join('\n'), encoding: 'utf8' })
  .stdout.trim().split('\n').map((line) => line === 'true');

/** What each of the three says of each message. */
async function verdicts(messages) {
  const auth0 = byAuth0(messages);
  assert.equal(auth0.length, messages.length);
  return Promise.all(messages.map(async (m, i) => [
    await coseVerify(m, key).then((r) => r.isValid, () => false), auth0[i], byHand(m)]));
}

function claimsOf(message) {
  const { tag, value: [header, unprotected, payload, signature] } = read(message);
  assert.equal(tag, 18);
  assert.equal(unprotected instanceof Map ? unprotected.size : Object.keys(unprotected).length, 0);
  assert.equal(signature.length, 64);
  canonical(message, 'message');
  canonical(header, 'header');
  canonical(payload, 'claims');
  const fields = read(header);
  assert.deepEqual([...fields.keys()], [1, 4]);
  assert.equal(fields.get(1), -8);
  assert.equal(fields.get(4).toString('hex'), kid.toString('hex'));
  return read(payload);
}

// ---- Tickets (fields of the CSV that this test makes have no quotes in the first two columns)
const rows = readFileSync(ticketsFile, 'utf8').trim().split('\n').slice(1)
  .map((line) => line.split(','));
const messages = rows.map(([, text]) => {
  assert.match(text, /^CM1:[0-9A-Z $%*+\-./:]+$/, 'a text of alphanumeric mode');
  const message = base45.decode(text.slice(4));
  assert.equal(base45.encode(message), text.slice(4));
  return Buffer.from(message);
});
for (const said of await verdicts(messages)) assert.deepEqual(said, [true, true, true], 'genuine');
const bent = messages.map((m, i) => {
  const copy = Buffer.from(m);
  copy[20 + (i * 7) % (m.length - 20)] ^= 1 << i % 8; // in the claims or the signature
  return copy;
}).filter((m) => { try { claimsOf(m); return true; } catch { return false; } });
assert.ok(bent.length > 0);
for (const said of await verdicts(bent)) assert.deepEqual(said, [false, false, false], 'changed');

const ids = new Set();
messages.forEach((message, i) => {
  const claims = claimsOf(message);
  const own = claims.get(PRIVATE);
  ids.add(claims.get(7).toString('hex'));
  console.log([rows[i][0], claims.get(7).toString('hex'), claims.get(1), own.get(1),
    own.get(2) ?? '-', (own.get(3) ?? ['-']).join(' '), own.get(4), own.get(5) ?? '-',
    own.get(6) ?? '-'].join('|'));
});
assert.equal(ids.size, messages.length, 'every ticket has an id of its own');

// ---- The trust file: a COSE_KeySet in a COSE_Sign1 of one of its keys
const trust = readFileSync(trustFile);
assert.deepEqual(await verdicts([trust]), [[true, true, true]]);
canonical(trust, 'trust file');
const [header, , payload] = read(trust).value;
assert.equal(read(header).get(3), 'application/cose-key-set');
canonical(payload, 'key set');
const keys = read(payload);
const jwks = JSON.parse(readFileSync(jwkFile, 'utf8')).keys;
assert.equal(keys.length, jwks.length);
keys.forEach((cose, i) => {
  assert.deepEqual([cose.get(1), cose.get(3), cose.get(-1)], [1, -8, 6]); // OKP, EdDSA, Ed25519
  assert.equal(cose.get(-2).toString('base64url'), jwks[i].x);
  assert.equal(cose.get(2).toString('base64url'), jwks[i].kid);
  assert.equal(cose.get(PRIVATE).get(3), jwks[i].nbf);
  assert.equal(cose.get(PRIVATE).get(4), jwks[i].exp);
});
