// The judge of value cards: do the answers that many callers got over many lives of the engine agree
// with what the journal holds in the end, and both with docs/design/card-life.md? It reads the log
// of card_load.h, whose order is its clock, and the journal through the oracle's reader; the model of
// a card is its own (cards_model.mjs). Rules:
//   J1 one answer a key: a replay repeats the first answer, nothing is accepted anew
//   J2 what was accepted is in the journal, as it was told
//   J3 what is in the journal was asked for, once
//   J4 what was answered before something was asked comes before it
//   J5 a refusal, and what a check told, was right at some moment while it was asked
//   J6 each change follows from the one before it: state, balance, holds, refunds, PINs, to the cent
import { readFileSync } from 'node:fs';
import { readJournal } from '../oracle/journal.mjs';
import { readCard } from '../oracle/cards.mjs';
import { become, copy, decide, fresh, held, mature, OPS, POOL, VERDICTS } from './cards_model.mjs';

export class Fault extends Error {}
const check = (rule, holds, what) => {
  if (!holds) throw new Fault(`${rule}: ${typeof what === 'function' ? what() : what}`);
};

// ---- The log ---------------------------------------------------------------------------------

const ASKED = ['op', 'card', 'other', 'amount', 'reference', 'holdMs', 'pin', 'reason'];
const TOLD = ['verdict', 'replayed', 'sequence', 'time', 'set', 'serial', 'card', 'state', 'reason',
  'balance', 'held', 'amount', 'transaction', 'expires', 'tries'];
const rows = (numbers, names) => Array.from({ length: numbers.length / names.length }, (_, i) =>
  Object.fromEntries(names.map((name, k) => [name, numbers[i * names.length + k]])));

/** Issues of a card that have one PIN by chance, as card_writer found them when it made the cards. */
export const readAlike = (dir) => readFileSync(`${dir}/proof/alike`, 'latin1').split('\n').filter(Boolean)
  .map((line) => line.split(' ').map(Number)).map(([card, a, b]) => ({ card, pair: [a, b] }));

const opens = ({ card, pin }, alike) => [pin, ...alike.filter((x) => x.card === card && x.pair.includes(pin))
  .map(({ pair: [a, b] }) => (a === pin ? b : a))];

/** Whole lines alone: a kill may cut one, and then nothing was asked, or nothing heard. */
export function readLog(text, alike = []) {
  const attempts = [], open = new Map();
  text.split('\n').forEach((line, at) => {
    if (!line.endsWith(' .')) return;
    const [kind, ...words] = line.slice(0, -2).split(' ');
    const numbers = words.map(Number);
    if (kind === 'A') {
      const [boot, clock, worker, key, actor, rights] = numbers;
      for (const [w, a] of open) if (a.boot !== boot) open.delete(w);
      const asked = rows(numbers.slice(7), ASKED).map((a) => ({ ...a, op: OPS[a.op], actor, rights, opens: opens(a, alike) }));
      const attempt = { line, boot, clock, worker, key, actor, asked, from: at, to: Infinity, told: null };
      open.set(worker, attempt);
      attempts.push(attempt);
      return;
    }
    const [boot, worker, key, status] = numbers;
    const attempt = open.get(worker);
    check('J1', attempt?.boot === boot && attempt.key === key, `log line ${at}: an answer to nothing`);
    Object.assign(attempt, { to: at, status, told: rows(numbers.slice(5), TOLD).map((t) => ({ ...t, verdict: VERDICTS[t.verdict] })) });
    open.delete(worker);
  });
  return attempts;
}

/** Questions under a key that nobody answered, of those open before and those of a new piece of the
 * log: the next life begins with them. */
export function unanswered(before, attempts) {
  const id = (a) => `${a.worker}/${a.key}`;
  const open = new Map(before.map((a) => [id(a), a]));
  for (const a of attempts) if (!a.told && a.key !== 0) open.set(id(a), a);
  for (const a of attempts) if (a.told) open.delete(id(a));
  return [...open.values()];
}

// ---- The journal -----------------------------------------------------------------------------

export function readFacts(dir) {
  const facts = [];
  readJournal(`${dir}/journal`, `${dir}/archive`, (group, frames) => frames.forEach((frame, i) => {
    if (frame.type !== 17) return;
    const e = readCard(frame.bytes, frame.flags);
    for (const name of ['serial', 'amount', 'balance', 'held', 'until', 'reference'])
      if (e[name] !== undefined) e[name] = Number(e[name]);
    facts.push({ ...e, sequence: Number(group.first) + i, time: Number(group.time) });
  }));
  return facts;
}

const EVENT_OF = { redeem: 'spend', reserve: 'hold', reverse: 'refund', renew: 'renew pin' };
const eventOf = (op) => EVENT_OF[op] ?? op;
const UNASKED = ['holds ended', 'expire', 'take over', 'pin failed'];
const STATES = ['made', 'shipped', 'in_stock', 'active', 'blocked', 'expired', 'lost', 'void', 'replaced'];

// ---- Under one key ---------------------------------------------------------------------------

const SAME = TOLD.filter((name) => name !== 'replayed');

/** One question (key and item) with all attempts at it: at most one acceptance. */
function gather(attempts) {
  const questions = new Map();
  attempts.forEach((attempt, n) => attempt.asked.forEach((a, item) => {
    if (a.op === 'check' || (attempt.told && attempt.status !== 0)) return;
    const id = attempt.key === 0 ? `#${n}/${item}` : `${attempt.actor}/${attempt.key}/${item}`;
    if (!questions.has(id)) questions.set(id, []);
    questions.get(id).push({ a, attempt, told: attempt.told?.[item] });
  }));
  return [...questions.entries()].map(([id, tries]) => judgeKey(id, tries));
}

function judgeKey(id, tries) {
  const done = tries.filter((t) => t.told?.verdict === 'accepted');
  const lost = tries.filter((t) => !t.told);
  const first = done.filter((t) => !t.told.replayed);
  check('J1', first.length <= 1, `key ${id} was accepted anew`);
  for (const t of done)
    check('J1', SAME.every((name) => t.told[name] === done[0].told[name]), () => `key ${id}: a replay differs:
${JSON.stringify(done[0].told)}\n${JSON.stringify(t.told)}`);
  const known = Math.min(...done.map((t) => t.attempt.to));
  for (const t of tries)
    check('J1', !t.told || t.attempt.from < known || t.told.verdict === 'accepted', `key ${id}: accepted, then refused`);
  check('J1', done.length === 0 || first.length + lost.length > 0, `key ${id}: the replay of nothing`);
  const begun = first.length > 0 ? first[0].attempt.from : Math.min(...tries.map((t) => t.attempt.from));
  return { id, a: tries[0].a, boots: lost.map((t) => t.attempt.boot), told: done[0]?.told, from: begun,
    to: Math.min(known, first[0]?.attempt.to ?? Infinity), lost: done.length === 0 && lost.length > 0,
    lostFrom: Math.min(...lost.map((t) => t.attempt.from)) };
}

// ---- Journal and answers ---------------------------------------------------------------------

function join(facts, questions) {
  const bySequence = new Map(), lost = new Map();
  for (const q of questions) {
    if (q.told) {
      check('J1', !bySequence.has(q.told.sequence), `${q.id}: one change, two questions`);
      bySequence.set(q.told.sequence, q);
    } else if (q.lost) {
      if (!lost.has(q.a.card)) lost.set(q.a.card, []);
      lost.get(q.a.card).push(q);
    }
  }
  for (const f of facts) {
    if (UNASKED.includes(f.op)) continue;
    f.question = bySequence.get(f.sequence);
    bySequence.delete(f.sequence);
    if (f.question) continue;
    f.guesses = (lost.get(f.serial) ?? []).filter((q) => eventOf(q.a.op) === f.op && q.a.actor === f.actor);
    check('J3', f.guesses.length > 0, () => `nobody asked for event ${f.sequence}: ${JSON.stringify(f, (k, v) => (k === 'guesses' ? undefined : typeof v === 'bigint' ? Number(v) : v))}`);
  }
  for (const q of bySequence.values()) check('J2', false, `${q.id}: accepted as ${q.told.sequence}, which the journal has not`);
}

/** What was told of an acceptance is what the journal holds. */
function asTold(f, q) {
  const t = q.told;
  const same = t.serial === f.serial && t.transaction === f.sequence && t.time === f.time && f.op === eventOf(q.a.op)
    && f.actor === q.a.actor && t.amount === f.amount && t.balance === f.balance && t.held === f.held
    && STATES[t.state] === f.state;
  check('J2', same, () => `${q.id}: told ${JSON.stringify(t)}, the journal has ${f.op} ${f.amount}, ${f.balance}, ${f.held}, ${f.state}`);
}

class Cards {
  now = new Map();
  moments = new Map(); // of each card: its states, one after each event, and between which lines

  card(serial) {
    if (!this.now.has(serial)) {
      this.now.set(serial, fresh());
      this.moments.set(serial, [{ card: fresh(), from: -1, to: -1 }]);
    }
    return this.now.get(serial);
  }

  set(serial, card, f) {
    const before = this.card(serial), q = f.question;
    this.now.set(serial, card);
    this.moments.get(serial).push({ card, from: q?.from ?? -1, to: q?.to ?? Infinity, op: f.op, asked: !!q });
    return before;
  }

  agrees(f, card) {
    const money = card.balance === f.balance && held(card) === f.held;
    check('J6', money && card.balance >= held(card), () => `event ${f.sequence}, ${f.op} of card ${f.serial}: balance ${card.balance}, held ${held(card)}; it says ${f.balance}, ${f.held}`);
    check('J6', card.state === f.state && card.failed === f.failed && card.issue === f.issue,
      () => `event ${f.sequence}, ${f.op} of card ${f.serial}: ${card.state}, ${card.failed} wrong PINs, PIN ${card.issue}; it says ${f.state}, ${f.failed}, ${f.issue}`);
  }

  unasked(f, before) {
    const card = this.card(f.serial);
    let next = copy(card);
    if (f.op === 'holds ended') {
      const over = card.holds.filter((h) => h.until <= f.until);
      check('J6', over.length > 0 && f.until <= f.time && over.reduce((s, h) => s + h.amount, 0) === f.amount, `event ${f.sequence}: other holds end`);
      next.holds = card.holds.filter((h) => h.until > f.until);
    } else if (f.op === 'expire') {
      check('J6', card.state === 'active' && f.time >= card.expires, `event ${f.sequence}: card ${f.serial} expires before its time`);
      next.state = 'expired';
    } else if (f.op === 'pin failed') {
      check('J6', card.failed < POOL.tries && card.known, `event ${f.sequence}: a wrong PIN too many`);
      next.failed += 1;
    } else {
      const from = this.card(Number(f.other.serial));
      check('J6', before?.op === 'replace' && before.serial === Number(f.other.serial) && before.amount === f.amount && card.state === 'made',
        `event ${f.sequence}: card ${f.serial} takes over what nobody gave`);
      next = { ...next, state: 'active', known: true, balance: next.balance + f.amount, expires: from.expires, replaces: before.serial, failed: f.failed, spentSince: from.spentSince };
    }
    this.agrees(f, next);
    this.set(f.serial, next, f.op === 'take over' ? { ...f, question: before.question } : f);
  }

  asked(f) {
    const find = (serial) => this.card(serial);
    const card = mature(this.card(f.serial), f.time);
    check('J6', card.holds.length === this.card(f.serial).holds.length && card.state === this.card(f.serial).state,
      `event ${f.sequence}: card ${f.serial} changed before its time was taken off`);
    const fits = (q) => {
      const said = decide(card, q.a, find);
      return said.verdicts.includes('accepted') && said.effect ? become(card, q.a, said.effect, f.sequence, f.time) : null;
    };
    let q = f.question;
    if (!q) { // guessed: the first that fits
      q = f.guesses.find((g) => !g.used && fits(g)?.failed === f.failed && (decide(card, g.a, find).effect.amount ?? 0) === f.amount
        && (f.op !== 'hold' || f.until === f.time + g.a.holdMs));
      check('J3', q, () => `event ${f.sequence}, ${f.op} of card ${f.serial}: none of the lost calls made it`);
      q.used = true;
      f.question = { ...q, from: q.lostFrom, to: Infinity };
    }
    const next = fits(q);
    check('J6', next, () => `event ${f.sequence}: ${q.a.op} of card ${f.serial} was accepted, ${decide(card, q.a, find).verdicts} is right\n${JSON.stringify(card)}\n${JSON.stringify(q.a)}`);
    const effect = decide(card, q.a, find).effect;
    check('J6', (effect.amount ?? 0) === f.amount, `event ${f.sequence}: moved ${f.amount}, not ${effect.amount}`);
    if (effect.hold) check('J6', f.until === f.time + q.a.holdMs, `event ${f.sequence}: another deadline`);
    if (effect.begin) check('J6', f.until === next.expires, `event ${f.sequence}: another expiry`);
    if (effect.refund) this.takeBack(next, f.serial, effect);
    this.agrees(f, next);
    if (q.told) asTold(f, q);
    this.set(f.serial, next, f);
  }

  /** The spend that a refund names may stand on a card whose place this one took. */
  takeBack(next, serial, { refund, amount }) {
    const own = next.spends.find((s) => s.id === refund);
    if (own) {
      own.left -= amount;
      return;
    }
    for (let from = next.replaces; from !== null; from = this.card(from).replaces) {
      const spend = this.card(from).spends.find((s) => s.id === refund);
      if (spend) spend.left -= amount;
    }
  }
}

function walk(facts) {
  const cards = new Cards();
  let latest = -1, before = null;
  for (const f of facts) {
    if (UNASKED.includes(f.op)) cards.unasked(f, before);
    else cards.asked(f);
    if (f.question && !UNASKED.includes(f.op)) {
      check('J4', f.question.to > latest, `event ${f.sequence} was answered before an earlier one was asked for`);
      latest = Math.max(latest, f.question.from);
    }
    before = f;
  }
  return cards;
}

// ---- Refusals and checks ---------------------------------------------------------------------

/** The states that a card may have been in while this was asked. */
function statesAt(moments, from, to) {
  let low = 0, high = moments.length - 1;
  for (let i = 0; i < moments.length; i++) {
    if (moments[i].to < from) low = i;
    if (moments[i].from > to) {
      high = i - 1;
      break;
    }
  }
  return moments.slice(low, Math.max(high, low) + 1);
}

function rightIn(card, a, t, find) {
  const said = decide(card, a, find);
  // How much was left of a spend on the card before this one is known as of the end alone.
  const ofOther = a.op === 'reverse' && card.replaces !== null && !card.spends.some((s) => s.id === a.reference);
  if (ofOther && ['not_redeemed', 'wrong_amount'].includes(t.verdict)) return true;
  if (!said.verdicts.includes(t.verdict)) return false;
  if (t.verdict === 'not_enough') return t.amount === card.balance - held(card);
  if (a.op !== 'check' || t.verdict !== 'accepted') return true;
  return t.balance === card.balance && t.held === held(card) && STATES[t.state] === card.state && t.expires === card.expires;
}

function judgeRefusals(attempts, cards) {
  const none = [{ card: fresh(), from: -1, to: -1 }];
  let refusals = 0, looks = 0;
  for (const attempt of attempts.filter((x) => x.told && x.status === 0))
    attempt.asked.forEach((a, item) => {
      const t = attempt.told[item];
      if (t.verdict === 'accepted' && a.op !== 'check') return;
      const moments = statesAt(cards.moments.get(a.card) ?? none, attempt.from, attempt.to);
      const states = moments.map((m) => m.card);
      const find = (serial) => cards.now.get(serial) ?? fresh();
      const other = a.op === 'replace' && t.verdict !== 'not_a_code'
        && statesAt(cards.moments.get(a.other) ?? none, attempt.from, attempt.to).some((m) => m.card.state !== 'made' || a.other === a.card);
      // A hold of its own that has just ended still makes the caller one who may hear of the card.
      const ended = (c) => ['confirm', 'release'].includes(a.op) && c.holds.some((h) => h.actor === a.actor);
      const right = other || states.some((c) => rightIn(mature(c, attempt.clock), a, t, find)
        || (ended(c) && rightIn(mature(c, attempt.clock), { ...a, rights: 1 }, t, find)));
      check('J5', right, () => `log line ${attempt.to}: ${a.op} of card ${a.card}: ${t.verdict} at no moment right\n${JSON.stringify(a)}\n${JSON.stringify(t)}\n${JSON.stringify(states)}`);
      judgePublic(a, t);
      judgePin(moments, attempt, a, t);
      [refusals, looks] = [refusals + (a.op !== 'check'), looks + (a.op === 'check')];
    });
  return { refusals, looks };
}

/** A wrong PIN for a card that could be used all the while was counted; each count stands for a try. */
function judgePin(moments, attempt, a, t) {
  if (!['check', 'redeem', 'reserve'].includes(a.op) || a.pin === 0) return;
  const usable = moments.every(({ card }) => card.known && card.failed < POOL.tries && !a.opens.includes(card.issue)
    && mature(card, attempt.clock).state === 'active');
  const over = moments.some(({ card }) => card.state === 'void' || card.state === 'replaced');
  if (over || (t.verdict !== 'wrong_pin' && !(usable && a.rights === 0))) return;
  check('J5', moments.slice(1).some((m) => m.op === 'pin failed'), () => `log line ${attempt.to}: a wrong PIN was not counted: ${JSON.stringify(a)}`);
}

function judgeTries(attempts, facts) {
  const tries = new Map();
  for (const attempt of attempts)
    attempt.asked.forEach((a, item) => {
      const wrong = !attempt.told || ['wrong_pin', 'not_a_code'].includes(attempt.told[item].verdict);
      if (wrong && a.pin !== 0) tries.set(a.card, (tries.get(a.card) ?? 0) + 1);
    });
  for (const f of facts.filter((x) => x.op === 'pin failed')) {
    const left = (tries.get(f.serial) ?? 0) - 1;
    check('J3', left >= 0, `event ${f.sequence}: a wrong PIN that nobody gave`);
    tries.set(f.serial, left);
  }
}

/** "Not a code" tells nothing else. */
function judgePublic(a, t) {
  if (a.rights !== 0 || t.verdict !== 'not_a_code') return;
  check('J5', TOLD.every((name) => name === 'verdict' || t[name] === 0), () => `the public was told ${JSON.stringify(t)}`);
}

export function judge(attempts, facts) {
  const questions = gather(attempts);
  join(facts, questions);
  const cards = walk(facts);
  judgeTries(attempts, facts);
  return { changes: facts.length, attempts: attempts.length, cards: cards.now.size,
    replayed: attempts.flatMap((a) => a.told ?? []).filter((t) => t.replayed).length,
    money: [...cards.now.values()].reduce((sum, c) => sum + c.balance, 0), ...judgeRefusals(attempts, cards) };
}

export const readLogFile = (dir) => readLog(readFileSync(`${dir}/proof/log`, 'latin1'), readAlike(dir));
