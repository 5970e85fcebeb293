// Every command that works beside a running daemon, sent through it: the vault's fences must let
// each act through (a system call they forgot would end the process), and an edge must not notice.
// Then a restored workspace: checks are answered, changes refused until the operator accepts.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { check, countermark, Daemon, makeWorkspace, run, same, source, test, until,
  writeText } from './kit.mjs';

const { root, workspace, keys } = makeWorkspace(500);
const d = await Daemon.start(workspace);
const pids = [d.pid('cm-vault'), d.pid('cm-edge')];
const codes = await d.codes(keys, 500);
const [certificate, privateKey] = [join(root, 'cert.pem'), join(root, 'private.pem')];
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', privateKey, '-out',
  certificate, '-days', '2', '-subj', '/CN=escrow', '-addext', 'keyUsage=critical,keyEncipherment'],
{ stdio: 'ignore' });
writeText(join(root, 'terms.json'), countermark(workspace, 'terms', 'show', '--scheme', 'drink', '--json'));

const commands = [
  'stats', 'doctor', 'batch list', 'batch show b1', 'scheme list', 'scheme show drink', 'door list',
  'key list', 'key api list', 'brand list', 'unit show b1 --serial 3',
  'scheme append drink --attribute sku A2', 'brand add demo', 'door add side --mode TEST --brand house',
  'door attach side drink', 'key api add extra --door side --role verify', 'key api revoke extra',
  'batch add b2 --scheme drink --quantity 3000 --attribute sku=A2', 'mint b2 --out ROOT/b2.csv',
  'batch open b2', 'batch ship b2', 'batch close b2', 'batch open b2',
  'batch correct b2 --reason label --product Cola-zero', 'batch recall b2 --first 0 --last 9',
  'batch add b3 --scheme drink --quantity 50 --attribute sku=A2', 'issue b3 --count 50',
  'key rotate drink', 'batch add b4 --scheme drink --quantity 50 --attribute sku=A2', 'issue b4 --count 50',
  'key retire drink --version 1', 'key export drink --recipient ROOT/cert.pem --out ROOT/drink.cms',
  'cards pool add SOURCE/docs/examples/pool.json', 'cards pool list',
  'cards make gift-2026 --count 100 --out ROOT/cards.csv --pins ROOT/pins.csv',
  `redeem ${codes[0]}`, `reverse ${codes[0]}`, `check ${codes[0]}`,
  'backup --recipient ROOT/cert.pem --out ROOT/one.backup',
  'backup --recipient ROOT/cert.pem --out ROOT/two.backup --history',
];

test(`${commands.length} commands work through the daemon, behind its fences`, async () => {
  const failed = [];
  for (const line of commands) {
    const args = line.split(' ').map((word) => word.replace('ROOT', root).replace('SOURCE', source));
    try {
      countermark(workspace, ...args);
    } catch (error) {
      failed.push(`${line}: ${error.stderr ?? error}`);
    }
    if (d.child.exitCode !== null) break;
  }
  same(failed, [], `failed; the daemon says ${d.log}`);
  same([d.pid('cm-vault'), d.pid('cm-edge')], pids, 'the same processes');
  same((await d.get('/readyz')).status, 200, 'ready');
});

test('what the acts changed is in the answers at once', async () => {
  countermark(workspace, 'batch', 'correct', 'b1', '--reason', 'label', '--product', 'Cola light');
  const { json } = await d.post('/v1/check', keys.redeem, { code: codes[1] });
  check(JSON.stringify(json.product).includes('Cola light'), JSON.stringify(json));
});

test('a restored workspace answers checks and refuses changes until it is accepted', async () => {
  const spent = codes[2];
  await d.post('/v1/redeem', keys.redeem, { code: spent });
  countermark(workspace, 'backup', '--recipient', certificate, '--out', join(root, 'late.backup'));
  const again = join(root, 'again');
  const key = ['--key-file', join(workspace, 'sandbox.key')];
  countermark(again, 'restore', join(root, 'late.backup'), '--private-key', privateKey);
  const e = new Daemon(again, key);
  e.port = Number((await until(() => / on http:\/\/127\.0\.0\.1:(\d+)/.exec(e.log), 'a start'))[1]);
  const ready = await until(async () => {
    const answer = await e.get('/readyz');
    return /restored/.test(answer.raw) && answer;
  }, `the edge says that it was restored; ${e.log}`);
  same([ready.status, /restored/.test(ready.json.detail)], [503, true], ready.raw);
  same((await e.post('/v1/check', keys.redeem, { code: spent })).json.verdict, 'already_redeemed', 'check');
  const refused = await e.post('/v1/redeem', keys.redeem, { code: codes[3] });
  same([refused.status, refused.json.type], [409, 'urn:countermark:problem:conflict'], refused.raw);
  const pids2 = e.pid('cm-vault');
  countermark(again, 'restore', 'accept');
  same((await e.post('/v1/redeem', keys.redeem, { code: codes[3] })).json.verdict, 'accepted', 'redeem');
  same(e.pid('cm-vault'), pids2, 'the same vault');
  same((await e.stop()).code, 0, e.log);
});

await run();
