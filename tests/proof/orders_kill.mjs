// kill -9 at random moments of everything that is done to orders: make, resume, approve, release,
// resend, receive, remake, close, over many orders of one pool. Afterwards: each unit is in exactly
// one order's files, no number twice, none lost; the sealed bytes of a published folder never
// changed; an unreleased order was readable by nobody; spoiled units are void, remade once, and the
// rest is not; counts close. openssl, sha256sum and the ledger are the judges.
// Usage: node orders_kill.mjs BIN SOURCE      3 orders, each with its remake; 60 with CM_PROVE=1
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [bin, source] = process.argv.slice(2);
const PROVE = process.env.CM_PROVE === '1';
const ORDERS = PROVE ? 60 : 3;
const CARTON = 100;
let seed = Number(process.env.CM_SEED ?? 20261122);
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}
const root = mkdtempSync(join(process.env.TMPDIR ?? '/tmp', 'orders-'));
process.chdir(root);
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, COUNTERMARK_WORKSPACE: join(root, 'shop') };
const folders = join(root, 'shop', 'orders');
let kills = 0, cut = 0;

function check(holds, what) {
  if (!holds) throw new Error(what);
}
const same = (got, want, what) => check(JSON.stringify(got) === JSON.stringify(want), `${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);

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

/** Run it to be killed: twice of three times it is, somewhere in the time that it takes. */
const paces = new Map();
async function risky(...words) {
  const verb = words.slice(0, 2).join(' '), begun = Date.now();
  const child = spawn(join(bin, 'countermark'), words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (part) => { err += part; });
  const pace = paces.get(verb) ?? 200;
  const timer = random(3) > 0 ? setTimeout(() => child.kill('SIGKILL'), random(pace * 1.1)) : undefined;
  const [code, signal] = await new Promise((done) => child.on('close', (...how) => done(how)));
  clearTimeout(timer);
  kills += timer ? 1 : 0;
  cut += signal === 'SIGKILL' ? 1 : 0;
  if (!signal) paces.set(verb, (pace + Date.now() - begun) / 2);
  return { code, err };
}
const show = (order) => asJson('order', 'show', String(order));
const count = () => asJson('order', 'list').orders.length;

/** Do it until `done` says so; a command that ended by itself must have been right. */
async function insist(what, words, done, refusals = /$^/) {
  for (let i = 0; i < 12; i++) {
    const { code, err } = await risky(...words);
    if (done()) return;
    check(code === null || refusals.test(err), `${what}: ${code} ${err}`);
  }
  const last = countermark(...words);
  check(done(), `${what}: ${last.code} ${last.err}`);
}

// ---- What was published -----------------------------------------------------------------------

const published = new Map(); // folder -> name -> hash
function hashes(folder) {
  return Object.fromEntries(readdirSync(folder).sort().map((name) =>
    [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}
function remember() {
  if (!existsSync(folders)) return;
  for (const name of readdirSync(folders).filter((n) => /^ORDER-\d{6}(-PINS)?$/.test(n))) {
    const now = hashes(join(folders, name));
    if (published.has(name)) same(now, published.get(name), `${name} changed after it was published`);
    published.set(name, now);
  }
}

function certificate(name) {
  execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`]);
  execFileSync('openssl', ['req', '-new', '-x509', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-days', '30',
    '-out', `${name}.pem`, '-addext', 'keyUsage=critical,keyAgreement'], { stdio: 'ignore' });
}
function content(file, name) {
  execFileSync('openssl', ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', file, '-inkey', `${name}.key`,
    '-recip', `${name}.pem`, '-out', 'content.der']);
  return execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'content.der', '-CAfile',
    join(root, 'shop', 'order-signer.pem'), '-purpose', 'any'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
const folderOf = (order) => `ORDER-${String(order).padStart(6, '0')}`;
const sealed = (name, kind) => readdirSync(join(folders, name)).filter((n) => n.includes(`-${kind}-`)).sort();

/** Rows of a part, in the order of its files. */
function rows(order, kind) {
  const name = `${folderOf(order)}${kind === 'pins' ? '-PINS' : ''}`;
  return sealed(name, kind).flatMap((file) =>
    content(join(folders, name, file), kind === 'pins' ? 'letters' : 'bureau').split('\n').map((line) => line.split(','))
      .filter((row) => /^\d{14}$/.test(row[kind === 'pins' ? 0 : 1])));
}

// ---- One order --------------------------------------------------------------------------------

const formats = ['--template', 'csv-comma', '--to', 'bureau.pem', '--pin-template', 'pin-letter', '--pin-to', 'letters.pem'];
const by = (name) => ['--by', name, '--operator-key', `${name}.key.pem`];

async function make(units, approval, remake) {
  const order = count() + 1;
  const words = ['order', 'make', 'gift-2026', ...formats, ...(remake ? ['--remake', String(remake)] : ['--count', String(units)]),
    '--per-file', '700', '--carton', String(CARTON), ...(approval ? ['--approval', ...by('alice')] : ['--no-approval'])];
  await insist(`make ${order}`, words, () => count() === order);
  const ready = () => ['sealed', 'released'].includes(show(order).state);
  if (!ready()) await insist(`resume ${order}`, ['order', 'resume', String(order)], ready);
  return order;
}

async function release(order) {
  check(!existsSync(join(folders, folderOf(order))), `order ${order} has a folder before its release`);
  await insist(`approve ${order}`, ['order', 'approve', String(order), ...by('bob')], () => JSON.stringify(show(order).approvals).includes('bob'), /already/);
  await insist(`release ${order}`, ['order', 'release', String(order)], () => show(order).state === 'released');
}

function returnFile(order, units, spoiled) {
  const line = (i) => `${String(order).padStart(6, '0')}${String(i).padStart(8, '0')},${spoiled.has(i) ? 'spoiled' : 'shipped'},${Math.ceil(i / CARTON)}`;
  const split = Math.min(units, Math.ceil(units / CARTON / 2) * CARTON);
  const files = [[split + 1, units], [1, split]].filter(([a, b]) => a <= b); // the later half comes first
  return files.map(([a, b], n) => {
    const path = `return-${order}-${n}.csv`;
    writeFileSync(path, ['control,state,carton', ...Array.from({ length: b - a + 1 }, (_, i) => line(a + i))].join('\n') + '\n');
    return path;
  });
}

async function receive(order, units, spoiled) {
  for (const file of returnFile(order, units, spoiled)) {
    const before = show(order).returned?.files?.length ?? 0;
    await insist(`receive ${file}`, ['order', 'receive', String(order), file], () => asJson('order', 'receive', String(order), file, '--dry-run').known === true, /$^/);
    const again = asJson('order', 'receive', String(order), file);
    check(again.known && again.made_void === 0, `${file}: the second time changed something (${before})`);
  }
}

async function close(order) {
  await insist(`close ${order}`, ['order', 'close', String(order)], () => show(order).state === 'closed');
}

const orders = []; // {order, units, spoiled, of}
async function live(n) {
  const units = 1500 + random(2500), approval = n % 2 === 0;
  const order = await make(units, approval);
  if (show(order).state !== 'released') await release(order);
  remember();
  await insist(`resend ${order}`, ['order', 'resend', String(order), '--out', `again-${order}`], () => existsSync(join(`again-${order}`, folderOf(order))), /exist|already/);
  const spoiled = new Set(Array.from({ length: 1 + random(5) }, () => 1 + random(units)));
  await receive(order, units, spoiled);
  orders.push({ order, units, spoiled });
  const remade = await make(spoiled.size, false, order);
  remember();
  orders.push({ order: remade, units: spoiled.size, spoiled: new Set() });
  await receive(remade, spoiled.size, new Set());
  await close(remade);
  await close(order);
  remember();
}

// ---- The end ----------------------------------------------------------------------------------

function judge() {
  const numbers = new Map(), voids = [];
  let total = 0;
  for (const { order, units, spoiled } of orders) {
    const cards = rows(order, 'numbers'), pins = rows(order, 'pins');
    same([cards.length, pins.length], [units, units], `records of order ${order}`);
    cards.forEach((row, i) => {
      const control = `${String(order).padStart(6, '0')}${String(i + 1).padStart(8, '0')}`;
      same([row[1], pins[i][0]], [control, control], `order ${order}, record ${i + 1}`);
      check(!numbers.has(row[2]), `a number of order ${order} is in order ${numbers.get(row[2])}, too`);
      numbers.set(row[2], order);
      if (spoiled.has(i + 1)) voids.push(row[2]);
    });
    total += units;
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(folders, folderOf(order)) });
  }
  const pool = asJson('cards', 'pool', 'list').pools.find((p) => p.name === 'gift-2026');
  same(pool.made, total, 'units that the ledger spent');
  same(count(), orders.length, 'orders');
  check(readdirSync(folders).every((name) => !name.endsWith('.part')), 'a half-made folder was left');
  for (const [order, { units }] of orders.map((o) => [o.order, o])) {
    const { returned } = show(order);
    same(returned.shipped + returned.spoiled, units, `what came back of order ${order}`);
  }
  judgeVoid(numbers, voids);
  return { total, voids: voids.length };
}

/** Spoiled cards are void, and no other is. */
function judgeVoid(numbers, voids) {
  writeFileSync('all.csv', ['number', ...numbers.keys()].join('\n') + '\n');
  countermark('card', 'check', '--file', 'all.csv', '--out', 'verdicts.csv');
  const [head, ...lines] = readFileSync('verdicts.csv', 'utf8').trim().split('\n').map((line) => line.split(','));
  const at = head.indexOf('verdict');
  check(at >= 0 && lines.length === numbers.size, 'a verdict a card');
  const all = [...numbers.keys()], spoiled = new Set(voids);
  lines.forEach((line, i) => same(line[at], spoiled.has(all[i]) ? 'void' : 'inactive', `card ${i} of the files`));
}

try {
  certificate('bureau');
  certificate('letters');
  must('init', '--sandbox');
  const pool = JSON.parse(readFileSync(join(source, 'docs/examples/gift-cards.json'), 'utf8'));
  Object.assign(pool, { volume: 1000000, odds: 1000000 });
  writeFileSync('pool.json', JSON.stringify(pool));
  must('cards', 'pool', 'add', 'pool.json');
  must('door', 'pool', 'default', 'gift-2026');
  must('batch', 'open', 'gift-2026');
  for (const name of ['alice', 'bob']) {
    const key = asJson('operator', 'key', '--out', `${name}.key.pem`).public_key;
    must('operator', 'add', name, '--public-key', key, ...(name === 'bob' ? by('alice') : []));
  }
  for (let n = 0; n < ORDERS; n++) await live(n);
  const { total, voids } = judge();
  must('fsck');
  console.log(`${orders.length} orders, ${total} units, ${voids} spoiled and remade; ${kills} kills, ${cut} of them in time`);
  check(cut > ORDERS, 'the kills met nothing');
  rmSync(root, { recursive: true, force: true });
} catch (error) {
  console.error(`${error.stack}\nleft in ${root}, seed ${process.env.CM_SEED ?? 20261122}`);
  process.exitCode = 1;
}
