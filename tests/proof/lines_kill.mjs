// kill -9 at random moments while a daemon streams to several printers: line, vault, supervisor or
// all of them, in the middle of starts and stops too. The printers live on; what each of them took
// is the judge. No code is taken twice, by one printer or by two; the sums of each run close; what is
// on paper is redeemable, exactly once; what the ledger calls printed is on paper.
// Usage: node lines_kill.mjs BIN SOURCE [SEED]     10 kills; 200 with CM_PROVE=1
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, countermark, Daemon, makeWorkspace, run, same, sleep, source, test, until,
  writeText } from '../system/daemon/kit.mjs';
import { act, codenet, Emulator, serialLabel, serialOf, sumsClose, twice, uriOf } from
  '../system/daemon/lines_kit.mjs';

const PROVE = process.env.CM_PROVE === '1';
const KILLS = PROVE ? 200 : 10;
const SAMPLE = PROVE ? 400 : 60; // codes that are redeemed at the end
const UNITS = 30000; // of each batch: more than the fastest can print meanwhile
const LINE_FALLS = 4; // within ten seconds: one more, and the supervisor lets the line rest
const seed = Number(process.argv[4] ?? 20261122);

// mulberry32: the same kills for the same seed, as far as the machine keeps its pace
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const between = (least, most) => least + random() * (most - least);
const oneOf = (list) => list[Math.floor(random() * list.length)];
const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);

// ---- A hall of printers, one run each

const plan = [
  { name: 'fast', grammar: 'zpl', rate: 6000, label: serialLabel },
  { name: 'slow', grammar: 'zpl', rate: 600, label: serialLabel },
  { name: 'inkjet', grammar: 'ztc', rate: 3000 },
  { name: 'transfer', grammar: 'sppl', rate: 2400 },
  { name: 'slot', grammar: 'wsi', rate: 600, more: ['--faults', 'FAULTS'] },
  { name: 'marker', grammar: 'codenet', rate: 900, more: ['--faults', 'FAULTS'] },
];

const { root, workspace, keys } = makeWorkspace(10);
const faults = join(root, 'slot.faults');
writeText(faults, 'at item 1 stop-empty\n'); // no product passes while nobody feeds the coder
let daemon = null;
const kills = [];
const lives = []; // every daemon there was: what they logged is shown when something fails
const log = () => lives.map((life) => life.log).join('');

async function openLines() {
  for (const line of plan) {
    const more = (line.more ?? []).map((word) => word.replace('FAULTS', faults));
    line.printer = await Emulator.start(line.grammar, join(root, `${line.name}.record`),
      { rate: line.rate, more });
    countermark(workspace, 'batch', 'add', `b-${line.name}`, '--scheme', 'drink', '--quantity',
      String(UNITS), '--attribute', 'sku=A1');
  }
  daemon = await Daemon.start(workspace);
  lives.push(daemon);
  for (const line of plan) {
    const raw = line.grammar === 'codenet';
    const { run: name } = await act(workspace, 'run.start', { batch: `b-${line.name}`, name: line.name,
      printer: raw ? uriOf(line.printer, 'raw', '?protocol=codenet') : uriOf(line.printer),
      template: line.label ?? { name: 'CODE', text: '' }, ...(raw ? { protocol: codenet } : {}) });
    same(name, line.name, 'the name of a run');
  }
}

const taken = () => plan.reduce((sum, line) => sum + line.printer.codes('taken').length, 0);

// ---- Killing

function alive(pid) {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch { return false; }
}
function kill9(pid) {
  try { process.kill(pid, 'SIGKILL'); } catch { /* it has just ended by itself */ }
}

const gone = () => daemon.child.exitCode !== null || daemon.child.signalCode !== null;

// The supervisor's children that are there now, by name.
function family() {
  const found = {};
  for (const name of ['cm-vault', 'cm-edge', 'cm-line']) {
    try { found[name] = daemon.pid(name); } catch { /* the supervisor is gone */ }
  }
  return found;
}

function strike(victim) {
  const pids = family();
  const all = [daemon.child.pid, ...Object.values(pids)].filter(Boolean);
  const chosen = { line: pids['cm-line'], vault: pids['cm-vault'], supervisor: daemon.child.pid }[victim];
  kills.push({ us: monotonicUs(), victim });
  if (victim === 'all') all.forEach(kill9);
  else kill9(chosen);
  return all;
}

// Another daemon, at once as a service manager does it: it may meet processes of the last life.
async function revive(old) {
  daemon.agent.destroy();
  if (random() < 0.5) await until(() => !old.some(alive), 'the end of the last life', 30000);
  newLife();
}

function newLife() {
  daemon = new Daemon(workspace);
  lives.push(daemon);
}

const lineFalls = [];
// In the middle of a start, of work, or of what comes once printers have rested and settled.
function lifeMs() {
  const kind = random();
  if (kind < 0.35) return between(0, 250);
  return kind < 0.9 ? between(250, 2500) : between(3000, 6000);
}

async function killOnce() {
  await sleep(lifeMs());
  if (gone()) { // it met the last life and gave up: the next one comes
    await sleep(50);
    await revive([]);
  }
  while (lineFalls.length > 0 && Date.now() - lineFalls[0] > 11000) lineFalls.shift();
  const victims = ['supervisor', 'all'];
  const born = family();
  if (born['cm-vault']) victims.push('vault');
  if (born['cm-line'] && lineFalls.length < LINE_FALLS) victims.push('line', 'line', 'line');
  const victim = oneOf(victims);
  const old = strike(victim);
  if (victim === 'line') { // falls count by daemon; this is the stricter rule
    lineFalls.push(Date.now());
    return;
  }
  await revive(old);
}

// The last life must come up, whatever the one before still does.
async function settleIn() {
  for (const end = Date.now() + 60000; ;) {
    const up = await until(() => / on http:\/\/127\.0\.0\.1:(\d+)/.exec(daemon.log)
      ?? (gone() && 'gone'), 'a start', 60000);
    if (up !== 'gone') {
      daemon.port = Number(up[1]);
      return;
    }
    check(Date.now() < end, `it does not come up: ${daemon.log}`);
    await sleep(100);
    newLife();
  }
}

// ---- The operator: looks at the runs, and lets those go on that wait for him

let operating = true;
async function operate() {
  while (operating) {
    await sleep(300);
    const { runs } = await act(workspace, 'run.list').catch(() => ({ runs: [] }));
    for (const one of runs)
      if (one.attention && one.wish === 'run')
        await act(workspace, 'run.resume', { run: one.run }).catch(() => {});
  }
}

// Safe and standing still for ever would be no proof.
async function everyLineGoesOn() {
  const count = (line) => line.printer.codes('taken').length;
  for (const line of plan) line.before = count(line);
  for (const line of plan) {
    await until(() => count(line) > line.before, line.name, 60000).catch(async () => {
      throw new Error(`${line.name} stands still: ${JSON.stringify(await show(line))}; ${log()}`);
    });
  }
}

// ---- Judging

async function verdicts(list) {
  const all = new Map();
  for (let at = 0; at < list.length; at += 1000) {
    const part = list.slice(at, at + 1000);
    const { status, json, raw } = await daemon.post('/v1/check', keys.redeem, { codes: part });
    same(status, 200, raw);
    json.answers.forEach((answer, i) => all.set(part[i], answer.verdict));
  }
  return all;
}

const show = (line) => act(workspace, 'run.show', { run: line.name });

async function stopAll() {
  for (const line of plan) await act(workspace, 'run.stop', { run: line.name });
  for (const line of plan) {
    line.end = await until(async () => {
      const now = await show(line);
      return now.in_flight_total === 0 && now.state === 'done' ? now : null;
    }, `the end of run ${line.name}`, 90000);
  }
}

// What stage the ledger gives each serial of a run that has few spans enough to be listed.
function stageOf(report, serial) {
  const span = report.spans.find((s) => serial >= s.first && serial < s.first + s.count);
  return span ? span.stage : null;
}

function judgeUnits(line) {
  const printed = new Set(line.printer.codes('printed', 'retried'));
  const entries = line.printer.entries().filter((e) => e.event === 'taken');
  if (line.end.spans_n > line.end.spans.length || serialOf(entries[0].text) === null) return 0;
  for (const { text, code } of entries) {
    const stage = stageOf(line.end, serialOf(text));
    check(stage !== null && stage !== 'reserved', `${line.name}: ${text} left and is ${stage}`);
    if (stage === 'printed') check(printed.has(code), `${line.name}: ${text} is called printed`);
    if (stage === 'void') check(!printed.has(code), `${line.name}: ${text} is void and on paper`);
  }
  return entries.length;
}

test(`${KILLS} kills, seed ${seed}`, async () => {
  await openLines();
  const operator = operate();
  await until(() => taken() > 20, 'the first units', 20000);
  while (kills.length < KILLS) await killOnce();
  await settleIn();
  await everyLineGoesOn();
  operating = false;
  await operator;
});

test('no code was taken twice, by one printer or by two', async () => {
  await stopAll();
  const all = plan.flatMap((line) => line.printer.codes('taken'));
  const again = twice(all);
  const times = plan.flatMap((line) => line.printer.entries())
    .filter((e) => e.code === again[0] && e.event === 'taken').map((e) => e.us);
  check(again.length === 0, `${again.length} codes; the first at ${times} us; kills: ${
    JSON.stringify(kills.filter((k) => k.us > times[0] - 5e6 && k.us < times.at(-1) + 1e6))}`);
  check(all.length > KILLS, `only ${all.length} units in ${KILLS} kills`);
  console.log(`      ${all.length} units taken: ${plan.map((line) =>
    `${line.name} ${line.printer.codes('taken').length}`).join(', ')}`);
});

test('the sums of every run close, and the ledger claims no print that is not there', async () => {
  let judged = 0;
  for (const line of plan) {
    sumsClose(line.end, line.name);
    const [took, paper] = ['taken', 'printed'].map((e) => line.printer.codes(e).length);
    check(line.end.sent_total >= took, `${line.name}: ${took} taken, ${line.end.sent_total} sent`);
    check(line.end.printed <= paper, `${line.name}: ${line.end.printed} called printed, ${paper} are`);
    judged += judgeUnits(line);
    console.log(`      ${line.name}: sent ${line.end.sent_total} = printed ${line.end.printed} + unknown ${
      line.end.unknown} + void ${line.end.void} ${JSON.stringify(line.end.causes)}; the printer took ${
      took}, printed ${paper}`);
  }
  console.log(`      ${judged} units judged one by one`);
});

test('what is on paper is redeemable, exactly once; what is void is on no paper', async () => {
  for (const line of plan) {
    countermark(workspace, 'batch', 'open', `b-${line.name}`);
    const onPaper = [...new Set(line.printer.codes('printed', 'retried', 'reprinted', 'repeated'))];
    const said = await verdicts(onPaper);
    const bad = [...said].filter(([, verdict]) => verdict !== 'valid' && verdict !== 'accepted');
    same(bad.map(([, verdict]) => verdict), [], `${line.name}: on paper and not redeemable`);
    for (let i = 0; i < SAMPLE / plan.length && i < onPaper.length; i++) {
      const code = oneOf(onPaper);
      const first = await daemon.post('/v1/redeem', keys.redeem, { code });
      const second = await daemon.post('/v1/redeem', keys.redeem, { code });
      check(['accepted', 'already_redeemed'].includes(first.json.verdict), first.raw);
      same(second.json.verdict, 'already_redeemed', 'the second time');
    }
  }
});

test('every run closes with its equation', async () => {
  for (const line of plan) {
    const report = await act(workspace, 'run.close', { run: line.name });
    sumsClose(report, `${line.name} at its close`);
  }
  same((await daemon.stop()).code, 0, daemon.log);
  const bad = /Sanitizer|runtime error|(line|vault):? (ended with code|killed by signal (?!9))/;
  const ill = log().split('\n').filter((text) => bad.test(text));
  same(ill, [], 'deaths that were not ours');
});

await run();
