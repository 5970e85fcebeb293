// The audit tree a second time, from the text of RFC 9162 section 2.1 (recursive definitions, not
// the loops of src/ledger/audit.c) and of C2SP tlog-checkpoint and signed-note, with node's crypto.
//   node tests/oracle/audit.mjs TOOL     TOOL is audit_tool; prints what was compared, exit 1 if
// anything differs. First it proves itself on the reference tree of RFC 6962's implementations.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';

const N = process.env.CM_PROVE === '1' ? 2000 : 300;
const ORIGIN = 'countermark.example/oracle';
const FIRST_MS = 1700000000000n;

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafHash = (bytes) => sha256(Buffer.of(0), bytes);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

const split = (n) => 2 ** Math.floor(Math.log2(n - 1));

// MTH, PATH and SUBPROOF over leaf hashes d, as sections 2.1.1, 2.1.3.1 and 2.1.4.1 define them.
const known = new Map();
function mth(d, from = 0, to = d.length) {
  if (to === from) return sha256();
  if (to - from === 1) return d[from];
  const name = `${from}-${to}`;
  if (!known.has(name)) {
    const k = from + split(to - from);
    known.set(name, nodeHash(mth(d, from, k), mth(d, k, to)));
  }
  return known.get(name);
}

function path(m, d, from, to) {
  if (to - from === 1) return [];
  const k = split(to - from);
  return m < k
    ? [...path(m, d, from, from + k), mth(d, from + k, to)]
    : [...path(m - k, d, from + k, to), mth(d, from, from + k)];
}

function subproof(m, d, from, to, whole) {
  if (m === to - from) return whole ? [] : [mth(d, from, to)];
  const k = split(to - from);
  return m <= k
    ? [...subproof(m, d, from, from + k, whole), mth(d, from + k, to)]
    : [...subproof(m - k, d, from + k, to, false), mth(d, from, from + k)];
}

function proveOurselves() {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657',
    '606162636465666768696a6b6c6d6e6f'].map((hex) => leafHash(Buffer.from(hex, 'hex')));
  assert.equal(mth(leaves).toString('hex'),
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  assert.equal(mth(leaves, 0, 5).toString('hex'),
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4');
  known.clear();
}

function event(i) {
  const payload = Buffer.alloc(i % 40, i % 251);
  const head = Buffer.alloc(16);
  head.writeBigUInt64BE(BigInt(i), 0);
  head.writeBigUInt64BE(FIRST_MS + BigInt(i), 8);
  return Buffer.concat([head, Buffer.of(10, i % 8, payload.length >> 8, payload.length & 255), payload]);
}

function checkCheckpoint(lines, root) {
  const [name, hash, ...blob] = lines[0].slice('key '.length).split('+');
  const typed = Buffer.from(blob.join('+'), 'base64'); // a plus may be a digit of it
  assert.equal(name, ORIGIN);
  assert.equal(typed[0], 1);
  const keyHash = sha256(Buffer.from(`${name}\n`), typed).subarray(0, 4);
  assert.equal(keyHash.toString('hex'), hash);
  const body = `${ORIGIN}\n${N}\n${root.toString('base64')}\n`;
  assert.equal(`${lines.slice(1, 4).join('\n')}\n`, body);
  assert.equal(lines[4], '');
  const mark = `\u2014 ${ORIGIN} `;
  assert.ok(lines[5].startsWith(mark));
  assert.deepEqual(lines.slice(6), ['']);
  const signed = Buffer.from(lines[5].slice(mark.length), 'base64');
  assert.deepEqual(signed.subarray(0, 4), keyHash);
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') },
  });
  assert.ok(verify(null, Buffer.from(body), key, signed.subarray(4)), 'the signature holds');
}

proveOurselves();
const run = spawnSync(process.argv[2], [String(N)], { maxBuffer: 1 << 28 });
assert.equal(run.status, 0, String(run.stderr));
const lines = run.stdout.toString('utf8').split('\n');
const leaves = Array.from({ length: N }, (_, i) => leafHash(event(i + 1)));
const counts = { root: 0, leaf: 0, growth: 0 };
let at = 0;
for (; !lines[at].startsWith('key '); at++) {
  const [kind, a, ...rest] = lines[at].split(' ');
  const size = Number(kind === 'root' ? a : rest[0]);
  const got = kind === 'root' ? rest : rest.slice(1);
  const want = kind === 'root' ? [mth(leaves, 0, size)]
    : kind === 'leaf' ? path(Number(a), leaves, 0, size)
      : subproof(Number(a), leaves, 0, size, true);
  assert.deepEqual(got, want.map((h) => h.toString('hex')), lines[at].slice(0, 40));
  counts[kind]++;
}
assert.deepEqual(counts, { root: N, leaf: 3 * N, growth: 3 * N });
checkCheckpoint(lines.slice(at), mth(leaves));
console.log(`audit: ${counts.root} roots, ${counts.leaf} leaf proofs, ${counts.growth} growth ` +
  'proofs and a checkpoint agree');
