// A run from its start to its close over HTTP, for a key of the role admin: an emulated printer takes
// its labels and is the judge. Other roles, other brands, TEST and LIVE, and bodies that are no acts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, countermark, Daemon, makeWorkspace, run, same, source, test, until, writeText } from
  './kit.mjs';
import { Emulator, serialLabel, sumsClose, twice, uriOf } from './lines_kit.mjs';

const { root, workspace, keys } = makeWorkspace(500);
const d = await Daemon.start(workspace);
const ask = (act, key, body = {}) => d.post(`/v1/runs/${act}`, key, body);
const show = async () => (await ask('show', keys.admin, { run: 'first' })).json;

test('a run goes through its whole life over HTTP', async () => {
  const e = await Emulator.start('zpl', join(root, 'first.record'), { rate: 3000 });
  const started = await ask('start', keys.admin, { batch: 'b1', name: 'first', printer: uriOf(e),
    template: serialLabel, count: 300 });
  same(started.status, 200, `start: ${started.raw}`);
  same(started.json.run, 'first', 'the name');
  await until(async () => (await show()).state === 'running', 'the first label');
  same((await ask('pause', keys.admin, { run: 'first' })).json.wish, 'pause', 'the wish');
  await until(async () => (await show()).in_flight === 0, 'nothing in flight');
  same((await ask('resume', keys.admin, { run: 'first' })).json.wish, 'run', 'the wish');
  await until(async () => (await show()).state === 'done', 'the end');
  const code = e.codes('printed')[0];
  const verified = await ask('verify', keys.admin, { run: 'first', lines: [{ code }] });
  same(verified.json.verdicts?.[0], 'good', `verify: ${verified.raw.replaceAll(code, '...')}`);
  const stopped = await ask('stop', keys.admin, { run: 'first' });
  same(stopped.status, 200, `stop: ${stopped.raw}`);
  const closed = await ask('close', keys.admin, { run: 'first' });
  same(closed.status, 200, `close: ${closed.raw}`);
  same(closed.json.sent_total, 300, 'sent');
  sumsClose(closed.json, 'the report');
  same(e.codes('taken').length, 300, 'labels taken');
  same(twice(e.codes('taken')).length, 0, 'labels taken twice');
  check((await ask('list', keys.admin)).json.runs.some((r) => r.run === 'first'), 'it is listed');
});

test('no other role may, and a line key may report alone', async () => {
  for (const role of ['verify', 'redeem', 'issue'])
    same((await ask('list', keys[role])).status, 403, `the role ${role}`);
  same((await ask('list')).status, 401, 'nobody');
  const line = JSON.parse(countermark(workspace, 'key', 'api', 'add', 'l3', '--door', 'default',
    '--role', 'line', '--json')).api_key;
  same((await ask('list', line)).status, 403, 'a line that lists');
  same((await ask('recall', line, { run: 'first' })).status, 403, 'a line that recalls');
  const report = await ask('report', line, { report: '{"format":"x"}', mac: '0'.repeat(32) });
  check(report.status >= 400 && report.status < 500, `a forged report: ${report.status}`);
  same((await d.post('/v1/check', line, { code: 'ABC' })).status, 403, 'a line that checks codes');
});

test('what is no act, or no argument of one, is refused by name', async () => {
  same((await ask('lend', keys.admin)).status, 404, 'lend');
  same((await d.post('/v1/runs/', keys.admin, {})).status, 404, 'no act');
  same((await d.get('/v1/runs/list', { key: keys.admin })).status, 405, 'GET');
  for (const [act, body] of [['show', { run: 7 }], ['show', { run: 'none' }], ['show', '['],
    ['show', '"x"'], ['start', { batch: 'b1' }], ['pause', { run: 'first', strange: 1 }]]) {
    const answer = await ask(act, keys.admin, body);
    check(answer.status >= 400 && answer.status < 500, `${act} ${JSON.stringify(body)}: ${answer.raw}`);
    check(answer.type.startsWith('application/problem+json'), `${act}: ${answer.type}`);
  }
  const codes = { run: 'first', lines: Array.from({ length: 20000 }, () => ({ code: 'A' })) };
  check((await ask('verify', keys.admin, codes)).status >= 400, 'too many lines');
});

test('a key of another brand does not see the run', async () => {
  countermark(workspace, 'brand', 'add', 'other');
  countermark(workspace, 'door', 'add', 'away', '--brand', 'other', '--mode', 'TEST');
  const key = JSON.parse(countermark(workspace, 'key', 'api', 'add', 'stranger', '--door', 'away',
    '--role', 'admin', '--json')).api_key;
  same((await ask('show', key, { run: 'first' })).status, 404, 'show');
  same((await ask('list', key)).json?.runs.length, 0, 'listed');
  same((await ask('void', key, { run: 'first', stage: 'printed', reason: 'x' })).status, 404, 'void');
});

test('a coder that counts nothing goes on from read to read of its camera', async () => {
  const fed = join(root, 'fed.faults');
  writeText(fed, 'at item 1 stop-empty\n'); // a product passes when it was fed a new text
  const e = await Emulator.start('ngpcl', join(root, 'ngpcl.record'),
    { rate: 6000, more: ['--faults', fed] });
  const protocol = { name: 'ngpcl',
    text: readFileSync(join(source, 'templates/protocols/ngpcl.protocol'), 'utf8') };
  const order = { batch: 'b1', name: 'camera', count: 4, protocol,
    printer: uriOf(e, 'raw', '?protocol=ngpcl'), template: { name: 'JOB', text: '' } };
  same((await ask('start', keys.admin, order)).status, 400, 'unpaced');
  const started = await ask('start', keys.admin, { ...order, paced_by: 'camera' });
  same(started.status, 200, `start: ${started.raw}`);
  for (let n = 1; n <= 4; n++) {
    await until(() => e.codes('printed').length >= n, `product ${n}`);
    const lines = [{ code: e.codes('printed')[n - 1] }];
    const answer = await ask('verify', keys.admin, { run: 'camera', lines });
    same(answer.json.verdicts?.[0], 'good', `read ${n}`);
  }
  const camera = async () => (await ask('show', keys.admin, { run: 'camera' })).json;
  await until(async () => (await camera()).state === 'done', 'the end');
  same((await camera()).good, 4, 'good');
  same(twice(e.codes('taken')).length, 0, 'taken twice');
});

await run();
