// Random evenings: four devices without a network, a till with one, tickets taken back, power cuts
// and kill -9 in every admission and every sync, copies of files put back (forks), syncs in any
// order. In the end each admission that a device wrote down is redeemed exactly once or stands in
// a row that says why not; nobody who was let in is missing; the sums close; a further sync changes
// nothing. The model below knows only what the commands answered.
// Usage: node tickets_kill.mjs BIN            2 evenings; 30 with CM_PROVE=1
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [bin] = process.argv.slice(2);
const PROVE = process.env.CM_PROVE === '1';
const EVENINGS = PROVE ? 30 : 2, TICKETS = 24, STEPS = PROVE ? 60 : 40;
let seed = Number(process.env.CM_SEED ?? 20261122);
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}
const pick = (list) => list[random(list.length)];
const root = mkdtempSync(join(process.env.TMPDIR ?? '/tmp', 'tickets-'));
process.chdir(root);
const env = { ...process.env, COUNTERMARK_WORKSPACE: join(root, 'shop') };
const DEVICES = ['north', 'south', 'east', 'west'];
let kills = 0, cut = 0, forks = 0, torn = 0;

function check(holds, what) {
  if (!holds) throw new Error(`${what} (CM_SEED=${process.env.CM_SEED ?? 20261122}, ${root})`);
}
function countermark(...words) {
  const done = spawnSync(join(bin, 'countermark'), words, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}
function must(...words) {
  const done = countermark(...words);
  check(done.code === 0, `${words.join(' ')}: ${done.code} ${done.err}`);
  return done.out;
}
const asJson = (...words) => JSON.parse(must(...words, '--json'));
const pace = new Map(); // verb -> milliseconds that it takes

/** Run it, killed at any moment of two runs in three. */
async function risky(...words) {
  const verb = words.slice(0, 2).join(' '), begun = Date.now(), usual = pace.get(verb) ?? 60;
  const child = spawn(join(bin, 'countermark'), words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', err = '';
  child.stdout.on('data', (part) => { out += part; });
  child.stderr.on('data', (part) => { err += part; });
  const timer = random(3) > 0 ? setTimeout(() => child.kill('SIGKILL'), random(usual * 1.1)) : undefined;
  const [code, signal] = await new Promise((done) => child.on('close', (...how) => done(how)));
  clearTimeout(timer);
  kills += timer ? 1 : 0;
  cut += signal === 'SIGKILL' ? 1 : 0;
  if (!signal) pace.set(verb, (usual + Date.now() - begun) / 2);
  check(code !== 3 || signal, `${verb}: ${err}`);
  return { code, out, err };
}

// ---- A shop with four devices ------------------------------------------------------------------

must('init', '--sandbox');
must('plan', '--volume', '100000', '--attribute', 'sku:64:inline', '--days', '3653', '--epoch',
  '2026-01-01', '--inline', 'date', '--test', '--out', 'gala.json', '--name', 'gala');
must('scheme', 'add', 'gala.json');
must('scheme', 'append', 'gala', '--attribute', 'sku', 'T-1');
must('ticket', 'issuer', 'add', 'ACME', '--not-after', '2090-01-01');
must('ticket', 'issuer', 'export', '--out', 'acme.trust');
for (const d of DEVICES) {
  const key = asJson('ticket', 'device', 'key', '--out', `${d}.pem`);
  must('ticket', 'device', 'add', d, '--public-key', key.public_key);
}

// ---- What happens in an evening -----------------------------------------------------------------

const tickets = new Map(); // id -> { text, online, revoked: fresh | used, batch }
const told = [];           // { device, id }: somebody was let in
const files = new Map();   // file -> device; branches of forks among them
const news = new Set();    // ids of this evening
const healing = new Set(); // devices whose file was cut and perhaps not opened since

function issue(evening) {
  const batch = `evening${evening}`;
  must('batch', 'add', batch, '--scheme', 'gala', '--quantity', String(TICKETS), '--date',
    '2026-11-24', '--attribute', 'sku=T-1', '--product', 'Gala');
  must('ticket', 'issue', batch, '--count', String(TICKETS), '--out', `${batch}.csv`, '--exp', '2089-01-01');
  must('batch', 'open', batch);
  news.clear();
  for (const line of readFileSync(`${batch}.csv`, 'utf8').trim().split('\n').slice(1)) {
    const text = line.match(/CM1:[^"]*/)[0];
    const { id } = asJson('ticket', 'inspect', text);
    tickets.set(id, { text, batch });
    news.add(id);
  }
}

async function admit() {
  const device = pick(DEVICES), some = Array.from({ length: 1 + random(5) }, () => pick([...news]));
  writeFileSync('scanned.txt', some.map((id) => `${tickets.get(id).text}\n`).join(''));
  files.set(`${device}.spends`, device);
  const { out } = await risky('ticket', 'admit', '--file', 'scanned.txt', '--trust', 'acme.trust',
    '--test', '--spends', `${device}.spends`, '--device', `${device}.pem`, '--json');
  if (out !== '') healing.delete(device);
  for (const line of out.split('\n').slice(0, -1)) {
    const answer = JSON.parse(line);
    if (answer.admitted) told.push({ device, id: answer.id });
  }
}

/** The power goes in the middle of a write: the beginning of an entry is left. */
function cutPower() {
  const device = pick(DEVICES), file = `${device}.spends`;
  if (!existsSync(file) || healing.has(device)) return;
  healing.add(device);
  const bytes = readFileSync(file);
  appendFileSync(file, bytes.subarray(0, 1 + random(150)));
  torn++;
}

/** An older copy of a file is put back; what went on meanwhile becomes another branch. */
function putBack() {
  const device = pick(DEVICES), file = `${device}.spends`, copy = `${device}.copy`;
  if (!existsSync(file)) return;
  if (!existsSync(copy)) {
    copyFileSync(file, copy);
    return;
  }
  const branch = `${device}.${++forks}`;
  copyFileSync(file, branch);
  files.set(branch, device);
  copyFileSync(copy, file);
  rmSync(copy);
  healing.add(device); // the copy may have been cut, too
}

function redeemOnline() {
  const id = pick([...news]);
  const { code, out } = countermark('redeem', tickets.get(id).text, '--json');
  check(code === 0 || code === 1, 'redeem');
  if (JSON.parse(out).answers[0].verdict === 'accepted') {
    check(!tickets.get(id).online && !tickets.get(id).revoked, 'a used ticket was redeemed online');
    tickets.get(id).online = true;
  }
}

function revoke() {
  const id = pick([...news]), t = tickets.get(id);
  const answer = asJson('ticket', 'revoke', t.text);
  if (answer.void_now === 1) t.revoked = 'fresh';
  if (answer.redeemed_before === 1) t.revoked ??= 'used';
}

async function sync() {
  if (files.size === 0) return;
  const file = pick([...files.keys()]);
  if (existsSync(file)) await risky('ticket', 'sync', file, '--door', 'default', '--json');
}

// ---- What must be so in the end ------------------------------------------------------------------

/** Every entry of every file with its outcome: device, n, time and id tell it from all others. */
function syncAll() {
  const entries = new Map();
  for (const [file, device] of files) {
    if (!existsSync(file)) continue;
    const done = countermark('ticket', 'sync', file, '--door', 'default', '--report', 'report.csv', '--json');
    check(done.code === 0 || done.code === 1, `sync ${file}: ${done.err}`);
    const rows = readFileSync('report.csv', 'utf8').trim().split('\n').map((l) => l.split(','));
    const at = Object.fromEntries(rows[0].map((name, i) => [name, i]));
    check(rows.length - 1 === JSON.parse(done.out).entries, `${file}: a row for each entry`);
    for (const r of rows.slice(1)) {
      if (['noted', 'unfinished'].includes(r[at.outcome])) continue;
      const outcome = r[at.outcome] === 'already' ? 'redeemed' : r[at.outcome];
      const name = [device, r[at.entry], r[at.time], r[at.id]].join(' ');
      check(!entries.has(name) || entries.get(name).outcome === outcome, `${name}: two outcomes`);
      entries.set(name, { device, id: r[at.id], outcome });
    }
  }
  return entries;
}

function judge() {
  const entries = syncAll(), of = new Map();
  for (const e of entries.values()) {
    check(tickets.has(e.id), `${e.id}: nobody issued it`);
    check(['redeemed', 'conflict', 'revoked'].includes(e.outcome), `${e.id}: ${e.outcome}`);
    of.set(e.id, [...(of.get(e.id) ?? []), e]);
  }
  for (const { device, id } of told)
    check((of.get(id) ?? []).some((e) => e.device === device), `${id}: let in by ${device}, and lost`);
  for (const [id, t] of tickets) {
    const all = of.get(id) ?? [], redeemed = all.filter((e) => e.outcome === 'redeemed').length;
    const wanted = t.online || t.revoked === 'fresh' ? 0 : all.length > 0 ? 1 : 0;
    check(redeemed === wanted, `${id}: redeemed ${redeemed} times, not ${wanted}`);
    const revoked = all.filter((e) => e.outcome === 'revoked').length;
    check(revoked === (t.revoked === 'fresh' ? all.length : 0), `${id}: ${revoked} rows say revoked`);
  }
  const ledger = asJson('batch', 'list').batches.reduce((sum, b) => sum + b.redeemed, 0);
  const ours = [...tickets].filter(([id, t]) => t.online || (of.get(id) ?? []).some((e) => e.outcome === 'redeemed')).length;
  check(ledger === ours, `the ledger counts ${ledger} redemptions, the model ${ours}`);
  let listed = 0, total = 1;
  while (listed < total) {
    const page = asJson('ticket', 'conflicts', '--from', String(listed));
    listed += page.conflicts.length;
    total = page.total;
    check(page.conflicts.length > 0 || total === 0, 'conflicts end too early');
    if (total === 0) break;
  }
  const bad = [...entries.values()].filter((e) => e.outcome !== 'redeemed').length;
  check(listed === bad, `${listed} conflicts are listed, ${bad} entries are none`);
  return { entries: entries.size, bad };
}

const acts = [admit, admit, admit, admit, cutPower, putBack, redeemOnline, revoke, sync, sync];
let last = {};
for (let evening = 1; evening <= EVENINGS; evening++) {
  issue(evening);
  for (let step = 0; step < STEPS; step++) await pick(acts)();
  last = judge();
}
must('fsck');
const again = judge();
check(again.entries === last.entries && again.bad === last.bad, 'a further sync changed something');
process.chdir('/');
rmSync(root, { recursive: true });
console.log(`${EVENINGS} evenings: ${tickets.size} tickets, ${told.length} let in, ${last.entries} entries, ` +
  `${last.bad} of them conflicts or revoked; ${kills} kills (${cut} in the middle), ${torn} power cuts, ${forks} forks`);
