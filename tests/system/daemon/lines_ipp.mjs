// A run through the daemon to a real print queue, plain and over TLS: the line role's fence lets
// HTTP and IPP through. The record of ippeveprinter's script is the judge.
// Usage: node lines_ipp.mjs BIN_FOLDER SOURCE_FOLDER NO_DNSSD
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { atEnd, check, countermark, Daemon, makeWorkspace, run, same, test, until, writeText } from
  './kit.mjs';
import { act, serialLabel, sumsClose } from './lines_kit.mjs';
import { freePort } from '../printers/free_port.mjs';

const noDnssd = process.argv[4];
const { root, workspace } = makeWorkspace(10);
const paper = join(root, 'paper'), press = join(root, 'press'), label = join(root, serialLabel.name);
const d = await Daemon.start(workspace);

writeText(paper, '');
writeText(label, serialLabel.text);
writeText(press, `#!/bin/sh
unset LD_PRELOAD
labels=$(grep -o '\\^XFR:' "$1" | wc -l)
sed 's/\\^XZ/&\\n/g' "$1" | grep -o '\\^XFR:.*' >>${paper}
echo "ATTR: job-impressions-completed=$labels" >&2
`);
chmodSync(press, 0o700);
for (const folder of ['spool', 'keys']) mkdirSync(join(root, folder));

const listens = (port) => new Promise((done) => {
  const s = net.connect(port, 'localhost');
  s.on('connect', () => { s.destroy(); done(true); }).on('error', () => done(false));
});
const printed = () => readFileSync(paper, 'utf8').split('\n').filter(Boolean);

const port = await freePort();
const queue = spawn('ippeveprinter', ['-r', 'off', '-p', String(port), '-d', join(root, 'spool'), '-k',
  '-K', join(root, 'keys'), '-c', press, '-f', 'application/vnd.zebra-zpl,application/octet-stream',
  '-n', 'localhost', 'Zebra'], { env: { ...process.env, LD_PRELOAD: noDnssd }, stdio: 'ignore' });
atEnd(() => queue.kill());
atEnd(() => d.stop());
await until(() => listens(port), 'ippeveprinter listens; is cups-ipp-utils installed?');

async function stream(name, address, count) {
  countermark(workspace, 'batch', 'add', name, '--scheme', 'drink', '--quantity', '500',
    '--attribute', 'sku=A1');
  countermark(workspace, 'run', 'start', name, '--name', name, '--printer', address, '--template',
    label, '--count', String(count));
  let now = null;
  await until(async () => {
    now = await act(workspace, 'run.show', { run: name });
    return now.state === 'done' && now.in_flight_total === 0;
  }, `the end of ${name}`).catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(now)}`); });
  sumsClose(now, name);
  countermark(workspace, 'run', 'close', name); // one run a printer
  return now;
}

test('a queue prints a run, each code once', async () => {
  const now = await stream('plain', `ipp://localhost:${port}/ipp/print`, 47);
  same([now.printed, now.unknown], [47, 0], 'printed and unknown');
  same(printed().length, 47, 'labels on paper');
  same(new Set(printed()).size, 47, 'different ones');
});

test('a queue with a key of its own is spoken to in secret', async () => {
  const pem = execFileSync('sh', ['-c', `openssl s_client -connect localhost:${port} </dev/null 2>&1 |
    openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
    base64`], { encoding: 'utf8' }).trim();
  check(pem.length === 44, `no key: ${pem}`);
  const now = await stream('secret', `ipps://localhost:${port}/ipp/print?pin=${pem}`, 12);
  same(now.printed + now.unknown, 12, 'sent');
  same(new Set(printed()).size, 59, 'different labels in all');
});

await run();
