// A second reader of the keystore file, from docs/design/keystore.md alone: key file and recovery
// words (not Argon2id, which node 20 lacks). It refuses what the text calls damaged.
// Run: node keystore.mjs TOOL   makes a store and escrows with TOOL, opens them here, compares
// every field. The certificates are the openssl program's.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { blake2b } from './blake2b.mjs';
import { openCms } from './cms.mjs';
import { SecretStream, hchacha20, poly1305, xchachaOpen } from './xchacha.mjs';

const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';

/** Section 4: the 32 bytes of 18 words. */
export function wordsToBytes(text) {
  const bytes = Buffer.concat(text.trim().split(/\s+/).map((word) => {
    const bits = [...word].map((c, i) => i % 2 === 0
      ? CONSONANTS.indexOf(c).toString(2).padStart(4, '0')
      : VOWELS.indexOf(c).toString(2).padStart(2, '0')).join('');
    const pair = Buffer.alloc(2);
    pair.writeUInt16BE(parseInt(bits, 2));
    return pair;
  }));
  assert.equal(bytes.length, 36, '18 words');
  const secret = bytes.subarray(0, 32);
  const sum = blake2b(secret, { key: 'countermark/recovery/1' }).subarray(0, 4);
  assert.deepEqual(bytes.subarray(32), sum, 'checksum of the words');
  return secret;
}

/** Section 2: the parts of a file; checks shape and checksum. */
function takeApart(file) {
  assert.equal(file.subarray(0, 8).toString('latin1'), 'CMKEYS\x1a\n');
  assert.equal(file.readUInt16BE(8), 1);
  const slotsN = file[10], keysN = file.readUInt32BE(12);
  const sealAt = 64 + 128 * slotsN, bodyAt = sealAt + 32;
  assert.equal(file.length, bodyAt + 81 * (keysN + 1) + 32, 'length');
  assert.deepEqual(file.subarray(-32), blake2b(file.subarray(0, -32)), 'checksum');
  return {
    keysN,
    generation: Number(file.readBigUInt64BE(16)),
    storeId: file.subarray(24, 40),
    streamHeader: file.subarray(40, 64),
    slots: Array.from({ length: slotsN }, (_, i) => file.subarray(64 + 128 * i, 192 + 128 * i)),
    sealed: file.subarray(0, sealAt),
    seal: file.subarray(sealAt, bodyAt),
    body: file.subarray(bodyAt, -32),
  };
}

const PERSONAL = { 2: 'cm-key-file-1', 3: 'cm-recovery-1' };

/** The data key through the first slot of that kind (2 key file, 3 recovery words). */
function unwrap(parts, kind, secret) {
  const slot = parts.slots.find((s) => s[0] === kind);
  const wrapping = blake2b(secret, { salt: slot.subarray(16, 32), personal: PERSONAL[kind] });
  const bare = Buffer.from(slot);
  bare.fill(0, 56, 104);
  return xchachaOpen(wrapping, slot.subarray(32, 56), Buffer.concat([parts.storeId, bare]),
    slot.subarray(56, 104));
}

function subkey(dataKey, n) {
  return blake2b(Buffer.alloc(0), { key: dataKey, salt: Buffer.from([n]), personal: 'CMKEYST1' });
}

function record(text) {
  assert.equal(text[0], 1, 'record of a key');
  assert.deepEqual(text.subarray(24, 32), Buffer.alloc(8));
  return {
    kind: text[1], version: text[2], state: text[3], id: text.readUInt32BE(4),
    created: Number(text.readBigUInt64BE(8)), changed: Number(text.readBigUInt64BE(16)),
    key: text.subarray(32).toString('hex'),
  };
}

/** All records of a file. */
export function openKeystore(file, kind, secret) {
  const parts = takeApart(file);
  const dataKey = unwrap(parts, kind, secret);
  assert.deepEqual(parts.seal, blake2b(parts.sealed, { key: subkey(dataKey, 1) }), 'header seal');
  const body = new SecretStream(subkey(dataKey, 2), parts.streamHeader);
  const keys = [];
  for (let i = 0; i <= parts.keysN; i++) {
    const message = parts.body.subarray(81 * i, 81 * (i + 1));
    const { tag, text } = body.pull(message, i === 0 ? parts.seal : undefined);
    assert.equal(tag, i === parts.keysN ? 3 : 0, 'tag');
    if (i < parts.keysN) keys.push(record(text));
    else assert.deepEqual([text[0], text.readUInt32BE(4)], [2, keys.length], 'end record');
  }
  return { generation: parts.generation, keys };
}

/** The building blocks on published values, so that an agreement is not two equal mistakes. */
function selfTest() {
  const hex = (s) => Buffer.from(s, 'hex');
  // RFC 7693 appendix A
  assert.equal(blake2b(Buffer.from('abc'), { length: 64 }).toString('hex').slice(0, 32),
    'ba80a53f981c4d0d6a2797b69f12f6e9');
  // RFC 8439 section 2.5.2
  assert.equal(poly1305(hex('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b'),
    Buffer.from('Cryptographic Forum Research Group')).toString('hex'),
  'a8061dc1305136c6c22b8baf0c0127a9');
  // draft-irtf-cfrg-xchacha-03 section 2.2.1
  assert.equal(hchacha20(hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'),
    hex('000000090000004a0000000031415927')).toString('hex'),
  '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc');
}

const RECIPIENTS = {
  rsa: ['-newkey', 'rsa:2048'],
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
};

function makeCertificates(dir) {
  for (const [name, kind] of Object.entries(RECIPIENTS)) {
    execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '3', '-subj', `/CN=${name}`,
      '-keyout', `${name}.key`, '-out', `${name}.crt`, ...kind], { cwd: dir, stdio: 'ignore' });
  }
}

/** Section 5: the text of an escrow of `key`, as a person reads it from the design. */
function escrowText(key) {
  const document = '{"name":"oracle"}\n';
  const sum = createHash('sha256').update(document).digest('hex');
  return `countermark escrow 1\nkind: scheme\nid: ${key.id}\nversion: ${key.version}\n`
    + `state: issue\ncreated-unix-s: ${key.created}\nkey: ${key.key}\n`
    + `document-bytes: ${document.length}\ndocument-sha256: ${sum}\n\n${document}`;
}

function main(tool) {
  selfTest();
  const dir = mkdtempSync(join(tmpdir(), 'cm-oracle-keystore-'));
  try {
    makeCertificates(dir);
    const names = Object.keys(RECIPIENTS);
    const told = JSON.parse(execFileSync(tool, [dir, ...names], { encoding: 'utf8' }));
    const file = readFileSync(join(dir, 'keystore'));
    const words = openKeystore(file, 3, wordsToBytes(told.words));
    const keyFile = openKeystore(file, 2, readFileSync(join(dir, 'key')));
    const want = { generation: told.generation, keys: told.keys };
    assert.deepEqual(words, want);
    assert.deepEqual(keyFile, want);
    for (const name of names) {
      const content = openCms(readFileSync(join(dir, `${name}.cms`)),
        readFileSync(join(dir, `${name}.key`)));
      assert.equal(content.toString(), escrowText(want.keys[0]), name);
    }
    console.log(`keystore: ${want.keys.length} keys read alike by words and by key file, `
      + `${names.length} escrows opened`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

main(process.argv[2]);
