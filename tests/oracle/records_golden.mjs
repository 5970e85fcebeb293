// The golden files of shipped record formats are what the oracle writes of the same sample:
// `node records_golden.mjs FORMATS GOLDEN`. The sample stands in records_sample.json; ours, which
// must say the same, in src/order/sample.c.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { companion, EXTENSIONS, file } from './records.mjs';

function compare(golden, name, bytes, offences) {
  const want = readFileSync(join(golden, name));
  if (!want.equals(bytes)) offences.push(`${name} differs; the oracle writes:\n${bytes}`);
}

function agree(formats, golden, data) {
  const offences = [];
  const names = readdirSync(formats).filter((n) => n.endsWith('.json'));
  const known = new Set(readdirSync(golden));
  for (const name of names) {
    const t = JSON.parse(readFileSync(join(formats, name), 'utf8'));
    const made = [[`${t.name}${t.extension ?? EXTENSIONS[t.kind]}`, file(t, data)]];
    for (const c of t.companions ?? []) {
      const [of, bytes] = companion(t, c, data.constants);
      made.push([`${t.name}-${of}`, bytes]);
    }
    for (const [of, bytes] of made) {
      compare(golden, of, bytes, offences);
      known.delete(of);
    }
  }
  for (const of of known) offences.push(`${of}: no format writes it`);
  if (names.length < 15) offences.push(`only ${names.length} formats`);
  return offences;
}

const [formats, golden] = process.argv.slice(2);
const sample = fileURLToPath(new URL('records_sample.json', import.meta.url));
const offences = agree(formats, golden, JSON.parse(readFileSync(sample, 'utf8')));
for (const o of offences) console.error(o);
console.log(offences.length === 0 ? 'the oracle and the golden files agree' : 'they differ');
process.exitCode = offences.length === 0 ? 0 : 1;
