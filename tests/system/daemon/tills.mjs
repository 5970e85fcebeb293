// 64 tills against one daemon on 200 cards: random activations, loads, spendings, holds,
// confirmations, refunds; connections cut while answers are awaited, every request asked again under
// its Idempotency-Key until it is answered, the vault killed -9 in between, twice. Every sum is
// checked against this program's own tally, kept from answers alone, card by card in the order of
// the transactions, and again against the history that the vault tells, and after a restart.
import http from 'node:http';
import { makeCards, pool } from './cards_kit.mjs';
import { check, countermark, Daemon, run, same, sleep, test } from './kit.mjs';

const tills = 64, cards = 200, rounds = 240, keyCount = 16;
const { workspace, numbers } = makeCards([pool('gift', '9528',
  { activation: 'till', currency: 'EUR', load_max: 5000, balance_max: 20000 })], cards);
const codes = numbers.gift;
const limits = ['--wrong-per-minute', '0', '--key-wrong-per-minute', '0', '--vault-wrong-per-second', '0'];

// Numbers from a seed, so that a run can be had again.
let seed = Number(process.env.CM_SEED ?? Date.now() % 1000000);
console.log(`seed ${seed}`);
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}
const keys = [];
for (let i = 0; i < keyCount; i++)
  keys.push(JSON.parse(countermark(workspace, 'key', 'api', 'add', `till-${i}`, '--door', 'default',
    '--role', 'till', '--json')).api_key);

let d = await Daemon.start(workspace, limits);
let up = true, asked = 0, cut = 0, lost = 0, replayed = 0;
const accepted = codes.map(() => []); // of each card: what was done
const spendings = codes.map(() => []), holds = codes.map(() => []);

// One request, and perhaps nobody waits for its answer.
function send(path, key, body, headers, hangUpMs) {
  const text = JSON.stringify(body);
  return new Promise((done, fail) => {
    const request = http.request({ port: d.port, host: '127.0.0.1', method: 'POST', path, agent: d.agent,
      headers: { ...headers, Authorization: `Bearer ${key}`, 'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text) } });
    if (hangUpMs !== undefined)
      setTimeout(() => request.destroy(new Error('cut')), hangUpMs).unref();
    request.on('error', fail);
    request.on('response', (answer) => {
      let raw = '';
      answer.on('data', (part) => { raw += part; });
      answer.on('error', fail);
      answer.on('end', () => done({ status: answer.statusCode, raw }));
    });
    request.end(text);
  });
}

// Ask until there is an answer; the same question under the same key.
async function insist(route, key, body, idempotency) {
  for (const end = Date.now() + 60000; Date.now() < end;) {
    const hangUp = random(20) === 0;
    if (hangUp) cut += 1;
    asked += 1;
    try {
      const answer = await send(`/v1/${route}`, key, body, { 'Idempotency-Key': idempotency },
        hangUp ? random(3) : undefined);
      if (answer.status === 200) return JSON.parse(answer.raw);
      check(answer.status === 503, `${route}: ${answer.status} ${answer.raw}`);
    } catch (error) {
      if (!['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(error.code) && error.message !== 'cut' &&
          error.message !== 'socket hang up') throw error;
    }
    lost += 1;
    await sleep(up ? 1 + random(5) : 25);
  }
  throw new Error(`${route}: no answer within a minute`);
}

function note(at, kind, answer, more = {}) {
  if (answer.replayed) replayed += 1;
  if (answer.verdict !== 'accepted') return false;
  accepted[at].push({ kind, transaction: Number(answer.transaction), card: answer.card, ...more });
  return true;
}

const acts = {
  async activate(at, key, id) {
    const code = codes[at], amount = random(3) * 1000;
    note(at, 'activate', await insist('activate', key, { code, amount }, id), { amount });
  },
  async load(at, key, id) {
    const amount = 1 + random(5000);
    note(at, 'load', await insist('load', key, { code: codes[at], amount }, id), { amount });
  },
  async spend(at, key, id) {
    const amount = 1 + random(3000);
    const answer = await insist('redeem', key, { code: codes[at], amount, currency: 'EUR' }, id);
    if (note(at, 'spend', answer, { amount })) spendings[at].push({ id: answer.transaction, amount });
    if (answer.verdict === 'not_enough') check(answer.card.available < amount, 'there was enough');
  },
  async hold(at, key, id) {
    const amount = 1 + random(2000);
    const answer = await insist('reserve', key, { code: codes[at], amount, hold_seconds: 3600 }, id);
    if (note(at, 'hold', answer, { amount })) holds[at].push({ id: answer.transaction, amount, key });
  },
  async confirm(at, key, id) {
    const hold = holds[at].splice(random(holds[at].length + 1), 1)[0];
    if (!hold) return;
    const amount = 1 + random(hold.amount);
    const answer = await insist('confirm', hold.key, { code: codes[at], transaction: hold.id, amount }, id);
    if (note(at, 'confirm', answer, { amount, held: hold.amount })) spendings[at].push({ id: answer.transaction, amount });
  },
  async release(at, key, id) {
    const hold = holds[at].splice(random(holds[at].length + 1), 1)[0];
    if (!hold) return;
    note(at, 'release', await insist('release', hold.key, { code: codes[at], transaction: hold.id }, id),
      { held: hold.amount });
  },
  async refund(at, key, id) {
    const spending = spendings[at][random(spendings[at].length + 1)];
    if (!spending) return;
    const amount = 1 + random(spending.amount);
    const answer = await insist('reverse', key, { code: codes[at], transaction: spending.id, amount }, id);
    note(at, 'refund', answer, { amount, of: spending.id });
  },
};
const chances = ['activate', 'activate', 'load', 'load', 'spend', 'spend', 'spend', 'hold', 'hold',
  'confirm', 'release', 'refund', 'refund'];

async function till(number, from, to) {
  for (let i = from; i < to; i++) {
    const kind = chances[random(chances.length)];
    await acts[kind](random(cards), keys[number % keyCount], `till-${number}/${i}`);
  }
}
const all = (from, to) => Promise.all(Array.from({ length: tills }, (_, n) => till(n, from, to)));

// The vault dies under its tills; the next daemon takes over.
async function killAndStart() {
  up = false;
  process.kill(d.pid('cm-vault'), 'SIGKILL');
  same((await d.ended).code, 3, 'the daemon ends with its vault');
  d.agent.destroy();
  d = await Daemon.start(workspace, limits);
  up = true;
}

// What each transaction did to the card, one after the other, from what was asked for alone.
function judge(at) {
  const lines = accepted[at].sort((a, b) => a.transaction - b.transaction);
  const refunded = new Map();
  let balance = 0, held = 0;
  for (const [i, l] of lines.entries()) {
    check(i === 0 || l.transaction > lines[i - 1].transaction, 'one transaction twice');
    if (l.kind === 'activate' || l.kind === 'load') balance += l.amount;
    if (l.kind === 'spend') balance -= l.amount;
    if (l.kind === 'hold') held += l.amount;
    if (l.kind === 'confirm') [balance, held] = [balance - l.amount, held - l.held];
    if (l.kind === 'release') held -= l.held;
    if (l.kind === 'refund') {
      balance += l.amount;
      refunded.set(l.of, (refunded.get(l.of) ?? 0) + l.amount);
    }
    check(balance >= held && held >= 0, `card ${at}: more is held or spent than there is`);
    same([l.card.balance, l.card.held], [balance, held], `card ${at}, ${l.kind} ${l.transaction}`);
  }
  for (const s of spendings[at])
    check((refunded.get(s.id) ?? 0) <= s.amount, `card ${at}: more came back than was spent`);
  return { balance, held, lines };
}

async function compare(what) {
  const { answers } = JSON.parse((await send('/v1/check', keys[0], { codes }, {})).raw);
  let sum = 0;
  for (let at = 0; at < cards; at++) {
    const own = judge(at), card = answers[at].card;
    same([card.balance, card.held], [own.balance, own.held], `${what}: card ${at}`);
    sum += own.balance;
  }
  const [report] = JSON.parse(countermark(workspace, 'card', 'report', '--json')).cards;
  same([report.outstanding, report.loaded - report.spent], [sum, sum], `${what}: the report`);
  console.log(`${what}: ${accepted.flat().length} transactions, ${sum} cents on ${cards} cards`);
}

test('64 tills, connections cut, the vault killed twice: every cent is where it should be', async () => {
  await all(0, rounds / 3);
  for (let part = 1; part < 3; part++) {
    const work = all((rounds / 3) * part, (rounds / 3) * (part + 1));
    await sleep(50); // in the middle of it, whatever is under way
    await killAndStart();
    await work;
  }
  await compare('after two kills');
  check(cut > 50 && lost > 50 && replayed > 0, `cut ${cut}, lost ${lost}, replayed ${replayed}`);
  console.log(`${asked} requests, ${cut} cut, ${lost} without an answer, ${replayed} replayed`);
});

test('the history of each card has its transactions and no other, with the same sums', async () => {
  for (let at = 0; at < cards; at++) {
    const { lines } = judge(at), told = [];
    for (let before; ;) {
      const page = JSON.parse((await send('/v1/cards/history', keys[0],
        { code: codes[at], most: 50, ...(before ? { before } : {}) }, {})).raw);
      told.push(...page.lines);
      before = page.older_before;
      if (!before) break;
    }
    told.reverse();
    same(told.map((l) => [Number(l.transaction), l.amount, l.balance, l.held]),
      lines.map((l) => [l.transaction, l.kind === 'release' ? l.held : l.amount, l.card.balance, l.card.held]),
      `card ${at}`);
  }
});

test('after a stop and a start everything is the same, and the ledger is sound', async () => {
  same((await d.stop()).code, 0, 'stop');
  countermark(workspace, 'fsck');
  d = await Daemon.start(workspace, limits);
  await compare('after a restart');
});

await run();
