// Requests that no honest client sends, and clients that are slow on purpose. After each the daemon
// must serve honest ones; a malformed request never gets 200 and never a code.
import net from 'node:net';
import { check, Daemon, makeWorkspace, run, same, sleep, test } from './kit.mjs';

const { workspace, keys } = makeWorkspace(50);
const d = await Daemon.start(workspace, ['--connections-per-address', '0', '--wrong-per-minute', '0',
  '--key-wrong-per-minute', '0']);
const codes = await d.codes(keys, 50);
const auth = `Authorization: Bearer ${keys.redeem}\r\n`;
const json = 'Content-Type: application/json\r\n';
const body = '{"code":"A"}';
const post = (head, text = body) => `POST /v1/check HTTP/1.1\r\nHost: x\r\n${auth}${json}${head}\r\n${text}`;

async function alive() {
  same((await d.post('/v1/check', keys.redeem, { code: codes[0] })).status, 200, 'an honest request');
}

// Each is refused (4xx or a closed connection); none is answered with 200.
const malformed = {
  'not HTTP': 'hello\r\n\r\n',
  'nothing but an end': '\r\n\r\n\r\n',
  'zero bytes': '\0\0\0\0\r\n\r\n',
  'a TLS hello': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'HTTP/0.9': 'GET /v1/check\r\n\r\n',
  'HTTP/1.1 without Host': `POST /v1/check HTTP/1.1\r\n${auth}${json}Content-Length: 12\r\n\r\n${body}`,
  'a wrong version': 'GET /v1/check HTTP/9.9\r\nHost: x\r\n\r\n',
  'a version of letters': 'GET /v1/check HTTP/a.b\r\nHost: x\r\n\r\n',
  'an endless method': `${'A'.repeat(9000)} /v1/check HTTP/1.1\r\nHost: x\r\n\r\n`,
  'an endless path': `GET /${'a'.repeat(60000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  'an endless field': `GET /v1/check HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(60000)}\r\n\r\n`,
  'a thousand fields': `GET /v1/check HTTP/1.1\r\nHost: x\r\n${'X: 1\r\n'.repeat(1000)}\r\n`,
  'a path out of the root': 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n',
  'a coded path': 'POST /v1/%63heck%00 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
  'a bare CR': 'GET /v1/check HTTP/1.1\rHost: x\r\r',
  'no colon': 'GET /v1/check HTTP/1.1\r\nHost x\r\n\r\n',
  'an empty name': 'GET /v1/check HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n',
  'a NUL in a field': 'GET /v1/check HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n',
  'length and chunked': post('Content-Length: 12\r\nTransfer-Encoding: chunked\r\n', 'c\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'chunked and length': post('Transfer-Encoding: chunked\r\nContent-Length: 12\r\n', 'c\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'two lengths': post('Content-Length: 12\r\nContent-Length: 13\r\n'),
  'two equal lengths': post('Content-Length: 12\r\nContent-Length: 12\r\n'),
  'a list of lengths': post('Content-Length: 12, 12\r\n'),
  'a negative length': post('Content-Length: -1\r\n'),
  'a signed length': post('Content-Length: +12\r\n'),
  'a length of letters': post('Content-Length: twelve\r\n'),
  'a hexadecimal length': post('Content-Length: 0xc\r\n'),
  'a length with a tail': post('Content-Length: 12a\r\n'),
  'a length beyond 64 bits': post('Content-Length: 99999999999999999999999\r\n'),
  'a length of 2^63': post('Content-Length: 9223372036854775808\r\n'),
  'an empty length': post('Content-Length: \r\n'),
  'an unknown coding': post('Transfer-Encoding: gzip\r\n'),
  'two codings': post('Transfer-Encoding: gzip, chunked\r\n', 'c\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'a coding twice': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', 'c\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'a hidden coding': post('Transfer-Encoding : chunked\r\n', 'c\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'a coding with a tab': post('Transfer-Encoding:\tchunked\x0b\r\n', 'c\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'a chunk size of letters': post('Transfer-Encoding: chunked\r\n', 'zz\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'a negative chunk': post('Transfer-Encoding: chunked\r\n', '-5\r\n{"code":"A"}\r\n0\r\n\r\n'),
  'a chunk beyond 64 bits': post('Transfer-Encoding: chunked\r\n', 'fffffffffffffffffffff\r\n{}\r\n0\r\n\r\n'),
  'a chunk of 2^64 - 1': post('Transfer-Encoding: chunked\r\n', 'ffffffffffffffff\r\n{}\r\n0\r\n\r\n'),
  'a chunk without its end': post('Transfer-Encoding: chunked\r\n', 'c\r\n{"code":"A"}XX0\r\n\r\n'),
  'a body that is cut': `${post('Content-Length: 100\r\n')}`,
  'an unfinished header': `POST /v1/check HTTP/1.1\r\nHost: x\r\n${auth}`,
  'two keys': post(`Content-Length: 12\r\n${auth}`),
  'two types': post(`Content-Length: 12\r\n${json}`),
  'two idempotency keys': post('Content-Length: 12\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n'),
  'a key with a tail': post('Content-Length: 12\r\n').replace(keys.redeem, `${keys.redeem}, x`),
  'a key in lower-case scheme': post('Content-Length: 12\r\n').replace('Bearer', 'bearer'),
  'a key of 10,000 characters': post('Content-Length: 12\r\n').replace(keys.redeem, `cmk_test_${'0'.repeat(9000)}`),
  'an empty key': post('Content-Length: 12\r\n').replace(keys.redeem, ''),
  'CONNECT': 'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n',
  'TRACE': 'TRACE /v1/check HTTP/1.1\r\nHost: x\r\n\r\n',
  'an upgrade': 'GET /v1/check HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  'a websocket': 'GET /v1/check HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  'JSON in UTF-16': post('Content-Length: 24\r\n', Buffer.from(body, 'utf16le').toString('latin1')),
  'JSON with a mark': post('Content-Length: 15\r\n', `\xef\xbb\xbf${body}`),
  'JSON with broken UTF-8': post('Content-Length: 13\r\n', '{"code":"\xc3\x28"}'),
  'JSON with overlong UTF-8': post('Content-Length: 13\r\n', '{"code":"\xc0\x80"}'),
  'JSON with a raw NUL': post('Content-Length: 12\r\n', '{"code":"\0"}'),
  'JSON with a comment': post('Content-Length: 18\r\n', '{"code":"A"}/*no*/'),
  'JSON of two values': post('Content-Length: 24\r\n', body + body),
  'JSON in single quotes': post('Content-Length: 12\r\n', "{'code':'A'}"),
  'JSON with NaN': post('Content-Length: 12\r\n', '{"code":NaN}'),
  'JSON 20,000 deep': post('Content-Length: 40000\r\n', '['.repeat(20000) + ']'.repeat(20000)),
  'a multipart body': post('Content-Length: 12\r\n').replace('application/json', 'multipart/form-data; boundary=x'),
  'a form': post('Content-Length: 6\r\n', 'code=A').replace('application/json', 'application/x-www-form-urlencoded'),
};

test(`${Object.keys(malformed).length} malformed requests are refused`, async () => {
  const answers = await Promise.all(Object.entries(malformed).map(async ([name, bytes]) => {
    const { text } = await d.raw(Buffer.from(bytes, 'latin1'), 1500);
    return { name, text };
  }));
  const taken = answers.filter(({ text }) => /HTTP\/1\.[01] [23]/.test(text)).map(({ name }) => name);
  same(taken, [], 'answered as if well-formed');
  check(!answers.some(({ text }) => codes.some((code) => text.includes(code))), 'a code came back');
  await alive();
});

test('bytes at random are refused', async () => {
  let state = 1;
  const byte = () => { state = (state * 1103515245 + 12345) % 2147483648; return (state >> 16) & 255; };
  const all = await Promise.all(Array.from({ length: 100 }, () =>
    d.raw(Buffer.from(Array.from({ length: 300 }, byte)), 500)));
  check(all.every(({ text }) => !text.includes(' 200 ')), 'taken');
  await alive();
});

test('pipelined requests are answered in order', async () => {
  const answers = (text) => text.match(/\{"verdict":"[a-z_]*"\}/g)?.length ?? 0;
  const { text } = await d.raw(post('Content-Length: 12\r\n').repeat(5), 20000, (got) => answers(got) === 5);
  same([text.match(/HTTP\/1\.1 200 OK/g)?.length, answers(text)], [5, 5], text);
});

// A client that sends `head` and then one byte of `rest` every `every` ms; how long it was borne.
function slow(head, rest, every, reads = true) {
  return new Promise((done) => {
    const began = Date.now();
    const socket = net.connect(d.port, '127.0.0.1');
    let at = 0;
    socket.write(head);
    const timer = setInterval(() => { if (at < rest.length) socket.write(rest[at++]); }, every);
    const limit = setTimeout(() => socket.destroy(), 14000);
    if (!reads) socket.pause(); else socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => { clearInterval(timer); clearTimeout(limit); done(Date.now() - began); });
  });
}

test('slow headers and slow bodies are cut off while others are served', async () => {
  const drip = 'X-A: b\r\n'.repeat(400);
  const headers = Array.from({ length: 150 }, () => slow('POST /v1/check HTTP/1.1\r\nHost: x\r\n', drip, 100));
  const bodies = Array.from({ length: 150 }, () => slow(post('Content-Length: 1000000\r\n', ''), ' '.repeat(4000), 100));
  const silent = Array.from({ length: 100 }, () => slow('', '', 1000));
  let worst = 0;
  for (let i = 0; i < 60; i++) {
    const began = Date.now();
    await alive();
    worst = Math.max(worst, Date.now() - began);
    await sleep(50);
  }
  check(worst < 1000, `an honest request waited ${worst} ms`);
  const times = await Promise.all([...headers, ...bodies, ...silent]);
  console.log(`honest requests waited ${worst} ms at most; slow ones were borne ${Math.min(...times)} to ${
    Math.max(...times)} ms`);
  check(Math.max(...times) < 8000, `one was borne for ${Math.max(...times)} ms`);
  check(Math.min(...times) > 3000, `one was cut after ${Math.min(...times)} ms`);
  await alive();
});

test('a client that does not read its answers holds up nobody', async () => {
  const many = JSON.stringify({ codes: Array(10000).fill(codes[0]) });
  const request = post(`Content-Length: ${many.length}\r\n`, many);
  const socket = net.connect({ port: d.port, host: '127.0.0.1', highWaterMark: 1 });
  socket.on('error', () => {});
  socket.pause();
  for (let i = 0; i < 8; i++) socket.write(request);
  await sleep(200);
  await alive();
  socket.destroy();
  await alive();
});

test('a thousand idle connections leave room for work', async () => {
  const sockets = Array.from({ length: 1000 }, () => net.connect(d.port, '127.0.0.1').on('error', () => {}));
  await sleep(300);
  await alive();
  sockets.forEach((socket) => socket.destroy());
  await alive();
  same((await d.stop()).code, 0, 'exit code');
});

await run();
