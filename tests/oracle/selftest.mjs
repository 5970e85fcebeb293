// Self-test of the oracle: `node --test tests/oracle/selftest.mjs`.
// Expected values are published ones (NIST FF1 samples, SP 800-38B D.3, RFC 5869, the literature
// on check digits) or are computed here a second way; nothing is taken from the C library.
// References: tests/vectors/*.json, docs/design/construction.md.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { gs1, luhn, Pool, shareThreshold } from './card.mjs';
import { checker, kindFor, primitiveRoot } from './check.mjs';
import { Cmac } from './cmac.mjs';
import { Scheme } from './code.mjs';
import { Ff1, integer, numerals } from './ff1.mjs';
import { filterOf, wordsOf } from './filter.mjs';
import { deriveKey, keyInfo } from './keys.mjs';
import { lookalikesOf, normaliser, standardLookalikes } from './text.mjs';
import { workedExamples } from './worked.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const json = (name) => JSON.parse(readFileSync(path(name), 'utf8'));
const bytes = (hex) => Buffer.from(hex, 'hex');

function checkFf1(vector) {
  const n = vector.pt.length;
  const ff1 = new Ff1(bytes(vector.key), vector.radix, n, bytes(vector.tweak));
  const [y] = ff1.encrypt([integer(vector.pt, vector.radix)]);
  assert.deepEqual(numerals(y, vector.radix, n), vector.ct, vector.name);
  assert.equal(ff1.decrypt([y])[0], integer(vector.pt, vector.radix), vector.name);
}

test('FF1 gives the nine samples of NIST', () => {
  const { vectors } = json('../vectors/nist_ff1_samples.json');
  assert.equal(vectors.length, 9);
  vectors.forEach(checkFf1);
});

test('FF1 gives the values of a foreign program at radices that NIST has no sample for', () => {
  const { vectors } = json('../vectors/ff1_other_radices.json');
  assert.ok(vectors.length >= 40);
  vectors.forEach(checkFf1);
});

test('FF1 permutes all of 3^7 and deciphers every value', () => {
  const ff1 = new Ff1(bytes('00'.repeat(32)), 3, 7, bytes('43000000010a'));
  const all = [...Array(3 ** 7).keys()].map(BigInt);
  const out = ff1.encrypt(all);
  assert.equal(new Set(out).size, all.length);
  assert.ok(out.every((y) => y < BigInt(all.length)));
  assert.deepEqual(ff1.decrypt(out), all);
});

test('CMAC gives the AES-256 examples of SP 800-38B D.3', () => {
  const cmac = new Cmac(bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'));
  const message = bytes('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51'
    + '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710');
  assert.equal(cmac.k1.toString('hex'), 'cad1ed03299eedac2e9a99808621502f');
  assert.equal(cmac.k2.toString('hex'), '95a3da06533ddb585d3533010c42a0d9');
  const tag = (len) => cmac.tag(message.subarray(0, len)).toString('hex');
  assert.equal(tag(0), '028962f61b7bf89efc6b551f4667d983');
  assert.equal(tag(16), '28a7023f452e8f82bd4bf28d8c37c35c');
  assert.equal(tag(40), 'aaf3d8f1de5640c232f5b169b9c911e6');
  assert.equal(tag(64), 'e1992190549f6ed5696a2c056c315410');
  const blocks = cmac.tagsOfBlocks(message);
  for (let i = 0; i < 64; i += 16) {
    assert.deepEqual(blocks.subarray(i, i + 16), cmac.tag(message.subarray(i, i + 16)));
  }
});

/** HKDF spelt out in HMAC, to be checked by the RFC and to check deriveKey. */
function hkdfByHand(ikm, salt, info, len) {
  const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
  const prk = hmac(salt, ikm);
  let previous = Buffer.alloc(0);
  const out = [];
  for (let i = 1; out.length * 32 < len; i += 1) {
    previous = hmac(prk, Buffer.concat([previous, info, Buffer.from([i])]));
    out.push(previous);
  }
  return Buffer.concat(out).subarray(0, len);
}

test('keys are HKDF of RFC 5869 with an empty salt', () => {
  const ikm = bytes('0b'.repeat(22));
  assert.equal( // A.1
    hkdfByHand(ikm, bytes('000102030405060708090a0b0c'), bytes('f0f1f2f3f4f5f6f7f8f9'), 42)
      .toString('hex'),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  );
  assert.equal( // A.3
    hkdfByHand(ikm, bytes(''), bytes(''), 42).toString('hex'),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  );
  const root = '11'.repeat(32);
  const info = Buffer.from('countermark/1/code-enc\0\x01\x02\x03\x04\x05', 'latin1');
  assert.deepEqual(keyInfo('code-enc', 0x01020304, 5), info);
  assert.deepEqual(deriveKey(root, 'code-enc', 0x01020304, 5),
    hkdfByHand(bytes(root), bytes(''), info, 32));
});

test('Damm gives the published 5724 and finds all singles and adjacent swaps of 4 digits', () => {
  const damm = checker('damm', 10);
  assert.equal(damm([5, 7, 2]), 4);
  for (let x = 0; x < 10000; x += 1) {
    const data = numerals(BigInt(x), 10, 4);
    const whole = [...data, damm(data)];
    const valid = (w) => damm(w.slice(0, -1)) === w.at(-1);
    for (let i = 0; i < 5; i += 1) {
      for (let e = 1; e < 10; e += 1) {
        const other = whole.map((digit, k) => (k === i ? (digit + e) % 10 : digit));
        assert.ok(!valid(other), `${whole} at ${i}`);
      }
      if (i === 4 || whole[i] === whole[i + 1]) continue;
      const swap = [...whole];
      [swap[i], swap[i + 1]] = [whole[i + 1], whole[i]];
      assert.ok(!valid(swap), `${whole} swapped at ${i}`);
    }
  }
});

/** 0 for a right word; words of one syndrome cannot be told apart. */
function syndrome(kind, r, word) {
  const check = checker(kind, r)(word.slice(0, -1));
  return kind === 'prime' ? (word.at(-1) - check + r) % r : word.at(-1) ^ check;
}

/** Both sides of the adjacent, jump and twin error with x and y at place i; a single at i. */
function errorsAt(word, i, x, y) {
  const set = (...symbols) => [...word.slice(0, i), ...symbols,
    ...word.slice(i + symbols.length)];
  const list = [[set(x), set(y)]];
  if (i + 1 < word.length) list.push([set(x, y), set(y, x)], [set(x, x), set(y, y)]);
  if (i + 2 < word.length) list.push([set(x, word[i + 1], y), set(y, word[i + 1], x)]);
  return list;
}

/** The first place where an error of one of the four classes is not seen, or null. */
function firstMissed(kind, r, word) {
  for (let i = 0; i < word.length; i += 1) {
    for (let pair = 0; pair < r * r; pair += 1) {
      const x = Math.floor(pair / r);
      const y = pair % r;
      const missed = x < y && errorsAt(word, i, x, y)
        .find(([a, b]) => syndrome(kind, r, a) === syndrome(kind, r, b));
      if (missed) return missed.join(' and ');
    }
  }
  return null;
}

for (const [r, lengths] of [[11, [9, 10, 11]], [16, [8, 14, 15, 16]], [23, [11, 12]],
  [29, [14]], [31, [15]], [32, [12, 16]]]) {
  test(`${r} symbols: single, adjacent, jump and twin errors are found at every place`, () => {
    const kind = kindFor(r);
    for (const length of lengths) {
      const data = Array.from({ length }, (_, i) => (i * 7 + 3) % r);
      const word = [...data, checker(kind, r)(data)];
      assert.equal(syndrome(kind, r, word), 0);
      assert.equal(firstMissed(kind, r, word), null);
    }
  });
}

test('smallest primitive roots are those of the tables', () => {
  // OEIS A001918, primes 5 to 61
  const roots = { 5: 2, 7: 3, 11: 2, 13: 2, 17: 3, 19: 2, 23: 5, 29: 2, 31: 3, 41: 6, 61: 2 };
  for (const [p, a] of Object.entries(roots)) assert.equal(primitiveRoot(Number(p)), a);
});

test('the weighted sum over data numbered from the check character is 0', () => {
  const data = [18, 21, 14, 6, 17, 15, 22, 8, 8, 13, 0];
  const x = [checker('prime', 23)(data), ...[...data].reverse()];
  const sum = x.reduce((s, value, i) => s + 5n ** BigInt(i) * BigInt(value), 0n);
  assert.equal(sum % 23n, 0n);
});

test('what people type becomes positions, and rubbish becomes nothing', () => {
  const normal = normaliser('0123456789ABCDEFGHJKMNPQRSTVWXYZ', { O: '0', I: '1', L: '1' }, 4);
  const read = (text) => normal(Buffer.from(text))?.join(' ') ?? null;
  assert.equal(read('a-b\u00a0C.d'), '10 11 12 13');
  assert.equal(read('ＡＢ\u3000Ｃｄ'), '10 11 12 13');
  assert.equal(read('АВсН'), '10 11 12 17'); // Cyrillic A, B, c, H
  assert.equal(read('oiIl'), '0 1 1 1');
  for (const bad of ['ABC', 'ABCDE', 'AB\tCD', 'ABCU', '\ufeffABCD', 'AB\0D', 'ABCß', '']) {
    assert.equal(read(bad), null, JSON.stringify(bad));
  }
  assert.equal(normal(Buffer.from([0x41, 0x42, 0x43, 0xff])), null);
  assert.throws(() => normaliser('ABC', { A: 'B' }, 4));
  assert.throws(() => normaliser('ABC', { X: 'Y' }, 4));
  assert.equal(normaliser('Aa', {}, 1)(Buffer.from('a'))[0], 1);
});

test('a text is read up to 4,096 bytes and not beyond', () => {
  const normal = normaliser('AB', {}, 2);
  const read = (text) => normal(Buffer.from(text))?.join('') ?? null;
  assert.equal(read(`A${'-'.repeat(4094)}B`), '01');
  assert.equal(read(`A${'-'.repeat(4095)}B`), null);
  assert.equal(read(`${'\u3000'.repeat(1364)}..AB`), '01'); // bytes count, not characters
  assert.equal(read(`${'\u3000'.repeat(1365)}AB`), null);
});

test('standard look-alikes go from what the alphabet lacks to the first target that it has', () => {
  const of = (alphabet) => Object.entries(standardLookalikes(alphabet)).map((p) => p.join(''))
    .sort().join(' ');
  assert.equal(of('234679BCDFGHJKMPQRTVWXY'), '8B UV Z2'); // the default: no 5 S, 0 O, 1 I L
  assert.equal(of('0123456789'), 'B8 I1 L1 O0 S5 Z2');
  assert.equal(of('0O1Il'), 'L1 i1 o0');
  assert.equal(of('aoL'), '0o 1L IL Oo lL');
  assert.equal(of('abc'), '');
  const own = { alphabet: '01LS', standard_lookalikes: true, lookalikes: { I: 'L', $: 'S' } };
  assert.deepEqual(lookalikesOf(own), { 5: 'S', I: 'L', O: '0', $: 'S' });
});

test('filters see words across the check character and texts that turn into others', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const rules = { version: 0, words: ['WTF', '88'], spelled: false, rotation: true };
  const skips = filterOf(alphabet, rules);
  for (const text of ['AWTF', '1988', '96HW', 'NO']) assert.ok(skips(text), text);
  for (const text of ['WT1F', '96H1', '69', 'MXW', '818', 'W7F', 'wtf']) {
    assert.ok(!skips(text), text); // 69 and MXW turn into themselves
  }
  assert.ok(!filterOf('69HW', { ...rules, words: [], rotation: false })('96HW'));
  assert.ok(!filterOf('6', { ...rules, words: [] })('66'), 'no 9 in the alphabet');
  assert.ok(!filterOf(alphabet, null)('WTF88'));
});

test('spellings: letters as the table says, in either case, one letter left', () => {
  const skips = filterOf('any', { version: 0, words: ['LEGO', '22', 'B2', 'GUZ'], spelled: true,
    rotation: false });
  for (const text of ['LEGO', 'lEg0', 'x1E6Ox', '13G0', 'L390', '22', 'B2', 'b2', '6V2', 'gvz']) {
    assert.ok(skips(text), text);
  }
  for (const text of ['1390', '1360', '82', '8Z', 'LEG', 'LE-GO', 'IEGO', '6U1', '']) {
    assert.ok(!skips(text), text);
  }
});

test('word list 1 is 172 words and one number, and the same in the source of the library', () => {
  const { words } = json('../../docs/design/filter-words-1.json');
  assert.equal(words.length, 173);
  assert.equal(new Set(words).size, 173);
  assert.deepEqual(words.filter((word) => !/^[A-Z]{3,10}$/.test(word)), ['1488']);
  assert.equal(wordsOf(1)[words.indexOf('JGS')], 'WTF');
  assert.throws(() => wordsOf(2), RangeError);
  // The longest text of capitals, digits and blanks among the string literals is the list.
  const source = readFileSync(path('../../src/codes/filter_words.c'), 'utf8')
    .replace(/\/\*[^]*?\*\//g, ' ');
  const [list] = [...source.matchAll(/"[A-Z0-9 ]*"(?:\s*"[A-Z0-9 ]*")*/g)]
    .map(([literals]) => literals.replace(/"\s*"/g, '').replaceAll('"', ''))
    .sort((a, b) => b.length - a.length);
  assert.deepEqual(list.trim().split(/ +/), words);
});

test('Luhn gives the published 79927398713, and shares become exact thresholds', () => {
  assert.equal(luhn('7992739871'), '3');
  assert.equal(luhn('411111111111111'), '1');
  assert.equal(shareThreshold('0.5'), 1n << 31n);
  assert.equal(shareThreshold('0.02'), 85899345n);
  assert.equal(shareThreshold('0'), 0n);
  for (const bad of ['1', '1.5', '-0.1', '.5', '0.', 'x']) {
    assert.throws(() => shareThreshold(bad), bad);
  }
});

test('the GS1 digit of published numbers: a GSRN, two euro coupons, a GTIN', () => {
  for (const number of ['950600013000000019', '9813765030011', '9828508010106', '9506000134352']) {
    assert.equal(gs1(number.slice(0, -1)), number.at(-1));
  }
});

test('every case opens what it prints, and one changed character is never another unit', () => {
  const { codes, pools } = json('cases.json');
  assert.ok(codes.length >= 12 && pools.length >= 12);
  for (const spec of codes) {
    const scheme = new Scheme({ ...spec, filter: null });
    const last = scheme.unpack(scheme.payloads - 1n);
    const units = [scheme.unpack(0n), last];
    const texts = scheme.texts(units);
    assert.deepEqual(scheme.open(texts.map((t) => Buffer.from(t))), units, spec.name);
    if (scheme.check === null) continue;
    const other = texts[0][0] === spec.alphabet[0] ? spec.alphabet[1] : spec.alphabet[0];
    assert.deepEqual(scheme.open([Buffer.from(other + texts[0].slice(1))]), ['typo'], spec.name);
  }
  for (const spec of pools) {
    const pool = new Pool(spec);
    const indices = [0n, 1n, pool.capacity - 1n];
    const numbers = pool.numbers(indices);
    assert.deepEqual(pool.open(numbers.map((t) => Buffer.from(t))), indices, spec.name);
    const cards = indices.map((index) => ({ index, member: 1 }));
    for (const face of pool.faces) {
      const rows = pool.faceRows(face, cards).map((t) => Buffer.from(t));
      assert.deepEqual(pool.openAny(rows), indices.map((i) => `${face.kind}|${i}|${
        face.kind === 'tag' ? 1 : 0}`), spec.name);
    }
  }
});

test('the worked examples of construction.md are what the program prints', () => {
  const text = readFileSync(path('../../docs/design/construction.md'), 'utf8');
  for (const example of workedExamples()) assert.ok(text.includes(example));
});

const agree = (fault) => spawnSync(process.execPath, [
  path('agree.mjs'), path('mirror.mjs'), '--n', '300',
  '--only', 'r23-dated,r16-turning,r36-listed,r53-mixed-case,m6-listed-held,m9-held-half,m11-faces',
  ...(fault ? ['--tool-arg', fault] : []),
], { encoding: 'utf8' });

test('agree passes a tool that follows the construction', () => {
  const run = agree();
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /\n\d+ passed, 0 failed\n$/);
});

for (const fault of ['tag', 'weights', 'order', 'silent-typo', 'no-filter', 'digit-words',
  'unspelled', 'own-only', 'long-text', 'luhn', 'pin', 'hold', 'short', 'typo-index',
  'gs1-luhn', 'member']) {
  test(`agree refuses a tool with the fault "${fault}"`, () => {
    const run = agree(fault);
    assert.equal(run.status, 1, run.stdout + run.stderr);
    assert.doesNotMatch(run.stdout, / 0 failed\n$/);
  });
}
