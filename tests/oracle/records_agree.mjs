// Both parties write the same file by any sound format: `node records_agree.mjs TOOL FORMATS`.
// Made formats of every kind over texts that are hard on them, in chunks of any size; then a
// thousand cards by every shipped format. CM_PROVE=1: many more.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Random } from './random.mjs';
import { card, constants, text } from './records_data.mjs';
import { file } from './records.mjs';

const [tool, formats] = process.argv.slice(2);
const proving = process.env.CM_PROVE === '1';
const CASES = proving ? 20000 : 300, CARDS = proving ? 20000 : 1000;
const folder = mkdtempSync(join(tmpdir(), 'records-'));
const random = new Random('records 1');
const pick = (list) => list[random.below(list.length)];
const chance = (n) => random.below(n) === 0;

// ---- Made formats

const words = ['number', 'control', 'product', 'brand', 'sequence', 'in_file', 'carton',
  'in_carton', 'bundle_end', 'pin', 'member', 'made'];

function madeField(kind, i) {
  const f = { name: `f${i}`, optional: true };
  const piece = () => (chance(3) ? pick(['-', ' ', '{{', '}}', 'x']) : `{${pick(words)}}`);
  f.value = Array.from({ length: 1 + random.below(3) }, piece).join('');
  if (kind === 'fixed' || chance(3)) Object.assign(f, { width: 200, align: pick(['left', 'right']) });
  if (f.width && chance(2)) f.pad = pick(['0', '*', '.', '_']);
  if (chance(3)) f.case = pick(['upper', 'lower', 'keep']);
  if (chance(4)) f.remove = pick([' ', '-', '"', '0', ',;']);
  if (kind === 'jsonl' && chance(4))
    return { name: f.name, value: `{${pick(['sequence', 'carton', 'bundle_end'])}}`, number: true };
  return f;
}

function madeFormat() {
  const kind = pick(['csv', 'csv', 'fixed', 'xml', 'jsonl', 'text']);
  const encodings = kind === 'jsonl' ? ['utf-8']
    : ['ascii', 'iso-8859-1', 'windows-1252', ...(kind === 'fixed' ? [] : ['utf-8'])];
  const t = { format: 1, name: 'made', kind, holds: 'pin', encoding: pick(encodings),
    eol: pick(['crlf', 'lf']), hash_total: pick(['number', 'control', 'sequence']) };
  t.fields = Array.from({ length: 2 + random.below(6) }, (_, i) => madeField(kind, i));
  t.fields.push({ name: 'last', value: '{pin}', ...(kind === 'fixed' ? { width: 80 } : {}),
    optional: true });
  const line = ['{records}', '{units}', '{hash_total}'].map((value, i) =>
    ({ name: `t${i}`, value, ...(kind === 'fixed' ? { width: 20 } : {}) }));
  t.trailer = [line];
  if (chance(2)) t.header = [line.slice(0, 2)];
  if (kind === 'csv') Object.assign(t, { separator: pick([',', ';', '|', '\t']),
    quote: pick(['needed', 'always', 'needed', 'never']), names: chance(2) });
  if (kind !== 'xml' && t.encoding === 'utf-8') t.bom = chance(2);
  if (kind === 'xml' && chance(2))
    Object.assign(t.fields[0], { as: 'attribute' }), Object.assign(t, { root: 'r', element: 'e-1' });
  if (kind === 'text') {
    t.record = t.fields.map((f, i) => `${i}{{{${f.name}}}}${chance(2) ? '{brand}' : ''}`);
    t.trailer = ['end {records} {units} {hash_total}'];
    t.header = ['{{ {order} {records}'];
  }
  return t;
}

// A text may hold what "never quoted" refuses: then both of us have nothing to say.
function madeData(t) {
  const say = (n) => text(random, t.encoding, random.below(n));
  const record = () => ({ number: say(20), control: say(12), pin: say(9), member: pick(['1', '2']) });
  return { plan: { first: 1 + random.below(1000), carton: random.below(4), bundle: random.below(4) },
    constants: { ...constants, brand: `B${say(12)}`, product: say(30) },
    records: Array.from({ length: random.below(8) }, record) };
}

// ---- Agreement

function ours(format, data, chunk) {
  writeFileSync(join(folder, 'format.json'), JSON.stringify(format));
  writeFileSync(join(folder, 'data.json'), JSON.stringify(data));
  const files = ['format.json', 'data.json'].map((f) => join(folder, f));
  return spawnSync(tool, [...files, `${chunk}`], { maxBuffer: 1 << 28 });
}

function differ(what, format, data, got) {
  console.error(`${what} differs: ${JSON.stringify(format)}\n${JSON.stringify(data)}`);
  console.error(`ours: ${JSON.stringify(got.stdout.toString('latin1'))} ${got.stderr}`);
  console.error(`oracle: ${JSON.stringify(file(format, data).toString('latin1'))}`);
  process.exit(1);
}

let said = 0;
for (let i = 0; i < CASES; i++) {
  const format = madeFormat(), data = madeData(format);
  const got = ours(format, data, 1 + random.below(9));
  const refused = got.status === 1 && /holds a character that the format forbids/.test(got.stderr);
  if (refused && format.quote === 'never') continue;
  if (got.status !== 0 || !got.stdout.equals(file(format, data))) differ(`case ${i}`, format, data, got);
  said++;
}
for (const name of readdirSync(formats).filter((n) => n.endsWith('.json'))) {
  const format = JSON.parse(readFileSync(join(formats, name), 'utf8'));
  const records = Array.from({ length: CARDS }, (_, i) => card(random, i));
  const data = { plan: { carton: 500, bundle: 15 }, constants, records };
  const got = ours(format, data, 300);
  if (got.status !== 0 || !got.stdout.equals(file(format, data)))
    differ(name, format, { ...data, records: records.slice(0, 2) }, got);
}
rmSync(folder, { recursive: true });
console.log(`${said} of ${CASES} made formats and all shipped ones are written alike`);
if (said < CASES * 0.85) process.exit(1);
