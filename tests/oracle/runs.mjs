#!/usr/bin/env node
// What a journal says of runs, read unit by unit by a program that knows only docs/design/journal.md
// and the table of stages in docs/design/runs.md: no spans, no image, nothing of ours in C. It refuses
// a unit that is held twice, a hold of serials that its own group did not spend, a move of a unit that
// its run does not hold, and every way that the table does not have.
// Usage: runs.mjs [--archive DIR] DIR        prints a line a run
//        runs.mjs --agree TOOL [SEED]        compares with what the engine counts
// Exit 0: sound; 1: it is not, or they differ; 2: usage.

const { check, program } = await import(new URL('./reader.mjs', import.meta.url));
const { readJournal } = await import(new URL('./journal.mjs', import.meta.url));

const ISSUE = 20;
const HOLD = 26;
const MOVE = 27;
const STAGES = ['reserved', 'sent', 'printed', 'unknown', 'good', 'rejected', 'void'];
const RETURNED = 1;
const MAY = { // docs/design/runs.md: from -> to
  reserved: ['sent', 'printed', 'unknown', 'good', 'rejected', 'void'],
  sent: ['printed', 'unknown', 'good', 'rejected', 'void'],
  printed: ['good', 'rejected', 'void'],
  unknown: ['printed', 'good', 'rejected', 'void'],
  good: ['rejected', 'void'],
  rejected: [],
  void: [],
};

/** One unit a serial: {run, stage, cause, hole}. */
class Book {
  sets = new Map();

  unit(set, serial) { return this.sets.get(set)?.get(serial); }

  hold(event, spent) {
    const run = event.readUInt32BE(0);
    const set = event.readUInt32BE(4);
    const first = event.readBigUInt64BE(8);
    const count = event.readUInt32BE(16);
    const holes = new Set();
    for (let at = 20; at < event.length; at += 4) holes.add(event.readUInt32BE(at));
    check(spent.some((s) => s.set === set && s.first === first && s.count === BigInt(count)
      && s.issued === BigInt(count - holes.size)), `hold of set ${set} from ${first}: not issued with it`);
    if (!this.sets.has(set)) this.sets.set(set, new Map());
    const units = this.sets.get(set);
    for (let i = 0; i < count; i += 1) {
      const serial = first + BigInt(i);
      check(!units.has(serial), `serial ${serial} of set ${set} is held twice`);
      units.set(serial, { run, stage: 'reserved', cause: 0, hole: holes.has(i) });
    }
  }

  move(event) {
    const run = event.readUInt32BE(0);
    const set = event.readUInt32BE(8);
    const first = event.readBigUInt64BE(12);
    const count = event.readBigUInt64BE(20);
    const stage = STAGES[event[28]];
    for (let serial = first; serial < first + count; serial += 1n) {
      const unit = this.unit(set, serial);
      check(unit?.run === run, `run ${run} moves serial ${serial} of set ${set}, which it does not hold`);
      check(MAY[unit.stage].includes(stage), `serial ${serial} of set ${set}: ${unit.stage} -> ${stage}`);
      Object.assign(unit, { stage, cause: event[29] });
    }
  }

  lines() {
    const runs = new Map();
    for (const units of this.sets.values()) {
      for (const unit of units.values()) {
        if (!runs.has(unit.run)) {
          runs.set(unit.run, { reserved_total: 0, sent_total: 0,
            ...Object.fromEntries(STAGES.map((s) => [s, 0])) });
        }
        if (unit.hole) continue;
        const t = runs.get(unit.run);
        t.reserved_total += 1;
        t[unit.stage] += 1;
        if (unit.stage !== 'reserved' && !(unit.stage === 'void' && unit.cause === RETURNED)) t.sent_total += 1;
      }
    }
    return [...runs.keys()].sort((a, b) => a - b).map((n) => `run ${n} `
      + Object.entries(runs.get(n)).map(([key, value]) => `${key}=${value}`).join(' '));
  }
}

function read(dir, archive) {
  const book = new Book();
  readJournal(dir, archive, (group, frames) => {
    const spent = frames.filter((f) => f.type === ISSUE).map(({ bytes }) => ({
      set: bytes.readUInt32BE(0),
      first: bytes.readBigUInt64BE(4),
      count: bytes.readBigUInt64BE(12),
      issued: bytes.readBigUInt64BE(20),
    }));
    for (const frame of frames) {
      if (frame.type === HOLD) book.hold(frame.bytes, spent);
      if (frame.type === MOVE) book.move(frame.bytes);
    }
  });
  return book.lines();
}

/** The engine's counts are the reader's. */
function compare(mine, engine) {
  check(mine.length > 1 && mine.join('\n') === engine.join('\n'),
    `they differ\nengine:\n${engine.join('\n')}\nreader:\n${mine.join('\n')}`);
  console.log(`${mine.length} runs agree\n${mine.join('\n')}`);
}

program({ name: 'runs.mjs', read, compare });
