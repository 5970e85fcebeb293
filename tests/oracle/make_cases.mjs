// Writes tests/oracle/cases.json: the schemes and pools on which two implementations must agree.
// Keys are TEST keys, SHA-256 of a label; exclusion lists hold real numbers of their pool.
// Refuses a case outside the bounds of the construction (Scheme and Pool check them).
// Usage: node tests/oracle/make_cases.mjs > tests/oracle/cases.json

import { createHash } from 'node:crypto';

import { Pool, shareThreshold } from './card.mjs';
import { kindFor } from './check.mjs';
import { Scheme } from './code.mjs';

const HEX16 = '0123456789ABCDEF';
const TURNING16 = '0689HIMNOSWXZ347';
const VOWEL_FREE20 = 'BCDFGHJKLMNPQRSTVWXZ';
const DEFAULT23 = '234679BCDFGHJKMPQRTVWXY';
const LETTERS27 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ2';
const CAPS29 = '34679ABCEFGHIJKLMNOPQRSTVWXYZ';
const SAFE31 = '23456789ABCDEFGHJKLMNPQRSTUVWXY';
const CROCKFORD32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ALL36 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MIXED53 = '23467ABCDEFGHJKLMNPQRSTUVWXYabcdefghijkmnopqrstuvwxyz'; // no l, O, I, Z
const LOWER31 = 'abcdefghijkmnopqrstuvwxyz234679';
const MIXED61 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

const DATE = { epoch: '2024-01-01', days: 3650 };
const root = (name) => createHash('sha256').update(`countermark oracle case ${name}`).digest('hex');
const attributes = (list) => Object.entries(list)
  .map(([name, cardinality]) => ({ name, cardinality }));

/** One code case; C and T follow from the numbers. */
function code(name, id, version, alphabet, length, options) {
  const spec = {
    name,
    root_key: root(name),
    scheme_id: id,
    key_version: version,
    alphabet,
    length,
    check: options.check === false ? 'none' : kindFor(alphabet.length),
    attributes: attributes(options.inline ?? {}),
    date: options.date ?? null,
    batches: options.batches,
    serials: options.serials,
    standard_lookalikes: options.standard ?? false,
    lookalikes: options.lookalikes ?? {},
    filter: options.filter
      ? { version: 0, words: [], spelled: false, rotation: false, ...options.filter } : null,
  };
  new Scheme(spec);
  return spec;
}

/** One pool case; `excludeIndices` become numbers on the explicit list. */
function pool(name, id, version, prefix, digits, options) {
  const spec = {
    name,
    root_key: root(name),
    pool_id: id,
    key_version: version,
    prefix,
    digits,
    exclude: [],
    held_share: options.share ?? '0',
    held_below: Number(shareThreshold(options.share ?? '0')),
    pin: options.pin ? { digits: options.pin, issue: options.issue ?? 1 } : null,
    ...(options.faces ? { faces: options.faces } : {}),
  };
  const made = new Pool(spec);
  spec.exclude = made.numbers((options.excludeIndices ?? []).map((i) => (BigInt(i) + made.size)
    % made.size)); // a negative index counts from the end
  return spec;
}

const codes = [
  code('r10-damm', 1, 1, '0123456789', 14, { inline: { sku: 10 }, batches: 1000, serials: 100000 }),
  code('r10-longest', 2, 2, '9876543210', 35, { inline: { sku: 10000 }, date: DATE,
    batches: 1 << 20, serials: 2 ** 32 }),
  code('r10-small-tag', 3, 1, '0123456789', 6, { check: false, batches: 3, serials: 111111 }),
  code('r16-odd', 0x01020304, 17, HEX16, 15, { inline: { sku: 100, colour: 7 }, batches: 3000,
    serials: 65536, lookalikes: { O: '0', I: '1' } }),
  code('r16-turning', 5, 3, TURNING16, 10, { batches: 256, serials: 40000,
    filter: { words: ['WHO', '666'], rotation: true } }),
  code('r20-plain', 6, 4, VOWEL_FREE20, 15, { inline: { sku: 300, line: 12 }, date: DATE,
    batches: 500, serials: 20000 }),
  code('r23-default', 7, 1, DEFAULT23, 11, { batches: 4096, serials: 1000003 }),
  code('r23-dated', 8, 255, DEFAULT23, 14, { inline: { flavour: 50 }, date: DATE, batches: 1000,
    serials: 500000, filter: { words: ['FCK', '666', 'BMW'], rotation: true } }),
  code('r27-words', 9, 9, LETTERS27, 12, { inline: { sku: 1, flavour: 31 }, batches: 10000,
    serials: 250000, filter: { words: ['AB', 'ASS', 'HELL'], rotation: false } }),
  code('r29-caps', 10, 128, CAPS29, 14, { inline: { sku: 2000 }, batches: 20000, serials: 10000000,
    lookalikes: { 0: 'O', 1: 'I', 2: 'Z', 5: 'S', 8: 'B', D: 'O', U: 'V' } }),
  code('r31-even', 0xffffffff, 200, SAFE31, 16, { inline: { sku: 65536 }, date: DATE,
    batches: 65535, serials: 2 ** 19, lookalikes: { 0: 'Q', O: 'Q', I: 'L', 1: 'L', Z: '2' } }),
  code('r32-crockford', 11, 31, CROCKFORD32, 12, { batches: 16384, serials: 1 << 20,
    lookalikes: { O: '0', I: '1', L: '1' }, filter: { words: ['88', 'WTF'], rotation: true } }),
  code('r32-widest', 12, 64, CROCKFORD32, 23, { inline: { sku: 65536, flavour: 65536 },
    batches: 2 ** 24, serials: 2 ** 32 }), // C is 2^88 exactly
  code('r32-capped', 13, 65, CROCKFORD32, 20, { inline: { sku: 3 }, batches: 1000,
    serials: 9999 }), // T is 2^64
  code('r36-short', 14, 7, ALL36, 9, { batches: 200, serials: 50000,
    filter: { words: ['00', 'OOO', '1337'], rotation: true } }),
  code('r36-capped', 15, 8, ALL36, 21, { inline: { sku: 999 }, batches: 77, serials: 1234567 }),
  code('r61-mixed-case', 16, 99, MIXED61, 10, { inline: { size: 5 }, batches: 5000,
    serials: 1000000, lookalikes: { l: '1' } }),
  // From here on the tables of version 1: the compiled-in words, the standard look-alikes.
  code('r23-listed', 17, 1, DEFAULT23, 12, { inline: { sku: 9 }, batches: 2048, serials: 100000,
    standard: true, filter: { version: 1, rotation: true } }),
  code('r20-listed', 18, 2, VOWEL_FREE20, 13, { batches: 1000, serials: 1000000, standard: true,
    filter: { version: 1 } }),
  code('r10-listed', 19, 3, '0123456789', 12, { batches: 100, serials: 10000, standard: true,
    filter: { version: 1, words: ['LOL', '4711', 'B'.repeat(2)], spelled: true, rotation: true } }),
  code('r16-listed', 20, 4, TURNING16, 11, { batches: 300, serials: 30000, standard: true,
    filter: { version: 1, rotation: true } }),
  code('r29-listed', 21, 5, CAPS29, 13, { date: DATE, batches: 100, serials: 100000,
    standard: true, filter: { version: 1 } }),
  code('r31-lower', 22, 6, LOWER31, 12, { batches: 4096, serials: 250000, standard: true,
    filter: { version: 1, rotation: true } }),
  code('r32-listed', 23, 7, CROCKFORD32, 12, { batches: 5000, serials: 500000, standard: true,
    lookalikes: { I: 'J', '$': 'S', U: 'W' }, filter: { version: 1, words: ['88', 'WTF'] } }),
  code('r36-listed', 24, 8, ALL36, 12, { inline: { sku: 40 }, batches: 900, serials: 90000,
    standard: true, filter: { version: 1, words: ['B2B', 'GUZ', '1337'], spelled: true } }),
  code('r53-mixed-case', 25, 9, MIXED53, 11, { batches: 4000, serials: 400000, standard: true,
    filter: { version: 1, rotation: true } }),
  code('r61-listed', 26, 10, MIXED61, 11, { batches: 3000, serials: 300000, standard: true,
    filter: { version: 1, words: ['Lego'], spelled: true } }),
];

const pools = [
  pool('m6-pin8', 1, 1, '96431234', 6, { pin: 8 }),
  pool('m7-pin4', 2, 2, '96431234', 7, { pin: 4, share: '0.02', excludeIndices: [0, 5] }),
  pool('m8-plain', 3, 1, '9', 8, {}),
  pool('m9-held-half', 4, 255, '70', 9, { share: '0.5', pin: 6 }),
  pool('m10-listed', 5, 17, '98000', 10, { excludeIndices: [0, 1, 2, 3, -1, -2] }),
  pool('m10-other-version', 5, 18, '98000', 10, { share: '0.125', pin: 5, issue: 2 }),
  pool('m11-pin7', 0x01020304, 3, '9643', 11, { pin: 7, share: '0.01' }),
  pool('m12-long-prefix', 6, 64, '952000', 12, { share: '0.1', excludeIndices: [7, -8] }),
  pool('m12-pin6', 7, 128, '80643', 12, { pin: 6, issue: 65535 }),
  pool('m13-zero-prefix', 8, 9, '00', 13, { share: '0.333333333', pin: 4 }),
  pool('m14-widest', 0xffffffff, 200, '9643', 14, { pin: 8, share: '0.000001',
    excludeIndices: [4, -3] }),
  pool('m14-tiny-prefix', 9, 10, '1', 14, { share: '0.75' }),
  pool('m6-listed-held', 10, 11, '777', 6, { share: '0.25', pin: 4,
    excludeIndices: [0, 1, 2, 3, 4, 5, 6, 7, -1, -2, -3, -4] }),
  pool('m11-faces', 11, 5, '9643', 11, { pin: 6, faces: { ean13: { prefix: '29' },
    gsrn: { prefix: '9506000' }, tag: { prefix: '9644', digits: 16, items: 3 } } }),
  pool('m12-upc-short', 12, 6, '9528', 12, { faces: { ean13: { prefix: '021234' } } }),
  pool('m6-wide-faces', 13, 255, '98765', 6, { pin: 4, faces: { gsrn: { prefix: '9506' },
    tag: { prefix: '7', digits: 19, items: 16 } } }),
  pool('m13-few-tags', 0xfffffffe, 1, '00', 13, { faces: {
    tag: { prefix: '01', digits: 9, items: 7 }, ean13: { prefix: '04' } } }),
];

console.log(JSON.stringify({ codes, pools }, null, 1));
