// Two readers, one in C and one written from docs/design/journal.md alone, must see the same in
// journals that the C writer made: every group, event, hash, and the same verdict on damaged ones.
// Usage: journal_agree.mjs JOURNAL_TOOL [--damages N]   (CM_PROVE=1: 20,000)

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READER = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'journal.mjs');
const SECTOR = 512;
const BIG = 512 * 1024 * 1024; // bytes of output we take
const [tool, flag, count] = process.argv.slice(2);
const damages = process.env.CM_PROVE === '1' ? 20000 : Number(flag === '--damages' ? count : 200);
const { readJournal, lines } = await import(READER);
const root = mkdtempSync(join(tmpdir(), 'countermark-journal-'));
let seed = 0x2545f491;

/** xorshift32: the same damages in every run. */
function random(below) {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % below;
}

function run(args) {
  const done = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: BIG });
  if (done.error || done.status > 1) throw new Error(`${args[0]}: ${done.stderr ?? done.error}`);
  return { sound: done.status === 0, text: done.stdout, why: done.stderr };
}

function compare(name, dir, archive) {
  const c = run(['read', dir, archive]);
  const node = lines(dir, archive);
  if (c.sound !== node.sound) {
    throw new Error(`${name}: C says ${c.sound ? 'sound' : c.why}, node ${node.why ?? 'sound'}`);
  }
  if (c.sound && c.text !== node.text) throw new Error(`${name}: the texts differ`);
  return c.sound ? c.text.trim().split('\n').at(-1).replace(/ bytes.*/, '') : 'corrupt';
}

/** Flip a bit, zero a sector, cut the end off, or copy one sector over another. */
function damage(bytes) {
  const used = bytes.length - (random(4) === 0 ? 0 : Math.min(bytes.length - SECTOR, random(40000)));
  const at = random(used);
  const sector = at - (at % SECTOR);
  const kind = random(5);
  if (kind <= 1) bytes[at] ^= 1 << random(8);
  else if (kind === 2) bytes.fill(0, sector, sector + SECTOR);
  else if (kind === 3) bytes.fill(0, sector);
  else bytes.copy(bytes, sector, SECTOR * random(bytes.length / SECTOR), SECTOR);
  return bytes;
}

try {
  const tally = {};
  const dir = join(root, 'journal');
  const archive = join(root, 'archive');
  if (!run(['make', dir, archive, '7']).sound) throw new Error('could not make a journal');
  const whole = compare('whole', dir, archive);
  if (whole !== 'end clean') throw new Error(`a fresh journal reads as ${whole}`);
  let groups = 0;
  readJournal(dir, archive, () => { groups += 1; });
  if (groups !== 260) throw new Error(`${groups} groups, 260 were written`);

  const hurt = join(root, 'hurt');
  const none = join(root, 'none');
  mkdirSync(none);
  const names = readdirSync(dir).filter((n) => n.endsWith('.seg')).sort();
  cpSync(dir, hurt, { recursive: true });
  const inUse = names.filter((n) => readFileSync(join(dir, n))[0] !== 0);
  for (let i = 0; i < damages; i += 1) {
    const name = random(3) === 0 ? names[random(names.length)] : inUse.at(-1);
    const sound = readFileSync(join(dir, name));
    writeFileSync(join(hurt, name), damage(Buffer.from(sound)));
    const verdict = compare(`damage ${i}`, hurt, none);
    tally[verdict] = (tally[verdict] ?? 0) + 1;
    writeFileSync(join(hurt, name), sound);
  }
  for (const kind of ['corrupt', 'end torn', 'end clean']) {
    if (!(tally[kind] > 0)) throw new Error(`no damage ended as ${kind}: the test is blind there`);
  }
  console.log(`${groups} groups agree; ${damages} damages judged alike: ${JSON.stringify(tally)}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
