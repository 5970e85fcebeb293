// Elements of varying and of predefined length, in every order, through the GS1 symbols and back by
// zxing-wasm: each separator must be where it ends an element. (235) may have gone to the end, since
// libzint forgets the separator behind it.
// Usage: gs1_symbols.mjs SYMBOL_MAKER FOLDER [SEED]
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

const [maker, folder, seedText = '20261122'] = process.argv.slice(2);
const COUNT = 60;
const KINDS = ['gs1-datamatrix', 'gs1-qr', 'gs1-128', 'databar-expanded', 'databar-expanded-stacked'];
const wasm = new URL('./node_modules/zxing-wasm/dist/reader/zxing_reader.wasm', import.meta.url);
prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer } });

let state = BigInt(seedText);
function random(n) { // splitmix64
  state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((z ^ (z >> 31n)) % BigInt(n));
}
const some = (set, most) => Array.from({ length: 1 + random(most) }, () => set[random(set.length)]).join('');
const TEXT = '0123456789ABCDEFGHJKabc-/.', DIGITS = '0123456789';
const MAKE = {
  '01': () => '09506000134352', 10: () => some(TEXT, 8), 17: () => '271231', 22: () => some(TEXT, 5),
  235: () => some(TEXT, 8), 240: () => some(TEXT, 6), 30: () => some(DIGITS, 4), 3103: () => '000750',
  400: () => some(TEXT, 5), 402: () => '95060001343524356', 422: () => '528', 7003: () => '2712312359', 90: () => some(TEXT, 6),
};
const FIXED = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;
const carried = (m) => m.map(([ai, v], i) => ai + v + (i + 1 < m.length && !FIXED.test(ai) ? '\x1d' : '')).join('');

const wanted = new Map();
let input = '';
for (let i = 0; i < COUNT; i++) {
  const ais = ['01', ...Object.keys(MAKE).filter((ai) => ai !== '01' && random(5) === 0), ...(i % 3 ? [] : ['235'])];
  const m = [...new Set(ais)].sort(() => random(3) - 1).map((ai) => [ai, MAKE[ai]()]);
  const moved = [...m.filter(([ai]) => ai !== '235'), ...m.filter(([ai]) => ai === '235')];
  for (const kind of KINDS) {
    wanted.set(`${kind}_${i}`, [carried(m), carried(moved)]);
    input += `${kind}_${i} ${kind} - ${Buffer.from(carried(m), 'latin1').toString('hex')}\n`;
  }
}
const made = spawnSync(maker, [folder, '4'], { input, maxBuffer: 1 << 26 });
assert.equal(made.status, 0, made.stderr.toString());
const read = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
for (const line of made.stdout.toString().trim().split('\n')) {
  const [name, size, ...rest] = line.split(' ');
  const kind = name.split('_')[0];
  if (size === '-') {
    assert.match(rest.join(' '), /longer than/, name);
    continue;
  }
  const image = new Uint8Array(readFileSync(join(folder, `${name}.png`)));
  const [found] = await readBarcodes(image, { tryHarder: true, textMode: 'Plain' });
  const got = Buffer.from(found?.bytes ?? []).toString('latin1');
  assert.ok(wanted.get(name).includes(got), `${name}: ${JSON.stringify(wanted.get(name)[0])} is read as ${JSON.stringify(got)}`);
  read[kind]++;
}
console.log('read with every separator:', read);
for (const kind of KINDS) assert.ok(read[kind] >= COUNT / 4, `few of ${kind}`);
