// Runs through the daemon to emulated printers of every language: exact counts, pause and resume,
// restarts and falls in the middle, a printer that is off for a while, a second process, a restored
// backup. The printer's record is the judge: nothing is taken twice.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { bin, check, countermark, Daemon, makeWorkspace, run, same, sleep, test, until, writeText } from
  './kit.mjs';
import { act, codenet, Emulator, serialLabel, sumsClose, twice, uriOf } from './lines_kit.mjs';

const { root, workspace } = makeWorkspace(10);
let d = await Daemon.start(workspace);
let logs = '';
const printers = [];
// A slot coder prints on every product that passes; here they pass when it was fed a new text.
const fed = join(root, 'fed.faults');
writeText(fed, 'at item 1 stop-empty\n');
const label = join(root, serialLabel.name);
writeText(label, serialLabel.text);

// What an operator types; run.show is asked often, so without a process each time.
const operate = (what, name) => JSON.parse(countermark(workspace, 'run', what, name, '--json') || '{}');
const show = (name) => act(workspace, 'run.show', { run: name });
async function ends(name, ms = 30000) {
  let now = null;
  const over = async () => {
    now = await show(name);
    return now.state === 'done' && now.in_flight_total === 0;
  };
  await until(over, `the end of run ${name}`, ms)
    .catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(now)}`); });
  return now;
}

async function printer(grammar, name, options) {
  const e = await Emulator.start(grammar, join(root, `${name}.record`), options);
  printers.push(e);
  return e;
}

// A batch, a printer and a run of that name.
async function begin(name, grammar, { count, rate = 6000, quantity = 5000 } = {}) {
  const slot = ['wsi', 'codenet'].includes(grammar);
  const e = await printer(grammar, name, { rate, more: slot ? ['--faults', fed] : [] });
  countermark(workspace, 'batch', 'add', name, '--scheme', 'drink', '--quantity', String(quantity),
    '--attribute', 'sku=A1');
  const order = { batch: name, name, printer: uriOf(e), template: { name: 'CODE', text: '' } };
  if (count) order.count = count;
  if (grammar === 'zpl') {
    countermark(workspace, 'run', 'start', name, '--name', name, '--printer', uriOf(e), '--template',
      label, ...(count ? ['--count', String(count)] : []));
    return e;
  }
  if (grammar === 'codenet')
    Object.assign(order, { printer: uriOf(e, 'raw', '?protocol=codenet'), protocol: codenet });
  await act(workspace, 'run.start', order);
  return e;
}
const took = (e) => e.codes('taken').length;
const nothingTwice = (e, what) => same(twice(e.codes('taken')).length, 0, `${what}: taken twice`);

async function restart() {
  logs += d.log;
  d = await Daemon.start(workspace);
}

test('the judge sees a code that is sent twice, and a sum that does not close', async () => {
  const e = await printer('zpl', 'judge');
  const label = (code) => `^XA^XFR:X.ZPL^FS^FN1^FD${code}^FS^XZ`;
  const socket = net.connect(e.port, '127.0.0.1');
  socket.end(`^XA^DFR:X.ZPL^FS^FO30,60^A0N,56,50^FN1^FS^XZ${['AAA', 'BBB', 'AAA'].map(label).join('')}`);
  await until(() => took(e) === 3, 'three labels');
  same(twice(e.codes('taken')), ['AAA'], 'taken twice');
  let closes = true;
  const run = { sent_total: 3, in_flight_total: 0, printed: 1, unknown: 1, good: 0, rejected: 0, void: 0 };
  try { sumsClose(run, 'planted'); } catch { closes = false; }
  check(!closes, 'a unit is missing from the sum');
  sumsClose({ ...run, in_flight_total: 1 }, 'mended');
  await e.off();
});

const COUNT = 25;
for (const grammar of ['zpl', 'ztc', 'sppl', 'wsi', 'codenet'])
  test(`a run to ${grammar} sends exactly its count, and its sums close`, async () => {
    const e = await begin(`count-${grammar}`, grammar, { count: COUNT, rate: 600 });
    const end = await ends(`count-${grammar}`);
    same([took(e), end.sent_total], [COUNT, COUNT], 'taken and sent');
    same(new Set(e.codes('printed')).size, COUNT, 'on paper');
    nothingTwice(e, grammar);
    sumsClose(end, grammar);
    same(end.printed + end.unknown, COUNT, `printed or unknown: ${JSON.stringify(end)}`);
    sumsClose(operate('close', `count-${grammar}`), 'at its close');
    await e.off();
  });

test('names, files and queues are reached from behind the fences', async () => {
  const before = d.pid('cm-line');
  const e = await printer('zpl', 'named');
  const queue = http.createServer((_, answer) => { answer.writeHead(404).end(); });
  await new Promise((done) => { queue.listen(0, '127.0.0.1', done); });
  const uris = { named: `zpl+tcp://localhost:${e.port}`, filed: 'file:labels.zpl',
    queued: `ipp://localhost:${queue.address().port}/ipp/print`, nowhere: 'zpl+tcp://printer.invalid:9100' };
  for (const [name, uri] of Object.entries(uris)) {
    countermark(workspace, 'batch', 'add', name, '--scheme', 'drink', '--quantity', '20', '--attribute',
      'sku=A1');
    await act(workspace, 'run.start', { batch: name, name, printer: uri, template: serialLabel });
  }
  same((await ends('named')).printed, 20, 'by name');
  same((await ends('filed')).sent_total, 20, 'into a file');
  const written = readFileSync(join(workspace, 'line', 'labels.zpl'), 'latin1');
  check(written.length > 20 * 10, `the file holds ${written.length} bytes`);
  for (const [name, words] of [['queued', /./], ['nowhere', /no such host/]])
    await until(async () => words.test((await show(name)).last_error), `an error of run ${name}`);
  same(d.pid('cm-line'), before, 'the same line process');
  for (const name of ['queued', 'nowhere']) {
    operate('stop', name);
    sumsClose(await ends(name), name);
    same((await show(name)).sent_total, 0, `${name}: sent`);
  }
  rmSync(join(workspace, 'line', 'labels.zpl')); // it holds codes, as it should
  queue.close();
  await e.off();
});

test('pause holds a run, resume lets it go on, stop ends it', async () => {
  const e = await begin('paused', 'zpl', { rate: 1200 });
  await until(() => took(e) > 5, 'the first units');
  operate('pause', 'paused');
  await until(async () => (await show('paused')).in_flight === 0, 'rest');
  const before = took(e);
  await sleep(400); // eight products could pass
  same(took(e), before, 'units of a paused run');
  operate('resume', 'paused');
  await until(() => took(e) > before + 5, 'units after resume');
  operate('stop', 'paused');
  sumsClose(await ends('paused'), 'stopped');
  nothingTwice(e, 'paused');
  await e.off();
});

test('a printer has one run; a workspace has one daemon', async () => {
  const e = await begin('alone', 'zpl', { rate: 600 });
  const second = await act(workspace, 'run.start', { batch: 'alone', name: 'other', printer: uriOf(e),
    template: serialLabel }).catch((error) => error);
  check(/run 'alone' has this printer/.test(second.message), `a second run: ${second.message}`);
  const other = spawnSync(join(bin, 'countermarkd'), ['--workspace', workspace, '--listen',
    '127.0.0.1:0'], { encoding: 'utf8' });
  same(other.status, 3, other.stderr);
  operate('stop', 'alone');
  sumsClose(await ends('alone'), 'alone');
  await e.off();
});

// One run that everything below happens to, in the middle of its work.
const long = await (async () => {
  let e = null;
  test('SIGTERM in mid-run: the next daemon goes on by itself', async () => {
    e = await begin('long', 'zpl', { rate: 3000, quantity: 50000 });
    await until(() => took(e) > 10, 'the first units');
    const end = await d.stop();
    same([end.code, end.signal], [0, null], d.log);
    const before = took(e);
    await restart();
    await until(() => took(e) > before + 10, 'units of the second life');
    nothingTwice(e, 'restarted');
    sumsClose(await show('long'), 'restarted');
  });

  test('the line role killed: started again, and goes on', async () => {
    const before = took(e);
    process.kill(d.pid('cm-line'), 'SIGKILL');
    await until(() => took(e) > before + 60, 'units after the fall');
    await until(() => /line killed by signal 9; started again/.test(d.log), 'a word of it in the log');
    nothingTwice(e, 'killed');
    sumsClose(await show('long'), 'killed');
  });

  test('the vault killed: the daemon ends; the next one goes on', async () => {
    process.kill(d.pid('cm-vault'), 'SIGKILL');
    same((await d.ended).code, 3, d.log);
    const before = took(e);
    await restart();
    await until(() => took(e) > before + 10, 'units of the third life');
    nothingTwice(e, 'third life');
    sumsClose(await show('long'), 'third life');
  });

  test('a printer that is off is waited for and found again', async () => {
    await e.off();
    const told = await until(async () => {
      const now = await show('long');
      return now.state !== 'running' && now;
    }, 'a state that says so');
    check(told.words.length > 0 || told.state.length > 0, JSON.stringify(told));
    same(told.wish, 'run', 'the operator wishes it to run');
    const before = took(e);
    await e.on();
    await until(() => took(e) > before + 10, 'units after the printer came back', 45000);
    nothingTwice(e, 'printer off');
    sumsClose(await show('long'), 'printer off');
  });

  test('a restored backup sends nothing until it is accepted, and nothing that had left', async () => {
    const [certificate, privateKey] = [join(root, 'cert.pem'), join(root, 'private.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', privateKey,
      '-out', certificate, '-days', '2', '-subj', '/CN=escrow', '-addext',
      'keyUsage=critical,keyEncipherment'], { stdio: 'ignore' });
    countermark(workspace, 'backup', '--recipient', certificate, '--out', join(root, 'run.backup'));
    const before = took(e);
    await until(() => took(e) > before + 10, 'units that the backup knows nothing of');
    await d.stop();
    logs += d.log;
    const again = join(root, 'again');
    const key = ['--key-file', join(workspace, 'sandbox.key')];
    countermark(again, 'restore', join(root, 'run.backup'), '--private-key', privateKey);
    const restored = new Daemon(again, key);
    await until(() => / on http:/.test(restored.log), restored.log);
    const at = took(e);
    await sleep(1500); // seventy-five products could pass
    same(took(e), at, 'units of a workspace that is not accepted');
    countermark(again, 'restore', 'accept');
    const now = await act(again, 'run.show', { run: 'long' });
    same(now.wish, 'stop', JSON.stringify(now));
    sumsClose(now, 'restored');
    await restored.stop();
    logs += restored.log;
    nothingTwice(e, 'restored');
  });
  return () => e;
})();

test('no log and no file of the line holds a code', async () => {
  check(took(long()) > 100, 'codes to look for');
  const folder = join(workspace, 'line');
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  const texts = [logs, d.log, ...files];
  for (const e of printers)
    for (const code of e.codes('taken'))
      check(!texts.some((text) => text.includes(code)), 'a code stands there');
  check(/run long: running/.test(logs), `the log tells of runs: ${logs.slice(0, 2000)}`);
  check(!/Sanitizer|runtime error/.test(texts.join('')), 'a sanitizer found something');
});

await run();
