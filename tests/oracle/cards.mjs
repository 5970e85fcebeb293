#!/usr/bin/env node
// What a journal says of cards, read by a program that knows only docs/design/journal.md, section 9:
// no image, nothing of ours in C. It recomputes every balance, hold, use, refund and state from the
// operations, and refuses an event whose own figures differ: a balance below zero, a hold beyond it,
// more given back than was taken, a card that changes after its end, a replacement that pays twice.
// Usage: cards.mjs [--archive DIR] DIR        prints a line a card
//        cards.mjs --agree TOOL [SEED]        compares with what the engine says
// Exit 0: sound; 1: it is not, or they differ; 2: usage.

const { check, program } = await import(new URL('./reader.mjs', import.meta.url));
const { readJournal } = await import(new URL('./journal.mjs', import.meta.url));

const CARD = 17;
const OPS = ['', 'activate', 'deactivate', 'load', 'spend', 'hold', 'confirm', 'release', 'refund',
  'holds ended', 'expire', 'block', 'unblock', 'lose', 'void', 'replace', 'take over', 'renew pin',
  'pin failed'];
const STATES = ['made', 'shipped', 'in_stock', 'active', 'blocked', 'expired', 'lost', 'void', 'replaced'];
const INERT = ['made', 'shipped', 'in_stock'];
const HOLDS_MAX = 8;
const NO_ITEM = 0xffff;

export function readCard(bytes, flags) {
  let at = 0;
  const take = (n) => {
    check(at + n <= bytes.length, 'a card event is cut');
    at += n;
    return n === 8 ? bytes.readBigUInt64BE(at - 8) : bytes.readUIntBE(at - n, n);
  };
  const e = { set: take(4), serial: take(8), actor: take(4), item: take(2), op: OPS[take(1)],
    state: STATES[take(1)], reason: take(1), failed: take(1), issue: take(1), use: take(4) };
  if (flags & 1) Object.assign(e, { money: true, amount: take(8), balance: take(8), held: take(8) });
  if (flags & 2) e.until = take(8);
  if (flags & 4) e.reference = take(8);
  if (flags & 8) e.other = { set: take(4), serial: take(8) };
  if (flags & 16) e.agent = take(4);
  if (flags & 32) at += 16;
  check(at === bytes.length && e.op && e.state && e.issue >= 1 && e.issue <= 16, 'shape of a card event');
  return e;
}

const keyOf = (set, serial) => `${set}:${serial}`;

/** Every card that has an event, by what its events did. */
class Book {
  cards = new Map();

  card(set, serial) {
    const key = keyOf(set, serial);
    if (!this.cards.has(key)) {
      this.cards.set(key, { set, serial, state: 'made', before: 'made', balance: 0n, use: 0,
        holds: new Map(), lines: new Map(), failed: 0, issue: 1, n: 0, replaces: null });
    }
    return this.cards.get(key);
  }

  /** The spend that a refund names, on this card or on one whose place it took. */
  spent(card, e) {
    const owner = e.other ? this.cards.get(keyOf(e.other.set, e.other.serial)) : card;
    check(owner, 'a refund names a stranger');
    for (let c = card; c !== owner; c = this.cards.get(c.replaces)) {
      check(c?.replaces, 'a refund of a card whose place was never taken');
    }
    const line = owner.lines.get(e.reference);
    check(line, 'a refund of no spend');
    return line;
  }

  endHold(card, e) {
    const hold = card.holds.get(e.reference);
    check(hold !== undefined, 'no such hold');
    card.holds.delete(e.reference);
    return hold;
  }

  apply(e, sequence, time, pending) {
    const card = this.card(e.set, e.serial);
    const amount = e.money ? e.amount : 0n;
    const was = card.state;
    const where = `card ${e.set}:${e.serial}, event ${sequence}, ${e.op}`;
    const stopped = was === 'blocked' || was === 'lost';
    let { state } = card;
    check(was !== 'void' && was !== 'replaced', `${where}: after its end`);
    let failed = card.failed;
    const activeOr = (...more) => check(was === 'active' || more.includes(was), `${where}: it is ${was}`);
    switch (e.op) {
      case 'activate':
        check(INERT.includes(was) && card.holds.size === 0, `${where}: it is ${was}`);
        state = 'active';
        card.balance += amount;
        break;
      case 'deactivate':
        activeOr();
        check(card.holds.size === 0 && amount === card.balance && card.lines.size === card.oldLines, `${where}: spent or held`);
        state = e.state;
        check(INERT.includes(state), `${where}: to ${state}`);
        card.balance = 0n;
        break;
      case 'load': activeOr(); card.balance += amount; break;
      case 'spend':
        activeOr();
        card.balance -= amount;
        card.use += e.money ? 0 : 1;
        card.lines.set(sequence, { left: e.money ? amount : 1n });
        break;
      case 'hold':
        activeOr();
        check(card.holds.size < HOLDS_MAX && e.until > time, `${where}: too many, or over`);
        card.holds.set(sequence, { amount, until: e.until });
        break;
      case 'confirm': {
        activeOr('expired');
        const hold = this.endHold(card, e);
        check(amount <= hold.amount && hold.until > time, `${where}: beyond the hold`);
        card.balance -= amount;
        card.use += e.money ? 0 : 1;
        card.lines.set(sequence, { left: e.money ? amount : 1n });
        break;
      }
      case 'release': {
        const hold = this.endHold(card, e);
        check(amount === hold.amount, `${where}: another amount`);
        break;
      }
      case 'refund': {
        check(!INERT.includes(was), `${where}: it is ${was}`);
        const line = this.spent(card, e);
        const back = e.money ? amount : 1n;
        check(back > 0n && back <= line.left, `${where}: more than was taken`);
        line.left -= back;
        card.balance += amount;
        card.use -= e.money ? 0 : 1;
        break;
      }
      case 'holds ended': {
        let sum = 0n;
        for (const [id, hold] of card.holds) {
          if (hold.until > e.until) continue;
          sum += hold.amount;
          card.holds.delete(id);
        }
        check(sum === amount && e.until <= time, `${where}: another sum`);
        break;
      }
      case 'expire': activeOr(); state = 'expired'; break;
      case 'block': case 'lose':
        check(was !== 'lost' && !(was === 'blocked' && e.op === 'block'), `${where}: it is ${was}`);
        if (!stopped) card.before = was;
        state = e.op === 'block' ? 'blocked' : 'lost';
        break;
      case 'unblock':
        if (stopped) state = INERT.includes(card.before) ? e.state : card.before;
        check(!stopped || !INERT.includes(card.before) || INERT.includes(state), `${where}: to ${state}`);
        failed = 0;
        break;
      case 'void':
        check(amount === card.balance, `${where}: not all of it`);
        state = 'void';
        card.balance = 0n;
        card.holds.clear();
        break;
      case 'replace':
        check((was === 'active' || stopped) && card.holds.size === 0 && amount === card.balance, `${where}: it is ${was}`);
        state = 'replaced';
        card.balance = 0n;
        pending.set(keyOf(e.other.set, e.other.serial), { from: keyOf(e.set, e.serial), amount, use: card.use });
        break;
      case 'take over': {
        const due = pending.get(keyOf(e.set, e.serial));
        check(due && due.from === keyOf(e.other.set, e.other.serial) && due.amount === amount, `${where}: of nothing`);
        check(INERT.includes(was) || (was === 'active' && card.n === 0), `${where}: it is ${was}`);
        pending.delete(keyOf(e.set, e.serial));
        state = 'active';
        card.balance += amount;
        card.use = due.use;
        card.replaces = due.from;
        break;
      }
      case 'renew pin': card.issue += 1; failed = 0; break;
      case 'pin failed': failed += 1; break;
      default: check(false, `${where}: unknown`);
    }
    card.oldLines = e.op === 'activate' || e.op === 'deactivate' ? card.lines.size : card.oldLines ?? 0;
    const held = [...card.holds.values()].reduce((sum, h) => sum + h.amount, 0n);
    check(card.balance >= 0n && held <= card.balance, `${where}: below zero`);
    check(e.money ? card.balance === e.balance && held === e.held : card.balance === 0n,
      `${where}: the balance is ${card.balance}, held ${held}, it says ${e.balance}, ${e.held}`);
    check(state === e.state || (INERT.includes(state) && INERT.includes(e.state)), `${where}: ${e.state}, not ${state}`);
    check(card.use === e.use && card.issue === e.issue, `${where}: uses or PIN`);
    const asked = !['holds ended', 'expire', 'pin failed', 'take over'].includes(e.op);
    check(asked || e.item === NO_ITEM, `${where}: nobody asked for it`);
    // Wrong PINs are forgiven by any use with the right one, never counted without an event.
    check(e.failed === failed || (e.failed === 0 && asked), `${where}: wrong PINs`);
    card.failed = e.failed;
    card.state = INERT.includes(e.state) ? 'made' : e.state;
    card.n += 1;
  }

  /** As of a time: holds that are over by then are not shown. */
  lines(time) {
    return [...this.cards.values()].sort((a, b) => a.set - b.set || Number(a.serial - b.serial)).map((c) => {
      const holds = [...c.holds.values()].filter((h) => h.until > time);
      const held = holds.reduce((sum, h) => sum + h.amount, 0n);
      return `card ${c.set} ${c.serial} ${c.state} balance=${c.balance} held=${held} holds=${holds.length} `
        + `use=${c.use} failed=${c.failed} issue=${c.issue} lines=${c.n}`;
    });
  }
}

export function read(dir, archive) {
  const book = new Book();
  const end = readJournal(dir, archive, (group, frames) => {
    const pending = new Map(); // replacements are whole within a group
    for (const [i, frame] of frames.entries()) {
      if (frame.type === CARD) {
        book.apply(readCard(frame.bytes, frame.flags), group.first + BigInt(i), group.time, pending);
      }
    }
    check(pending.size === 0, `group ${group.first}: a balance is on its way to no card`);
  });
  return book.lines(end.time);
}

/** The engine's cards are the reader's, and enough of them to tell. */
function compare(mine, engine) {
  const differ = mine.findIndex((line, i) => line !== engine[i]);
  check(mine.length > 20 && mine.length === engine.length && differ === -1,
    `they differ\nengine: ${engine[differ]}\nreader: ${mine[differ]} (${mine.length} and ${engine.length} cards)`);
  const seen = new Set(mine.map((line) => line.split(' ')[3]));
  check(seen.size >= 6, `only ${[...seen]} were reached: the test is blind`);
  console.log(`${mine.length} cards agree, in states ${[...seen].sort().join(', ')}`);
}

if (process.argv[1] === new URL(import.meta.url).pathname) program({ name: 'cards.mjs', read, compare });
