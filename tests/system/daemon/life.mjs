// The daemon's life: many clients on one code, drain under load, a killed edge, a killed vault, a
// killed supervisor, two daemons, wrong options. What was acknowledged must be there afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bin, check, countermark, Daemon, makeWorkspace, run, same, sleep, test, until, writeText } from
  './kit.mjs';

const { root, workspace, keys } = makeWorkspace(3000);
let d = await Daemon.start(workspace);
const codes = await d.codes(keys, 3000);
let next = 0;
const fresh = () => codes[next++];

test('of 64 clients on one code exactly one wins', async () => {
  for (let round = 0; round < 10; round++) {
    const code = fresh();
    const answers = await Promise.all(Array.from({ length: 64 },
      () => d.post('/v1/redeem', keys.redeem, { code })));
    const won = answers.filter((a) => a.json.verdict === 'accepted');
    same([won.length, answers.length - won.length], [1, 63], `round ${round}`);
    check(answers.every((a) => a.status === 200), 'all answered');
  }
});

test('64 clients with one idempotency key get one answer', async () => {
  const code = fresh();
  const answers = await Promise.all(Array.from({ length: 64 },
    () => d.post('/v1/redeem', keys.redeem, { code }, { 'Idempotency-Key': 'same' })));
  check(answers.every((a) => a.json.verdict === 'accepted'), 'all accepted');
  same(new Set(answers.map((a) => a.json.redemption)).size, 1, 'one redemption');
  same(answers.filter((a) => !a.json.replayed).length, 1, 'one first');
});

// Clients redeem until they are told to stop or the daemon is gone; what each acknowledged is kept.
function load(clients) {
  const acknowledged = [];
  const unknown = [];
  let going = true;
  const one = async () => {
    while (going && next < codes.length) {
      const code = fresh();
      try {
        const answer = await d.post('/v1/redeem', keys.redeem, { code });
        if (answer.status === 200 && answer.json.verdict === 'accepted') acknowledged.push(code);
        else unknown.push(code);
      } catch { // wait for a daemon that serves: each try takes a code
        unknown.push(code);
        while (going && !await d.get('/livez').then(() => true, () => false)) await sleep(20);
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, one));
  return { acknowledged, unknown, stop: async () => { going = false; await all; } };
}

async function allRedeemed(list) {
  for (let at = 0; at < list.length; at += 1000) {
    const part = list.slice(at, at + 1000);
    const { json } = await d.post('/v1/check', keys.redeem, { codes: part });
    same(json.answers.filter((a) => a.verdict !== 'already_redeemed').length, 0, 'lost redemptions');
  }
}

test('SIGTERM under load loses nothing that was acknowledged', async () => {
  const work = load(32);
  await until(() => work.acknowledged.length > 50, 'fifty redemptions');
  d.child.kill('SIGTERM');
  const end = await d.ended;
  await work.stop();
  same([end.code, end.signal], [0, null], d.log);
  d = await Daemon.start(workspace);
  await allRedeemed(work.acknowledged);
});

test('requests under way at SIGTERM are answered', async () => {
  const socketText = d.raw(`POST /v1/check HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.redeem}\r\n`
    + 'Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"code"', 5000);
  await sleep(100);
  d.child.kill('SIGTERM');
  await until(() => d.get('/livez', { agent: false }).then(() => false, () => true), 'new connections are refused');
  const { text } = await socketText; // its body never comes: it may not hold the drain for long
  check(!text.includes('200 OK'), text);
  same((await d.ended).code, 0, 'exit code');
  d = await Daemon.start(workspace);
});

test('a killed edge is started again and nothing is lost', async () => {
  const work = load(16);
  await until(() => work.acknowledged.length > 20, 'twenty redemptions');
  const before = d.pid('cm-edge');
  process.kill(before, 'SIGKILL');
  await until(() => d.pid('cm-edge') && d.pid('cm-edge') !== before, 'another edge');
  await work.stop();
  await until(() => /edge killed by signal 9; started again/.test(d.log), `a word of it; ${d.log}`);
  await until(() => d.get('/readyz').then(() => true, () => false), 'it listens');
  await allRedeemed(work.acknowledged);
});

test('an edge that keeps falling over ends the daemon', async () => {
  for (let i = 0, last; i < 8 && d.child.exitCode === null; i++) {
    const edge = () => { try { return d.pid('cm-edge'); } catch { return undefined; } };
    const next = () => d.child.exitCode !== null || (edge() !== last && edge());
    const pid = await until(next, 'the next edge, or the end');
    if (pid === true) break;
    process.kill(pid, 'SIGKILL');
    last = pid;
  }
  same((await d.ended).code, 3, 'exit code');
  check(/fell over 5 times/.test(d.log), d.log);
  d = await Daemon.start(workspace);
});

test('a killed vault ends the daemon with a word, and what was acknowledged is there', async () => {
  const work = load(16);
  await until(() => work.acknowledged.length > 20, 'twenty redemptions');
  process.kill(d.pid('cm-vault'), 'SIGKILL');
  same((await d.ended).code, 3, 'exit code');
  await work.stop();
  check(/vault: killed by signal 9; what was acknowledged is safe/.test(d.log), d.log);
  d = await Daemon.start(workspace);
  await allRedeemed(work.acknowledged);
});

test('a killed supervisor takes its children with it', async () => {
  const children = [d.pid('cm-vault'), d.pid('cm-edge')];
  d.child.kill('SIGKILL');
  await d.ended;
  const gone = (pid) => { try { process.kill(pid, 0); return false; } catch { return true; } };
  await until(() => children.every(gone), 'the end of its children');
  d = await Daemon.start(workspace);
});

test('a second daemon is refused by name of the first', async () => {
  const second = spawnSync(join(bin, 'countermarkd'), ['--workspace', workspace, '--listen', '127.0.0.1:0'],
    { encoding: 'utf8' });
  same(second.status, 3, second.stderr);
  check(second.stderr.includes(`process ${d.child.pid}`), second.stderr);
  same((await d.get('/readyz')).status, 200, 'the first serves on');
});

test('the command line works beside the daemon', async () => {
  const before = d.pid('cm-edge');
  check(countermark(workspace, 'batch', 'list').includes('b1'), 'batch list');
  same(d.pid('cm-edge'), before, 'the edge');
});

test('wrong options are named', async () => {
  const cases = [[['--nonsense'], '--nonsense', 2], [[], '--workspace', 2],
    [['--workspace', workspace, '--listen', 'x'], '--listen', 2],
    [['--workspace', workspace, '--listen', '127.0.0.1:70000'], '--listen', 2],
    [['--workspace', workspace, '--trusted-proxy', '10.0.0.0/33'], '--trusted-proxy', 2],
    [['--workspace', workspace, '--tls-cert', 'a'], '--tls-key', 2],
    [['--workspace', workspace, '--connections', '0'], '--connections', 2],
    [['--workspace', join(root, 'nothing')], 'nothing', 3],
    [['--workspace', workspace, '--listen', `127.0.0.1:${d.port}`], 'a daemon runs', 3]];
  for (const [args, name, code] of cases) {
    const result = spawnSync(join(bin, 'countermarkd'), args, { encoding: 'utf8' });
    same(result.status, code, `${args}: ${result.stderr}`);
    check(result.stderr.includes(name) && !result.stderr.includes('\n\n'), result.stderr);
  }
  check(execFileSync(join(bin, 'countermarkd'), ['--help'], { encoding: 'utf8' }).includes('examples:'), 'help');
  await d.stop();
  const wrongKey = join(root, 'wrong.key');
  writeText(wrongKey, 'x'.repeat(32));
  const locked = spawnSync(join(bin, 'countermarkd'), ['--workspace', workspace, '--key-file', wrongKey,
    '--listen', '127.0.0.1:0'], { encoding: 'utf8' });
  same(locked.status, 3, locked.stderr);
  check(/keystore/.test(locked.stderr), locked.stderr);
});

await run();
