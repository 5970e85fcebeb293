// What passkit-generator's schemas refuse, our lint refuses: a good pass.json is changed at every
// place in turn (left out, or of another kind), and both judge. Where only ours refuses it knows a
// rule more; where only theirs does, the place must be listed here with its reason.
// Usage: refusals.mjs PROGRAM FOLDER   (FOLDER is a template without columns in it)
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const schemas = require(join(import.meta.dirname,
  'node_modules/passkit-generator/lib/cjs/schemas/index.js'));
const [program, folder] = process.argv.slice(2);
const file = join(folder, 'pass.json');
const original = JSON.parse(readFileSync(file, 'utf8'));
const KINDS = [undefined, null, true, 7, -1, 'x', '', [], {}, [1], { x: 1 }];
// The library's own habit: an empty text or list is no text there; ours reads what Wallet reads.
const THEIRS_ALONE = new Set(['""']);

function* places(value, path = []) {
  if (path.length > 0) yield path;
  if (value !== null && typeof value === 'object')
    for (const key of Object.keys(value)) yield* places(value[key], [...path, key]);
}
function changed(path, to) {
  const copy = structuredClone(original);
  const last = path.at(-1);
  const object = path.slice(0, -1).reduce((o, k) => o[k], copy);
  if (to !== undefined) object[last] = to;
  else if (Array.isArray(object)) object.splice(Number(last), 1);
  else delete object[last];
  return copy;
}
const theirs = (pass) => schemas.PassProps.validate(pass, { abortEarly: true }).error?.message;
function ours(pass) {
  writeFileSync(file, JSON.stringify(pass));
  const run = spawnSync(program, ['pass', 'lint', folder, '--json'], { encoding: 'utf8' });
  assert.ok(run.status === 0 || run.status === 1, run.stderr);
  const report = JSON.parse(run.stdout);
  // Strangers in an object are an error there and a warning here: Wallet passes over them.
  return report.errors + report.findings.filter((f) => f.problem.includes('no such member')).length;
}

let both = 0, oursAlone = 0, tried = 0;
const missed = [];
for (const path of places(original)) {
  if (path.includes('userInfo')) continue;
  for (const to of KINDS) {
    const pass = changed(path, to);
    const error = theirs(pass);
    const refused = ours(pass) > 0;
    tried++;
    if (error && refused) both++;
    if (!error && refused) oursAlone++;
    if (error && !refused && !THEIRS_ALONE.has(JSON.stringify(to)))
      missed.push(`${path.join('.')} = ${JSON.stringify(to)}: they say "${error}", we say nothing`);
  }
}
assert.deepEqual(missed, []);
console.log(`${tried} changes, refused by both ${both}, by ours alone ${oursAlone}`);
