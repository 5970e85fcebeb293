// Prints the worked examples of docs/design/construction.md, every intermediate value in hex.
// The document carries this output word for word; selftest.mjs compares the two.
// Refuses nothing: the inputs are fixed below and are TEST keys.
// Usage: node tests/oracle/worked.mjs

import { pathToFileURL } from 'node:url';

import { getUint } from './bytes.mjs';
import { Pool } from './card.mjs';
import { Scheme } from './code.mjs';
import { numerals } from './ff1.mjs';
import { deriveKey, keyInfo } from './keys.mjs';

const ROOT_A = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const ROOT_B = '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f';
const ROOT_C = '404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f';

const PRIME = {
  name: 'A', root_key: ROOT_A, scheme_id: 1, key_version: 1,
  alphabet: '234679BCDFGHJKMPQRTVWXY', length: 11, check: 'prime',
  attributes: [{ name: 'sku', cardinality: 8 }], date: null, batches: 1024, serials: 1048576,
  lookalikes: {}, filter: null,
};
const DATED = {
  name: 'B', root_key: ROOT_B, scheme_id: 258, key_version: 255,
  alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ', length: 16, check: 'gf32',
  attributes: [{ name: 'sku', cardinality: 500 }, { name: 'flavour', cardinality: 20 }],
  date: { epoch: '2024-01-01', days: 3650 }, batches: 4096, serials: 1000000,
  lookalikes: { O: '0', I: '1', L: '1' }, filter: null,
};
const CARD = {
  name: 'C', root_key: ROOT_C, pool_id: 7, key_version: 3, prefix: '9643', digits: 11,
  exclude: [], held_share: '0.02', pin: { digits: 6, issue: 1 },
};

const FACED = {
  ...CARD, name: 'D', held_share: '0',
  faces: { ean13: { prefix: '29' }, gsrn: { prefix: '9506000' },
    tag: { prefix: '9644', digits: 16, items: 3 } },
};

const hex = (x) => (Buffer.isBuffer(x) ? x.toString('hex') : `0x${x.toString(16)}`);

function keyLines(spec, id, purposes) {
  return purposes.flatMap((purpose) => [
    [`info ${purpose}`, hex(keyInfo(purpose, id, spec.key_version))],
    [`K ${purpose}`, hex(deriveKey(spec.root_key, purpose, id, spec.key_version))],
  ]);
}

function ff1Lines(ff1, x, r, n) {
  const lines = [
    ['tweak', hex(ff1.q.subarray(0, 6))], ['X', `${x} = ${hex(x)}`],
    ['X numerals', numerals(x, r, n).join(' ')],
    ['u, v, b, d', `${Math.floor(n / 2)}, ${n - Math.floor(n / 2)}, ${ff1.b}, ${ff1.d}`],
    ['FF1 block P', hex(ff1.first)], ['E(P)', hex(ff1.firstEnciphered)],
  ];
  const [y] = ff1.encrypt([x], (i, a, b) => lines.push([`round ${i}: A, B`,
    `${hex(a[0])}, ${hex(b[0])}`]));
  return [...lines, ['Y', `${y} = ${hex(y)}`], ['Y numerals', numerals(y, r, n).join(' ')]];
}

function codeExample(spec, unit) {
  const scheme = new Scheme(spec);
  const p = scheme.pack(unit);
  const mac = scheme.mac.tagsOfBlocks(scheme.macInput([p]));
  const [tag] = scheme.tags([p]);
  const [text] = scheme.texts([unit]);
  return [
    ['root key', spec.root_key], ...keyLines(spec, spec.scheme_id, ['code-mac', 'code-enc']),
    ['S', `${scheme.space} = ${hex(scheme.space)}`], ['C', `${scheme.payloads}`],
    ['T', `${scheme.tagModulus} = ${hex(scheme.tagModulus)}`], ['P', `${p} = ${hex(p)}`],
    ['M', hex(scheme.macInput([p]))], ['CMAC(M)', hex(mac)], ['tag', `${tag} = ${hex(tag)}`],
    ...ff1Lines(scheme.ff1, p * scheme.tagModulus + tag, scheme.r, scheme.length),
    ['data', text.slice(0, spec.length)], ['check', text.slice(spec.length)], ['code', text],
  ];
}

function cardExample(spec, index) {
  const pool = new Pool(spec);
  const [number] = pool.numbers([index]);
  const [pin] = pool.pins([index]);
  const hold = pool.holdMac.tagsOfBlocks(pool.holdInput(index));
  const held = getUint(hold, 0, 4) < pool.heldBelow;
  return [
    ['root key', spec.root_key],
    ...keyLines(spec, spec.pool_id, ['card-enc', 'card-pin', 'card-hold']),
    ['index', `${index}`], ...ff1Lines(pool.ff1, index, 10, spec.digits),
    ['Luhn', number.at(-1)], ['number', number],
    ['PIN message', hex(pool.pinInput(index))],
    ['CMAC(PIN)', hex(pool.pinMac.tagsOfBlocks(pool.pinInput(index)))], ['PIN', pin],
    ['hold message', hex(pool.holdInput(index))], ['CMAC(hold)', hex(hold)],
    ['threshold', hex(pool.heldBelow)], ['held out', held ? 'yes' : 'no'],
  ];
}

function facesExample(spec, index, member) {
  const pool = new Pool(spec);
  return [
    ['index', `${index}`], ['key tag', `${member} of ${spec.faces.tag.items}`],
    ['capacity', `${pool.capacity}`],
    ...pool.faces.flatMap((face) => {
      const [row] = pool.faceRows(face, [{ index, member }]);
      return [
        [`tweak ${face.kind}`, hex(face.ff1.q.subarray(0, 6))],
        ['body', row.slice(face.prefix.length, -1)], ['check digit', row.at(-1)],
        [face.kind, row],
      ];
    }),
  ];
}

function block(lines) {
  return ['```', ...lines.map(([name, value]) => `${name.padEnd(14)} ${value}`), '```'].join('\n');
}

/** The four examples as the document shows them. */
export function workedExamples() {
  const unitA = { attributes: [5n], day: null, batch: 7n, serial: 123456n };
  const unitB = { attributes: [137n, 5n], day: 1059n, batch: 300n, serial: 999999n };
  return [
    block(codeExample(PRIME, unitA)), block(codeExample(DATED, unitB)),
    block(cardExample(CARD, 12345678n)), block(facesExample(FACED, 12345678n, 2)),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(workedExamples().join('\n\n'));
}
