// Every endpoint of the real daemon, every problem type, idempotency, throttle; each answer is held
// to docs/openapi.yaml. Verdicts expected here follow docs/design/states.md.
import { join } from 'node:path';
import { Api } from './openapi.mjs';
import { check, countermark, Daemon, makeWorkspace, run, same, source, test } from './kit.mjs';

const api = new Api(join(source, 'docs/openapi.yaml'));
const { workspace, keys } = makeWorkspace(200);
const d = await Daemon.start(workspace, ['--wrong-per-minute', '100', '--key-wrong-per-minute', '100']);
const codes = await d.codes(keys, 200);
let next = 0;
const fresh = () => codes[next++];
const seen = new Set();

async function ask(path, key, body, headers) {
  const answer = await d.post(path, key, body, headers);
  api.checkAnswer(path, 'post', answer.status, answer.type, answer.json);
  if (answer.status === 200 && path !== '/v1/issue')
    check(api.fitsRequest(path, body), `${path}: the description does not know ${JSON.stringify(body)}`);
  if (answer.status !== 200) seen.add(answer.json.type.split(':').pop());
  same(answer.headers['cache-control'], 'no-store', 'Cache-Control');
  return answer;
}
async function verdict(operation, body, headers) {
  const answer = await ask(`/v1/${operation}`, keys.redeem, body, headers);
  same(answer.status, 200, `${operation}: ${answer.raw}`);
  return answer.json;
}
async function refused(status, type, path, key, body, headers) {
  const answer = await ask(path, key, body, headers);
  same([answer.status, answer.json.type], [status, `urn:countermark:problem:${type}`], answer.raw);
  same(answer.json.status, status, 'status in the body');
  return answer;
}

test('a code is redeemed once and says so afterwards', async () => {
  const code = fresh();
  same((await verdict('check', { code })).verdict, 'accepted', 'check');
  same((await verdict('check', { codes: [code], pins: ['1'] })).answers[0].verdict, 'accepted', 'a PIN that nobody reads');
  const first = await verdict('redeem', { code });
  same([first.verdict, first.use, first.replayed], ['accepted', 1, false], 'redeem');
  same([first.product.batch, first.product.product], ['b1', 'Cola'], 'product');
  check(Math.abs(Date.parse(first.redeemed_at) - Date.now()) < 5000, 'redeemed just now');
  const again = await verdict('redeem', { code });
  same([again.verdict, again.redeemed_at], ['already_redeemed', first.redeemed_at], 'again');
});

test('an array is answered in its order', async () => {
  const [a, b] = [fresh(), fresh()];
  await verdict('redeem', { code: b });
  const wrong = a.slice(0, -1) + (a.endsWith('2') ? '3' : '2');
  const { answers } = await verdict('redeem', { codes: [b, a, wrong, a, ''] });
  same(answers.map((x) => x.verdict),
    ['already_redeemed', 'accepted', 'typing_error', 'already_redeemed', 'typing_error'], 'answers');
});

test('a check never tells what was so before, however often and however many are asked', async () => {
  const used = new Map();
  for (let i = 0; i < 20; i++) { // more than the edge keeps answers
    const code = fresh();
    same((await verdict('check', { code })).verdict, 'accepted', 'fresh');
    used.set(code, (await verdict('redeem', { code })).redeemed_at);
    const told = await verdict('check', { code });
    same([told.verdict, told.redeemed_at], ['already_redeemed', used.get(code)], 'at once');
  }
  for (const [code, at] of [...used].reverse())
    for (let i = 0; i < 2; i++)
      same((await verdict('check', { code })).redeemed_at, at, 'later');
  same((await verdict('check', { code: fresh() })).verdict, 'accepted', 'another');
});

test('a body with escapes and one without are the same question', async () => {
  const code = fresh();
  const escaped = [...code].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  for (const body of [`{"code":"${code}"}`, `{"code":"${escaped}"}`, ` {"\\u0063ode" : "${code}"}\n`]) {
    const answer = await d.post('/v1/check', keys.verify, body);
    same([answer.status, answer.json.verdict], [200, 'accepted'], body);
  }
});

test('ten thousand codes are one request', async () => {
  const code = codes[0];
  const { answers } = await verdict('check', { codes: Array(10000).fill(code) });
  same(answers.length, 10000, 'answers');
  check(answers.every((x) => x.verdict === 'already_redeemed'), 'all the same');
});

test('a reservation is confirmed, another released, a redemption reversed', async () => {
  const [a, b] = [fresh(), fresh()];
  const held = await verdict('reserve', { codes: [a, b], hold_seconds: 60 });
  check(held.answers.every((x) => x.verdict === 'accepted' && x.reserved_until), 'both held');
  same((await verdict('redeem', { code: a })).verdict, 'reserved', 'redeem of a held code');
  same((await verdict('confirm', { code: a })).verdict, 'accepted', 'confirm');
  same((await verdict('release', { code: b })).verdict, 'accepted', 'release');
  same((await verdict('confirm', { code: b })).verdict, 'not_reserved', 'confirm after release');
  same((await verdict('reverse', { code: a })).verdict, 'accepted', 'reverse');
  same((await verdict('reverse', { code: a })).verdict, 'not_redeemed', 'reverse again');
  same((await verdict('redeem', { code: a })).verdict, 'accepted', 'redeem again');
});

test('the same idempotency key gives the first answer again', async () => {
  const code = fresh();
  const headers = { 'Idempotency-Key': '"till-1 \\"a\\" 17"' };
  const first = await verdict('redeem', { code }, headers);
  const again = await verdict('redeem', { code }, headers);
  same(again, { ...first, replayed: true }, 'replay');
  await refused(422, 'idempotency-key-reused', '/v1/redeem', keys.redeem, { code: fresh() }, headers);
});

test('codes are forgiven case, blanks and hyphens', async () => {
  const code = fresh();
  const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
  same((await verdict('redeem', { code: typed })).verdict, 'accepted', typed);
});

test('a guess is not a code', async () => {
  // Mutating both of the last two symbols breaks the check character nearly always: a typing error.
  const { answers } = await verdict('check', { codes: ['22222222222', 'not a code', '\u0000'] .slice(0, 2) });
  check(answers.every((x) => x.verdict === 'typing_error'), JSON.stringify(answers));
});

test('who may not is refused', async () => {
  await refused(401, 'unauthorized', '/v1/redeem', undefined, { code: 'A' });
  await refused(401, 'unauthorized', '/v1/redeem', `cmk_test_${'0'.repeat(48)}`, { code: 'A' });
  await refused(401, 'unauthorized', '/v1/redeem', keys.redeem.replace('test', 'live'), { code: 'A' });
  await refused(401, 'unauthorized', '/v1/redeem', undefined, { code: 'A' },
    { Authorization: `Basic ${keys.redeem}` });
  const bare = await d.post('/v1/redeem', undefined, { code: 'A' });
  same(bare.headers['www-authenticate'], 'Bearer', 'WWW-Authenticate');
  await refused(403, 'forbidden', '/v1/redeem', keys.verify, { code: 'A' });
  await refused(403, 'forbidden', '/v1/redeem', keys.issue, { code: 'A' });
  await refused(403, 'forbidden', '/v1/issue', keys.redeem, { batch: 'b1' });
  await refused(403, 'forbidden', '/v1/check', keys.verify, { code: 'A', door: 'elsewhere' });
  same((await ask('/v1/check', keys.verify, { code: 'A', door: 'default' })).status, 200, 'own door');
});

test('a revoked key ends at once, and no connection with it', async () => {
  const { api_key: key } = JSON.parse(countermark(workspace, 'key', 'api', 'add', 'short', '--door',
    'default', '--role', 'verify', '--json'));
  const edge = d.pid('cm-edge');
  same((await ask('/v1/check', key, { code: 'A' })).status, 200, 'before');
  countermark(workspace, 'key', 'api', 'revoke', 'short');
  await refused(401, 'unauthorized', '/v1/check', key, { code: 'A' });
  same(d.pid('cm-edge'), edge, 'the edge');
});

test('what is malformed is named, with its place', async () => {
  const bodies = ['', '{', '[]', '"x"', 'null', '{}', '{"code":1}', '{"code":"A","code":"B"}',
    '{"code":"A","x":1}', '{"codes":[]}', '{"codes":["A",1]}', '{"codes":"A"}',
    '{"code":"A","codes":["B"]}', '{"code":"A","redeemer":""}', '{"codes":["A"],"redeemers":[]}',
    '{"codes":["A"],"redeemers":["r","s"]}', '{"code":"A","hold_seconds":5}', '{"code":"A"}x',
    `{"code":${'['.repeat(500)}${']'.repeat(500)}}`, '{"code":"\\ud800"}',
    '{"code":"A\\u0000"}', '{"code":"A","door":""}', `{"code":"A","redeemer":"${'r'.repeat(256)}"}`];
  for (const body of bodies) {
    const answer = await refused(400, 'malformed', '/v1/redeem', keys.redeem, body);
    check(answer.json.detail.length > 3, `detail for ${body}`);
  }
  for (const seconds of ['0', '-1', '2592001', '1.5', '"60"', '99999999999999999999', '1e3'])
    await refused(400, 'malformed', '/v1/reserve', keys.redeem, `{"code":"A","hold_seconds":${seconds}}`);
  await refused(400, 'malformed', '/v1/reserve', keys.redeem, { code: 'A' });
  const placed = await refused(400, 'malformed', '/v1/redeem', keys.redeem, '{"codes":["A",7]}');
  check(/codes\[1\]/.test(placed.json.place), placed.raw);
  check(!placed.raw.includes('"A"'), 'no code in the problem');
  for (const key of ['', '"', '""', '"a', 'a"', 'a b', '"a\\x"', 'x'.repeat(256), '"é"'])
    await refused(400, 'malformed', '/v1/redeem', keys.redeem, { code: 'A' },
      { 'Idempotency-Key': Buffer.from(key).toString('latin1') });
  await refused(400, 'malformed', '/v1/issue', keys.issue, { batch: 'b1' }, { 'Idempotency-Key': '"' });
});

test('size, type, path and method are checked', async () => {
  await refused(413, 'too-large', '/v1/check', keys.redeem, { codes: Array(10001).fill('A') });
  await refused(413, 'too-large', '/v1/check', keys.redeem, { code: 'A'.repeat(20000) });
  const huge = { codes: Array(10000).fill('A'.repeat(120)) };
  await refused(413, 'too-large', '/v1/check', keys.redeem, huge).catch((error) => {
    check(/EPIPE|ECONNRESET/.test(String(error)), String(error)); // closed before all was sent
  });
  await refused(415, 'media-type', '/v1/check', keys.redeem, { code: 'A' }, { 'Content-Type': 'text/plain' });
  await refused(415, 'media-type', '/v1/check', keys.redeem, { code: 'A' }, { 'Content-Encoding': 'gzip' });
  await refused(404, 'not-found', '/v1/nothing', keys.redeem, { code: 'A' });
  await refused(431, 'headers-too-large', '/v1/check', keys.redeem, { code: 'A' }, { 'X-Long': 'x'.repeat(17000) });
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`X-${i}`, '1']));
  await refused(431, 'headers-too-large', '/v1/check', keys.redeem, { code: 'A' }, many);
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const answer = await d.request(method, '/v1/check', { key: keys.redeem });
    same([answer.status, answer.headers.allow], [405, 'POST'], method);
    seen.add(answer.json.type.split(':').pop());
  }
  const bare = await d.raw(`POST /v1/check HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.redeem}\r\nContent-Type: application/json\r\n\r\n`);
  check(bare.text.startsWith('HTTP/1.1 411'), bare.text.slice(0, 60));
  seen.add('length-required');
});

test('issue gives what was ordered and no more', async () => {
  await refused(409, 'conflict', '/v1/issue', keys.issue, { batch: 'b1', count: 1 });
  await refused(404, 'not-found', '/v1/issue', keys.issue, { batch: 'none' });
  await refused(400, 'malformed', '/v1/issue', keys.issue, { batch: 'b1', count: 0 });
  same(new Set(codes).size, 200, 'distinct codes');
});

test('a lost answer of issue is given again under its idempotency key', async () => {
  countermark(workspace, 'batch', 'add', 'k1', '--scheme', 'drink', '--quantity', '50',
    '--attribute', 'sku=A1');
  const issued = () => JSON.parse(countermark(workspace, 'batch', 'show', 'k1', '--json')).issued;
  const headers = { 'Idempotency-Key': '"order-1"' };
  const order = { batch: 'k1', count: 20 };
  const first = await ask('/v1/issue', keys.issue, order, headers);
  same([first.status, first.json.codes.length, first.json.replayed], [200, 20, false], 'first');
  const again = await ask('/v1/issue', keys.issue, order, headers);
  same([again.status, again.json], [200, { ...first.json, replayed: true }], 'again');
  same(issued(), 20, 'issued once');
  await refused(422, 'idempotency-key-reused', '/v1/issue', keys.issue, { batch: 'k1', count: 21 }, headers);
  const mine = await ask('/v1/issue', keys.admin, order, headers);
  same([mine.status, mine.json.replayed, issued()], [200, false, 40], "another caller's key");
  same(new Set([...first.json.codes, ...mine.json.codes]).size, 40, 'distinct codes');
  await refused(409, 'conflict', '/v1/issue', keys.issue, { batch: 'k1', count: 11 }, { 'Idempotency-Key': 'full' });
});

test('health and metrics', async () => {
  for (const path of ['/livez', '/readyz']) {
    const answer = await d.get(path);
    api.checkAnswer(path, 'get', answer.status, answer.type, answer.json);
    same(answer.status, 200, path);
  }
  const { raw } = await d.get('/metrics');
  check(/^countermark_answers_total\{verdict="accepted"\} [1-9]/m.test(raw), raw);
  check(/^countermark_http_requests_total\{route="redeem",status="422"/m.test(raw), raw);
  check(!codes.some((code) => raw.includes(code)), 'no code in the metrics');
  for (const line of raw.trim().split('\n'))
    check(/^(# (HELP|TYPE) countermark_\w+ .+|countermark_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+.e\d]+)$/.test(line), line);
});

test('guessing is throttled, per key and per address', async () => {
  // 23 symbols and a check character over them: for each head one last symbol of 23 passes it.
  const symbols = '234679BCDFGHJKMPQRTVWXY';
  let busy = null;
  for (let i = 0; i < 60 && !busy; i++) {
    const heads = Array.from({ length: 20 },
      (_, h) => codes[i].slice(0, 7) + symbols[h] + symbols[(h * 7) % 23]);
    const answer = await d.post('/v1/check', keys.verify,
      { codes: heads.flatMap((head) => [...symbols].map((s) => head + s)) });
    if (answer.status !== 200) busy = answer;
    else same(answer.json.answers.filter((a) => a.verdict !== 'typing_error').length, 20, 'guesses');
  }
  check(busy !== null, 'never throttled');
  same([busy.status, busy.json.type], [429, 'urn:countermark:problem:throttled'], busy.raw);
  check(Number(busy.headers['retry-after']) > 0, 'Retry-After');
  seen.add('throttled');
});

test('every problem of the interface that can be provoked was met', async () => {
  const wanted = ['malformed', 'unauthorized', 'forbidden', 'not-found', 'method', 'conflict',
    'length-required', 'too-large', 'media-type', 'idempotency-key-reused', 'throttled',
    'headers-too-large'];
  same(wanted.filter((name) => !seen.has(name)), [], 'not met');
});

test('no code and no key is in the log', async () => {
  check(![...codes, ...Object.values(keys)].some((secret) => d.log.includes(secret)), d.log);
  same((await d.stop()).code, 0, 'exit code');
});

await run();
