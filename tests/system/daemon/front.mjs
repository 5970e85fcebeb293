// What stands before the requests: TLS, proxies that are believed, the throttle by address, and the
// service manager that is told. Certificates are made by the openssl program.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { bin, check, Daemon, makeWorkspace, run, same, test, until } from './kit.mjs';

const { root, workspace, keys } = makeWorkspace(10);

test('HTTPS is served with the certificate given', async () => {
  const [cert, key] = [join(root, 'cert.pem'), join(root, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
    '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  const d = new Daemon(workspace, ['--tls-cert', cert, '--tls-key', key]);
  const [, port] = await until(() => /https:\/\/127\.0\.0\.1:(\d+)/.exec(d.log), 'a start');
  const ask = (version) => new Promise((done, fail) => {
    const request = https.request({ host: '127.0.0.1', servername: 'localhost', port, path: '/v1/check',
      method: 'POST', ca: readFileSync(cert), minVersion: version, maxVersion: version, agent: false,
      headers: { Authorization: `Bearer ${keys.redeem}`, 'Content-Type': 'application/json' } },
    (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => done({ status: answer.statusCode, text, protocol: answer.socket.getProtocol() }));
    });
    request.on('error', fail);
    request.end('{"code":"A"}');
  });
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const answer = await ask(version);
    same([answer.status, answer.text, answer.protocol], [200, '{"verdict":"typing_error"}', version], version);
  }
  const old = await ask('TLSv1.1').then(() => 'served', () => 'refused');
  same(old, 'refused', 'TLS 1.1');
  const plain = await Object.assign(d, { port: Number(port) }).raw('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  check(!plain.text.includes('200'), 'plain HTTP on the TLS port');
  same((await d.stop()).code, 0, d.log);
});

test('a key that does not belong to the certificate is refused at start', async () => {
  const other = join(root, 'other.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', other]);
  const d = new Daemon(workspace, ['--tls-cert', join(root, 'cert.pem'), '--tls-key', other]);
  same((await d.ended).code, 3, d.log);
  check(/check that key and certificate are PEM and belong together/.test(d.log), d.log);
});

test('wrong keys from one address are throttled; others and proxies are not confused', async () => {
  const d = await Daemon.start(workspace, ['--wrong-per-minute', '2', '--trusted-proxy', '127.0.0.0/8']);
  const from = (address, key = `cmk_test_${'0'.repeat(48)}`) =>
    d.post('/v1/check', key, { code: 'A' }, { 'X-Forwarded-For': address });
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await from('198.51.100.1')).status);
  same([statuses[0], statuses[11]], [401, 429], `${statuses}`);
  same((await from('198.51.100.2')).status, 401, 'another address');
  same((await from('198.51.100.1', keys.redeem)).status, 429, 'a good key from the throttled address');
  same((await from('198.51.100.9, 198.51.100.1')).status, 429, 'a forged first hop does not help');
  for (let i = 0; i < 12; i++) await from(`2001:db8::${i}`);
  same((await from('2001:db8::ffff')).status, 429, 'the same /64');
  same((await from('2001:db8:0:1::1')).status, 401, 'another /64');
  same((await d.get('/metrics', { headers: { 'X-Forwarded-For': '198.51.100.3' } })).status, 403, 'metrics');
  same((await d.get('/metrics')).status, 200, 'metrics from here');
  await d.stop();
});

test('without a trusted proxy X-Forwarded-For is ignored', async () => {
  const d = await Daemon.start(workspace, ['--wrong-per-minute', '2']);
  const statuses = [];
  for (let i = 0; i < 12; i++)
    statuses.push((await d.post('/v1/check', 'cmk_test_0', { code: 'A' }, { 'X-Forwarded-For': `198.51.100.${i}` })).status);
  same(statuses[11], 429, `${statuses}`);
  await d.stop();
});

test('the service manager hears READY and STOPPING', async () => {
  // systemd-notify's protocol: datagrams to $NOTIFY_SOCKET. Node has no datagram Unix sockets, so
  // a program that has them listens.
  const socket = join(root, 'notify');
  const listener = spawn('perl', ['-MSocket', '-e', `
    socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; bind(S, sockaddr_un($ARGV[0])) or die;
    $| = 1; print "listening\\n"; for (1..2) { recv(S, $m, 100, 0); print "$m\\n"; }`, socket],
  { stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  listener.stdout.on('data', (text) => { heard += text; });
  await until(() => heard, 'the listener');
  process.env.NOTIFY_SOCKET = socket;
  const d = await Daemon.start(workspace);
  delete process.env.NOTIFY_SOCKET;
  await d.stop();
  await until(() => heard.includes('STOPPING'), `the end; heard: ${heard}`);
  listener.kill();
  same(heard, 'listening\nREADY=1\nSTOPPING=1\n', 'heard');
});

test('a passphrase comes by descriptor and nowhere else', async () => {
  const d = spawn(join(bin, 'countermarkd'), ['--workspace', workspace, '--listen', '127.0.0.1:0',
    '--passphrase-fd', '3'], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let log = '';
  d.stderr.on('data', (text) => { log += text; });
  d.stdio[3].end('wrong passphrase\n');
  const code = await new Promise((done) => { d.on('close', done); });
  same(code, 3, log);
  check(/keystore/.test(log) && !log.includes('wrong passphrase'), log);
});

await run();
