// Cards over HTTP: the life of a card through the routes of tills and desks, what the anonymous may
// not know, hostile bodies; each answer is held to docs/openapi.yaml. Verdicts expected here follow
// docs/design/card-life.md.
import { join } from 'node:path';
import { makeCards, pool, receipt, unknownNumbers } from './cards_kit.mjs';
import { Api } from './openapi.mjs';
import { check, Daemon, run, same, source, test } from './kit.mjs';

const api = new Api(join(source, 'docs/openapi.yaml'));
const value = { activation: 'till', currency: 'EUR', load_max: 50000, balance_max: 100000, valid_days: 365 };
const { workspace, keys, numbers, pins } = makeCards([
  pool('gift', '9528', value),
  pool('safe', '9530', { ...value, pin_tries: 3 }, { pin_digits: 8 }), // a new PIN is the old one 1 in 10^8
  pool('bare', '9532', { activation: 'till' }),
], 60);
const d = await Daemon.start(workspace, ['--wrong-per-minute', '0', '--key-wrong-per-minute', '0',
  '--vault-wrong-per-second', '0']);
const next = { gift: 0, safe: 0, bare: 0 };
const fresh = (name) => numbers[name][next[name]++];
const said = []; // every number and PIN that was sent, for the log

async function ask(route, key, body, headers) {
  const path = `/v1/${route}`;
  const answer = await d.post(path, key, body, headers);
  api.checkAnswer(path, 'post', answer.status, answer.type, answer.json);
  if (answer.status === 200)
    check(api.fitsRequest(path, body), `${path}: the description does not know ${JSON.stringify(body)}`);
  return answer;
}
async function told(route, role, body, headers) {
  const answer = await ask(route, keys[role], body, headers);
  same(answer.status, 200, `${route} ${JSON.stringify(body)}: ${answer.raw}`);
  return answer.json;
}
const verdictOf = async (...all) => (await told(...all)).verdict;
async function sold(name = 'gift', amount = 2500) {
  const code = fresh(name);
  said.push(code);
  same(await verdictOf('activate', 'till', { code, amount }), 'accepted', 'activate');
  return code;
}
const money = (a) => [a.card.balance, a.card.held, a.card.available, a.card.amount];

test('a card is sold, spent from, loaded, refunded: every answer tells its balance', async () => {
  const code = fresh('gift');
  same(await verdictOf('check', 'till', { code }), 'inactive', 'a till hears that it is not sold yet');
  const first = await told('activate', 'till', { code, amount: 2500, currency: 'EUR' });
  same([first.verdict, first.card.state, first.card.currency, ...money(first)],
    ['accepted', 'active', 'EUR', 2500, 0, 2500, 2500], 'activate');
  check(Date.parse(first.card.expires_at) - Date.parse(first.activated_at) === 365 * 86400000, 'a year');
  same(await verdictOf('activate', 'till', { code }), 'already_active', 'again');
  const spent = await told('redeem', 'redeem', { code, amount: 730 });
  same([spent.verdict, ...money(spent)], ['accepted', 1770, 0, 1770, 730], 'redeem');
  const poor = await told('redeem', 'redeem', { code, amount: 1771 });
  same([poor.verdict, poor.card.amount, poor.transaction], ['not_enough', 1770, undefined], 'too much');
  same(await verdictOf('redeem', 'redeem', { code, amount: 0 }), 'wrong_amount', 'nothing');
  same(await verdictOf('redeem', 'redeem', { code, amount: 1, currency: 'SEK' }), 'wrong_amount', 'crowns');
  same(money(await told('load', 'till', { code, amount: 1000 })), [2770, 0, 2770, 1000], 'load');
  same(await verdictOf('load', 'till', { code, amount: 50001 }), 'wrong_amount', 'more than a load may be');
  const back = await told('reverse', 'till', { code, transaction: spent.transaction, amount: 300 });
  same([back.verdict, ...money(back)], ['accepted', 3070, 0, 3070, 300], 'a part');
  same(money(await told('reverse', 'till', { code, transaction: spent.transaction })),
    [3500, 0, 3500, 430], 'the rest');
  check(await verdictOf('reverse', 'till', { code, transaction: spent.transaction }) !== 'accepted', 'no more');
});

test('an amount is held, taken in part, and the rest is free again', async () => {
  const code = await sold();
  const hold = await told('reserve', 'redeem', { code, amount: 2000, hold_seconds: 60 });
  same([hold.verdict, ...money(hold)], ['accepted', 2500, 2000, 500, 2000], 'hold');
  check(hold.reserved_until !== undefined && /^[0-9]+$/.test(hold.transaction), 'until, and which');
  same(await verdictOf('redeem', 'redeem', { code, amount: 501 }), 'not_enough', 'what is held is not free');
  const other = await told('reserve', 'redeem', { code, amount: 400, hold_seconds: 60 });
  same(money(await told('confirm', 'redeem', { code, transaction: hold.transaction, amount: 1500 })),
    [1000, 400, 600, 1500], 'confirm');
  same(money(await told('release', 'redeem', { code, transaction: other.transaction })).slice(0, 3),
    [1000, 0, 1000], 'release');
  same(await verdictOf('confirm', 'redeem', { code, transaction: hold.transaction }), 'not_reserved', 'again');
});

test('the same idempotency key gives the first answer again, balance and all', async () => {
  const code = await sold();
  const headers = { 'Idempotency-Key': 'till-7/2026-11-22/00017' };
  const body = { code, amount: 600 };
  const first = await told('redeem', 'redeem', body, headers);
  await told('load', 'till', { code, amount: 100 });
  const again = await told('redeem', 'redeem', body, headers);
  same(again, { ...first, replayed: true }, 'the first answer, not the present balance');
  const other = await ask('redeem', keys.redeem, { code, amount: 601 }, headers);
  same([other.status, other.json.type], [422, 'urn:countermark:problem:idempotency-key-reused'], 'another amount');
});

test('a receipt has the lines of the pool, filled, and the number but for its last digits', async () => {
  const code = fresh('gift');
  const { receipt: lines, transaction, card } = await told('activate', 'till', { code, amount: 2505 });
  same(lines, [`Gift card ****${code.slice(-4)}`, 'Paid 25.05 EUR', 'Left 25.05',
    `Until ${card.expires_at.slice(0, 10)}`, `no. ${transaction}`], 'receipt');
  same(lines.length, receipt.length, 'every line');
  const bare = await told('activate', 'till', { code: fresh('bare') });
  same([bare.receipt.length, bare.card.balance], [2, undefined], 'no money, no end: those lines are left out');
  same((await told('check', 'till', { code })).receipt, undefined, 'a look prints nothing');
});

test('an array of cards is answered in its order, each with its own', async () => {
  const codes = [fresh('gift'), fresh('gift'), 'x', fresh('gift')];
  const { answers } = await told('activate', 'till', { codes, amounts: [100, 200, 300, 50001] });
  same(answers.map((a) => [a.verdict, a.card?.balance]),
    [['accepted', 100], ['accepted', 200], ['typing_error', undefined], ['wrong_amount', 0]], 'activate');
  const spent = await told('redeem', 'redeem', { codes: codes.slice(0, 2), amounts: [100, 150] });
  same(spent.answers.map((a) => a.card.balance), [0, 50], 'redeem');
});

test('a desk blocks, unblocks, loses and replaces cards', async () => {
  const code = await sold();
  const blocked = await told('block', 'desk', { code, reason: 'fraud' });
  same([blocked.verdict, blocked.card.state, blocked.card.reason], ['accepted', 'blocked', 'fraud'], 'block');
  same(await verdictOf('redeem', 'redeem', { code, amount: 1 }), 'blocked', 'spend');
  same((await told('unblock', 'desk', { code })).card.state, 'active', 'unblock');
  same((await told('lose', 'desk', { code })).card.state, 'lost', 'lose');
  const taker = fresh('gift');
  const replaced = await told('replace', 'desk', { code, new_code: taker, reason: 'lost' });
  same(replaced.verdict, 'accepted', JSON.stringify(replaced));
  same(await verdictOf('redeem', 'redeem', { code, amount: 1 }), 'replaced', 'the old one');
  same(money(await told('redeem', 'redeem', { code: taker, amount: 500 })), [2000, 0, 2000, 500], 'the new one');
});

test('wrong PINs are counted, lock the card, and a new PIN opens it', async () => {
  const at = next.safe, code = await sold('safe'), pin = pins.safe[at];
  const wrong = pin.slice(0, -1) + (pin.endsWith('0') ? '1' : '0');
  same(await verdictOf('redeem', 'redeem', { code, amount: 1, pin }), 'accepted', 'the right one');
  for (let i = 0; i < 3; i++)
    same(await verdictOf('redeem', 'redeem', { code, amount: 1, pin: wrong }), 'not_a_code', `try ${i}`);
  same(await verdictOf('redeem', 'redeem', { code, amount: 1, pin }), 'not_a_code', 'locked, and says nothing');
  const seen = await told('check', 'till', { code });
  check(seen.card.pin_tries_left === undefined, 'none left');
  same((await told('unblock', 'desk', { code })).verdict, 'accepted', 'unblock');
  same(await verdictOf('redeem', 'redeem', { code, amount: 1, pin }), 'accepted', 'unlocked');
  same((await told('renew-pin', 'desk', { code })).verdict, 'accepted', 'renew');
  same(await verdictOf('redeem', 'redeem', { code, amount: 1, pin }), 'not_a_code', 'the old PIN');
});

// ---- Who may know what

test('who may not is refused', async () => {
  const code = await sold();
  const forbidden = [['load', 'redeem', { code, amount: 1 }], ['deactivate', 'redeem', { code }],
    ['activate', 'verify', { code }], ['redeem', 'verify', { code, amount: 1 }], ['load', 'issue', { code, amount: 1 }],
    ['block', 'till', { code, reason: 'fraud' }], ['unblock', 'till', { code }], ['lose', 'till', { code }],
    ['replace', 'till', { code, new_code: code }], ['renew-pin', 'till', { code }]];
  for (const [route, role, body] of forbidden)
    same((await ask(route, keys[role], body)).status, 403, `${role}: ${route}`);
  for (const role of ['verify', 'redeem', 'issue'])
    same((await d.post('/v1/cards/show', keys[role], { code })).status, 403, `${role}: show`);
  for (const role of ['till', 'desk', 'admin'])
    same((await d.post('/v1/cards/show', keys[role], { code })).status, 200, `${role}: show`);
  same(await verdictOf('activate', 'redeem', { code: fresh('gift') }), 'not_a_code', 'no till, no token');
});

// Everything but the clock: nothing in an answer tells a sleeping card from a number of nobody.
function bare(answer) {
  const { date, ...headers } = answer.headers;
  check(date !== undefined, 'a date');
  return [answer.status, headers, answer.raw];
}

test('to the anonymous an inactive card, a wrong PIN, a locked card and an unknown number are one', async () => {
  const strangers = unknownNumbers('9528', numbers.gift, 8);
  const safeStrangers = unknownNumbers('9530', numbers.safe, 8);
  const active = await sold('safe');
  for (const role of ['verify', 'redeem']) {
    const routes = role === 'verify' ? [['check', {}]]
      : [['check', {}], ['redeem', { amount: 100 }], ['reserve', { amount: 100, hold_seconds: 9 }], ['confirm', {}],
        ['release', {}], ['reverse', {}], ['activate', { amount: 5 }]];
    for (const [route, more] of routes) {
      const path = `/v1/${route}`;
      const nobody = bare(await d.post(path, keys[role], { code: strangers[0], ...more }));
      same(nobody[2], '{"verdict":"not_a_code"}', path);
      const made = numbers.gift[numbers.gift.length - 1];
      for (const code of [strangers[1], made])
        same(bare(await d.post(path, keys[role], { code, ...more })), nobody, `${role} ${route} ${code}`);
      const nobodySafe = bare(await d.post(path, keys[role], { code: safeStrangers[0], pin: '12345678', ...more }));
      const asleep = numbers.safe[numbers.safe.length - 1];
      for (const pin of ['12345678', '1234', '', undefined]) // missing, too
        same(bare(await d.post(path, keys[role], { code: asleep, pin, ...more })), nobodySafe, `${route} asleep`);
      if (route === 'check' || route === 'redeem')
        same(bare(await d.post(path, keys[role], { code: active, pin: 'xxxx', ...more })), nobodySafe, `${route} PIN`);
    }
  }
  const mixed = { codes: [strangers[2], numbers.gift.at(-1), safeStrangers[1]] };
  same((await d.post('/v1/check', keys.verify, mixed)).raw,
    '{"answers":[{"verdict":"not_a_code"},{"verdict":"not_a_code"},{"verdict":"not_a_code"}]}', 'in an array');
});

test('show and history tell no index and no number, and a number of nobody is not found', async () => {
  const code = await sold();
  await told('redeem', 'redeem', { code, amount: 100 });
  const shown = await d.post('/v1/cards/show', keys.till, { code });
  const lines = await d.post('/v1/cards/history', keys.till, { code, most: 1 });
  for (const answer of [shown, lines]) {
    same(answer.status, 200, answer.raw);
    const bad = api.wrong({ $ref: '#/components/schemas/CardShown' }, answer.json);
    check(bad === null, `${bad}: ${answer.raw}`);
    check(!answer.raw.includes('index') && !answer.raw.includes(code), answer.raw);
  }
  same([shown.json.card, shown.json.balance, lines.json.lines[0].what, lines.json.lines[0].amount],
    [`****${code.slice(-4)}`, 2400, 'spend', 100], 'what happened last');
  const older = await d.post('/v1/cards/history', keys.till, { code, before: lines.json.older_before });
  same(older.json.lines.map((l) => l.what), ['activate'], 'and before');
  for (const number of unknownNumbers('9528', numbers.gift, 2))
    same((await d.post('/v1/cards/show', keys.till, { code: number })).status, 404, 'nobody');
  same((await d.post('/v1/cards/show', keys.till, { pool: 'gift', index: 0 })).status, 403, 'by index');
  same((await d.post('/v1/cards/show', keys.till, { code, door: 'elsewhere' })).status, 404, 'another door');
  for (const body of ['', '{', '[]', {}, { code: 1 }, { code, x: 1 }, { code, most: 1 }, { code, before: 'x' }])
    same((await d.post('/v1/cards/show', keys.till, body)).status, 400, JSON.stringify(body));
  for (const body of [{ code, most: 0 }, { code, most: 257 }, { code, before: 'x' }, { code, before: '0' }])
    same((await d.post('/v1/cards/history', keys.till, body)).status, 400, JSON.stringify(body));
});

test('hostile bodies are refused on every route, and nothing of them is repeated', async () => {
  const code = await sold();
  const bodies = ['', '{', '[]', 'null', '{}', '{"code":"A","amount":"1"}', '{"code":"A","amount":-1}',
    '{"code":"A","amount":1.5}', '{"code":"A","amount":1e400}', '{"code":"A","amount":1000000000000001}',
    '{"code":"A","currency":"euro"}', '{"code":"A","transaction":7}', '{"code":"A","transaction":"7x"}',
    '{"code":"A","new_code":""}', '{"code":"A","reason":"none"}', '{"code":"A","reason":"because"}',
    '{"code":"A","checked":"yes"}', '{"codes":["A"],"amounts":[]}', '{"codes":["A"],"amounts":[1,2]}',
    '{"codes":["A"],"new_codes":"B"}', '{"code":"A","amount":1,"amount":2}', '{"code":"\\ud800"}',
    `{"code":"${code}","stranger":1}`, `{"codes":["${code}"],"code":"${code}"}`];
  for (const route of ['activate', 'deactivate', 'load', 'block', 'unblock', 'lose', 'replace', 'renew-pin',
    'redeem', 'reserve', 'confirm', 'release', 'reverse', 'check']) {
    for (const body of bodies) {
      const answer = await d.post(`/v1/${route}`, keys.admin, body);
      check(answer.status === 400 || answer.status === 413, `${route} ${body}: ${answer.raw}`);
      check(!answer.raw.includes(code), `${route}: it repeats the number`);
    }
  }
  same(money(await told('check', 'till', { code })), [2500, 0, 2500, 2500], 'nothing happened to the card');
});

test('no number and no PIN is in the log', async () => {
  await d.stop();
  for (const secret of [...said, ...Object.values(numbers).flat()])
    check(!d.log.includes(secret), 'a number is in the log');
});

test('guesses through a look are throttled like guesses through a check', async () => {
  const strict = await Daemon.start(workspace, ['--key-wrong-per-minute', '3', '--wrong-per-minute', '0']);
  const strangers = unknownNumbers('9528', numbers.gift, 40), got = [];
  for (const code of strangers) got.push((await strict.post('/v1/cards/show', keys.till, { code })).status);
  check(got.includes(404) && got.at(-1) === 429, got.join(' '));
  same((await strict.post('/v1/redeem', keys.till, { code: numbers.gift[0], amount: 1 })).status, 429, 'the key as a whole');
  same((await strict.post('/v1/check', keys.verify, { code: strangers[0] })).status, 200, 'another key');
  await strict.stop();
});

await run();
