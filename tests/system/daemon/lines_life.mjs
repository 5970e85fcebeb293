// The line role as a process among the others: it is started, falls without harm to customers, is
// started again, rests when it falls too often, can be left out, and ends with the rest.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { check, Daemon, makeWorkspace, run, same, test, until } from './kit.mjs';

const { workspace, keys } = makeWorkspace(50);
let d = await Daemon.start(workspace);
const codes = await d.codes(keys, 50);

test('a line role runs beside vault and edge, in a folder of its own', async () => {
  const pid = await until(() => d.pid('cm-line'), 'a line role');
  await until(() => existsSync(join(workspace, 'line')), 'WORKSPACE/line');
  same(statSync(join(workspace, 'line')).mode & 0o777, 0o700, 'mode of WORKSPACE/line');
  const status = () => readFileSync(`/proc/${pid}/status`, 'utf8');
  await until(() => /NoNewPrivs:\t1/.test(status()), 'no new privileges');
  await until(() => /Seccomp:\t2/.test(status()) || /sanitizer build/.test(d.log), 'a filter of system calls');
});

test('a killed line is started again; vault and edge stay', async () => {
  const others = [d.pid('cm-vault'), d.pid('cm-edge')];
  const before = d.pid('cm-line');
  process.kill(before, 'SIGKILL');
  await until(() => d.pid('cm-line') && d.pid('cm-line') !== before, 'another line role');
  await until(() => /line killed by signal 9; started again/.test(d.log), 'a word of it in the log');
  same([d.pid('cm-vault'), d.pid('cm-edge')], others, 'vault and edge');
});

test('a line that keeps falling rests, and customers are served on', async () => {
  for (let i = 0; i < 8 && !/it fell over too often/.test(d.log); i++) {
    const pid = await until(() => d.pid('cm-line') || /too often/.test(d.log), 'a line, or its rest');
    if (pid === true) break;
    process.kill(pid, 'SIGKILL');
    await until(() => d.pid('cm-line') !== pid, 'its end');
  }
  await until(() => /line: it fell over too often; printers wait, next try in 60 s/.test(d.log), d.log);
  same(d.pid('cm-line'), undefined, 'the line');
  const answer = await d.post('/v1/redeem', keys.redeem, { code: codes[0] });
  same(answer.json.verdict, 'accepted', 'a customer');
});

test('SIGTERM ends all of them', async () => {
  const end = await d.stop();
  same([end.code, end.signal], [0, null], d.log);
  d = await Daemon.start(workspace);
  await until(() => d.pid('cm-line'), 'a line role');
  const children = ['cm-vault', 'cm-edge', 'cm-line'].map((name) => d.pid(name));
  same((await d.stop()).code, 0, d.log);
  for (const pid of children) check(!alive(pid), `process ${pid} is left`);
});

test('--no-lines leaves the printers to others', async () => {
  d = await Daemon.start(workspace, ['--no-lines']);
  same((await d.get('/readyz')).status, 200, 'ready');
  same(d.pid('cm-line'), undefined, 'the line');
});

function alive(pid) {
  try { process.kill(pid, 0); return true; } catch { return false; }
}

await run();
