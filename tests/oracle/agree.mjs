// Agreement of a second implementation, TOOL, with the oracle, both ways, case by case.
//   node tests/oracle/agree.mjs TOOL [--n N] [--seed S] [--only NAME,NAME] [--cases FILE]
// prints a line for each case and direction, then `N passed, N failed`; exit 1 if any failed.
// Refuses to pass a run with no case. N is 5000 unless given, 100000 in a proof (CM_PROVE=1); each
// direction gets N.
//
// TOOL is an executable (or a .mjs file) with seven commands. CASES is the JSON file of the cases
// (a list `codes`, a list `pools`, all numbers explicit; docs/design/construction.md names them).
// Lines end with \n. Input lines are bytes: perhaps not UTF-8, never with a zero byte, at most
// 8 KiB. One output line for each unit or input line, in order; exit status 0. Anything else
// fails the case; TOOL's standard error is shown.
//
//   TOOL mint CASES NAME SEED N     N units and their codes:  attr,attr,...|day|batch|serial|code
//     Line 1 is the unit of all zeros, line 2 the unit of all greatest values, the others are
//     pseudo-random over the whole range of every field, decided by SEED alone. attr: values of
//     the inline attributes in order, `-` if there are none. day: days since the epoch, `-` if
//     the date is not inline. code: data and check character without separators, or `-` if the
//     filter of the case skips the unit (words or rotation; `filter` is null without filters).
//   TOOL open CASES NAME            reads texts, for each:  attr,attr,...|day|batch|serial
//     or `typo` (right shape, wrong check character) or `none` (not a code). Texts are as people
//     type them: normalisation is part of the answer. There are no batch records: whatever
//     unpacks is a unit. A filtered text is `none`. A text has the case's own look-alikes, and if
//     `standard_lookalikes` the standard ones of version 1 below them.
//   TOOL filtered CASES NAME        reads texts of right length and alphabet, data and check
//     character (right or not) without separators, for each: 1 if the filter skips it, else 0.
//     `filter.version` is the compiled-in list (0: none), `words` are added to it, symbol by symbol
//     or, if `spelled`, in all their spellings.
//   TOOL cards CASES NAME SEED N    N cards:  index|number|pin|held
//     The first lines are the indices 0..7, then c-8 .. c-1, then pseudo-random ones over all of
//     0 .. c-1, where c is the pool's capacity: 10^m, or less with `faces`. pin: `-` if the pool has none. held: 1 if the index is skipped for good
//     (held-out share or explicit list `exclude`), else 0; `held_below` is the share's threshold.
//   TOOL cards-open CASES NAME      reads numbers, for each:  index  or `typo` (Luhn wrong) or
//     `none` (wrong length, foreign symbol or other prefix). A skipped index is printed like any.
//   TOOL faces CASES NAME SEED N    N cards of a pool with faces:  index|member|ean13|gsrn|tag
//     Indices as for cards; member 1..items (1 without key tags), `-` for a face it has not.
//   TOOL faces-open CASES NAME      reads texts that may be any face, for each:  face|index|member
//     (number, ean13, gsrn, tag; member 0 but for tags; index `beyond` when the pool cannot have
//     it), or `typo` or `none`.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { luhn, Pool } from './card.mjs';
import { Scheme } from './code.mjs';
import { wordsOf } from './filter.mjs';
import { corrupt, respell, tempting, turning } from './mangle.mjs';
import { Random } from './random.mjs';
import { lookalikesOf } from './text.mjs';

const CHUNK = 4096;
const SHOWN = 3; // disagreements printed for each case
const CORRUPT_ONE_IN = 20;
const RESPELT_ONE_IN = 10;
const TURNING_ONE_IN = 8;
const LIST_MET_FROM = 1000; // units among which the word list must have skipped some
const EDGES = 8n; // card indices at either end that a tool must print
const MAX_OUTPUT = 1 << 30;
const DIGITS = '0123456789';

/** A unit as the protocol writes it. */
export function unitText(unit) {
  const attributes = unit.attributes.length > 0 ? unit.attributes.join(',') : '-';
  return `${attributes}|${unit.day ?? '-'}|${unit.batch}|${unit.serial}`;
}

/** The edge units, then random ones: what a tool may print and the oracle sends. */
export function someUnits(scheme, random, n) {
  return Array.from({ length: n }, (_, i) => {
    if (i < 2) return scheme.unpack(i === 0 ? 0n : scheme.payloads - 1n);
    const values = scheme.radices.map((radix) => random.belowBig(radix));
    const p = values.reduce((sum, value, k) => sum * scheme.radices[k] + value, 0n);
    return scheme.unpack(p);
  });
}

export function someIndices(pool, random, n) {
  return Array.from({ length: n }, (_, i) => {
    const at = BigInt(i);
    if (at < EDGES) return at;
    return at < 2n * EDGES ? pool.capacity - 2n * EDGES + at : random.belowBig(pool.capacity);
  });
}

/** Apply an array function to a long list in chunks. */
export function inChunks(list, apply) {
  const out = [];
  for (let i = 0; i < list.length; i += CHUNK) out.push(...apply(list.slice(i, i + CHUNK)));
  return out;
}

export const answerText = (answer) => (typeof answer === 'object' ? unitText(answer) : `${answer}`);

function parseUnit(scheme, line) {
  const fields = line.split('|');
  if (fields.length !== 5) return null;
  const [list, day, batch, serial] = fields;
  const numbers = list === '-' ? [] : list.split(',');
  if (day !== '-') numbers.push(day);
  numbers.push(batch, serial);
  const good = numbers.length === scheme.radices.length
    && (day === '-') === (scheme.spec.date === null)
    && numbers.every((s, i) => /^\d{1,20}$/.test(s) && BigInt(s) < scheme.radices[i]);
  if (!good) return null;
  const p = numbers.reduce((sum, s, i) => sum * scheme.radices[i] + BigInt(s), 0n);
  return scheme.unpack(p);
}

class Run {
  constructor(options) {
    Object.assign(this, options);
    this.passed = 0;
    this.failed = 0;
  }

  /** Output lines of one command of TOOL, or an explanation why there are none. */
  ask(command, name, more, input) {
    const argv = [command, this.cases, name, ...more, ...this.toolArgs];
    const [program, ...first] = this.tool.endsWith('.mjs')
      ? [process.execPath, this.tool] : [this.tool];
    const run = spawnSync(program, [...first, ...argv], { input, maxBuffer: MAX_OUTPUT });
    if (run.error) return { problem: `cannot run: ${run.error.message}` };
    const said = run.stderr.toString().trim().slice(0, 500);
    if (run.status !== 0) return { problem: `exit ${run.status ?? run.signal}: ${said}` };
    const lines = run.stdout.toString().split('\n');
    if (lines.pop() !== '') return { problem: 'last line without its end' };
    return { lines };
  }

  /** Compare what TOOL said with what is right; `context(i)` names the unit of line i; `missing`
   * says what the run itself fails to try. */
  judge(title, answer, expected, context, missing = '') {
    const problems = answer.problem ? [answer.problem] : [];
    if (missing) problems.push(missing);
    if (answer.lines && answer.lines.length !== expected.length) {
      problems.push(`${answer.lines.length} lines instead of ${expected.length}`);
    }
    const wrong = [];
    (answer.lines ?? []).forEach((line, i) => {
      if (i < expected.length && line !== expected[i]) wrong.push(i);
    });
    if (wrong.length > 0) problems.push(`${wrong.length} lines disagree`);
    const good = problems.length === 0;
    this[good ? 'passed' : 'failed'] += 1;
    const said = good ? tally(title, expected) : problems.join('; ');
    console.log(`${good ? 'ok  ' : 'FAIL'} ${title}: ${said}`);
    for (const i of wrong.slice(0, SHOWN)) {
      console.log(`     ${context(i)}`);
      console.log(`       tool   ${answer.lines[i]}\n       oracle ${expected[i]}`);
    }
  }

  mint(spec) {
    const scheme = new Scheme(spec);
    const answer = this.ask('mint', spec.name, [this.seed, `${this.n}`]);
    const units = (answer.lines ?? []).map((line) => parseUnit(scheme, line));
    const texts = inChunks(units.map((unit) => unit ?? scheme.unpack(0n)), (u) => scheme.texts(u));
    const edges = someUnits(scheme, null, 2);
    const expected = Array.from({ length: this.n }, (_, i) => {
      if (i >= 2 && !units[i]) return 'a unit inside the ranges of the case';
      const unit = i < 2 ? unitText(edges[i]) : unitText(units[i]);
      return `${unit}|${texts[i] && !scheme.filtered(texts[i]) ? texts[i] : '-'}`;
    });
    this.judge(`mint ${spec.name}`, answer, expected, (i) => `${spec.name} line ${i + 1}`,
      this.listUnmet(spec, expected.some((line) => line.endsWith('|-'))));
  }

  /** A run that never meets the word list proves nothing about it. */
  listUnmet(spec, met) {
    const wanted = spec.filter !== null && spec.filter.version > 0 && this.n >= LIST_MET_FROM;
    return wanted && !met ? 'the word list is never met' : '';
  }

  open(spec) {
    const scheme = new Scheme(spec);
    const random = new Random(`open ${spec.name} ${this.seed}`);
    const lookalikes = lookalikesOf(spec);
    const texts = inChunks(someUnits(scheme, random, this.n), (units) => scheme.texts(units));
    const guess = () => scheme.print(Array.from({ length: scheme.length },
      () => random.below(scheme.r)));
    const sent = texts.map((text) => {
      if (random.below(CORRUPT_ONE_IN) === 0) return corrupt(random, text, spec.alphabet, guess);
      if (random.below(RESPELT_ONE_IN) > 0) return Buffer.from(text);
      return respell(random, text, spec.alphabet, lookalikes);
    });
    const expected = inChunks(sent, (lines) => scheme.open(lines)).map(answerText);
    this.judge(`open ${spec.name}`, this.ask('open', spec.name, [], asLines(sent)), expected,
      (i) => `${spec.name} line ${i + 1}: ${JSON.stringify(sent[i].toString('latin1'))}`,
      this.listUnmet(spec, texts.some((text) => scheme.filtered(text))));
  }

  /** Every word in turn, planted in a text in one of its spellings or nearly so. */
  filtered(spec) {
    const scheme = new Scheme(spec);
    const random = new Random(`filtered ${spec.name} ${this.seed}`);
    const words = [...spec.filter.words, ...wordsOf(spec.filter.version)];
    const sent = Array.from({ length: this.n }, (_, i) => (random.below(TURNING_ONE_IN) === 0
      ? turning(random, spec.alphabet, scheme.total)
      : tempting(random, words[i % words.length], spec.alphabet, scheme.total)));
    const expected = sent.map((text) => (scheme.filtered(text) ? '1' : '0'));
    const answer = this.ask('filtered', spec.name, [], asLines(sent.map((t) => Buffer.from(t))));
    this.judge(`filtered ${spec.name}`, answer, expected,
      (i) => `${spec.name} line ${i + 1}: ${JSON.stringify(sent[i])}`);
  }

  cards(spec) {
    const pool = new Pool(spec);
    const answer = this.ask('cards', spec.name, [this.seed, `${this.n}`]);
    const edges = someIndices(pool, null, Math.min(this.n, Number(2n * EDGES)));
    const indices = Array.from({ length: this.n }, (_, i) => {
      const said = /^(\d{1,20})\|/.exec(answer.lines?.[i] ?? '');
      const index = edges[i] ?? BigInt(said?.[1] ?? 0);
      return index < pool.capacity ? index : 0n;
    });
    const expected = inChunks(indices, (part) => {
      const numbers = pool.numbers(part);
      const pins = pool.pins(part);
      const skips = pool.skips(part, numbers);
      return part.map((index, k) => `${index}|${numbers[k]}|${pins[k] ?? '-'}|${skips[k] ? 1 : 0}`);
    });
    this.judge(`cards ${spec.name}`, answer, expected, (i) => `${spec.name} line ${i + 1}`);
  }

  cardsOpen(spec) {
    const pool = new Pool(spec);
    const random = new Random(`cards ${spec.name} ${this.seed}`);
    const numbers = inChunks(someIndices(pool, random, this.n), (part) => pool.numbers(part));
    const guess = () => {
      const body = Array.from({ length: spec.digits }, () => random.below(10)).join('');
      return spec.prefix + body + luhn(spec.prefix + body);
    };
    const sent = numbers.map((number) => {
      if (random.below(CORRUPT_ONE_IN) === 0) return corrupt(random, number, DIGITS, guess);
      if (random.below(RESPELT_ONE_IN) > 0) return Buffer.from(number);
      return respell(random, number, DIGITS, {});
    });
    const expected = inChunks(sent, (lines) => pool.open(lines)).map(answerText);
    this.judge(`cards-open ${spec.name}`, this.ask('cards-open', spec.name, [], asLines(sent)),
      expected, (i) => `${spec.name} line ${i + 1}: ${JSON.stringify(sent[i].toString('latin1'))}`);
  }

  faces(spec) {
    const pool = new Pool(spec);
    const answer = this.ask('faces', spec.name, [this.seed, `${this.n}`]);
    const edges = someIndices(pool, null, Math.min(this.n, Number(2n * EDGES)));
    const items = spec.faces.tag?.items ?? 1;
    const cards = Array.from({ length: this.n }, (_, i) => {
      const said = /^(\d{1,20})\|(\d{1,2})\|/.exec(answer.lines?.[i] ?? '');
      const index = edges[i] ?? BigInt(said?.[1] ?? 0);
      const member = Number(said?.[2] ?? 1);
      return { index: index < pool.capacity ? index : 0n,
        member: member >= 1 && member <= items ? member : 1 };
    });
    this.judge(`faces ${spec.name}`, answer, inChunks(cards, (part) => pool.faceLines(part)),
      (i) => `${spec.name} line ${i + 1}`);
  }

  facesOpen(spec) {
    const pool = new Pool(spec);
    const random = new Random(`faces ${spec.name} ${this.seed}`);
    const cards = someIndices(pool, random, this.n)
      .map((index) => ({ index, member: 1 + random.below(spec.faces.tag?.items ?? 1) }));
    const rows = inChunks(cards, (part) => pool.faceLines(part)).map((line) => line.split('|'));
    const texts = inChunks(cards, (part) => pool.numbers(part.map(({ index }) => index)))
      .map((number, k) => random.pick([number, ...rows[k].slice(2).filter((f) => f !== '-')]));
    const guess = () => {
      const face = random.pick(pool.faces);
      const body = Array.from({ length: face.body }, () => random.below(10)).join('');
      return face.prefix + body + face.check(face.prefix + body);
    };
    const sent = texts.map((text) => {
      if (random.below(CORRUPT_ONE_IN) === 0) return corrupt(random, text, DIGITS, guess);
      if (text[0] === '0' && random.below(RESPELT_ONE_IN) === 0) return Buffer.from(text.slice(1));
      if (random.below(RESPELT_ONE_IN) > 0) return Buffer.from(text);
      return respell(random, text, DIGITS, {});
    });
    this.judge(`faces-open ${spec.name}`, this.ask('faces-open', spec.name, [], asLines(sent)),
      inChunks(sent, (lines) => pool.openAny(lines)),
      (i) => `${spec.name} line ${i + 1}: ${JSON.stringify(sent[i].toString('latin1'))}`);
  }
}

const asLines = (list) => Buffer.concat(list.flatMap((bytes) => [bytes, Buffer.from('\n')]));

function tally(title, expected) {
  const kinds = {
    typo: (line) => line === 'typo',
    none: (line) => line === 'none',
    filtered: (line) => title.startsWith('mint') && line.endsWith('|-'),
    skipped: (line) => title.startsWith('filtered') && line === '1',
    held: (line) => title.startsWith('cards ') && line.endsWith('|1'),
  };
  const counts = Object.entries(kinds)
    .map(([kind, is]) => [kind, expected.filter(is).length])
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `, ${count} ${kind}`);
  return `${expected.length} agree${counts.join('')}`;
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      n: { type: 'string', default: process.env.CM_PROVE === '1' ? '100000' : '5000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      cases: { type: 'string', default: fileURLToPath(new URL('cases.json', import.meta.url)) },
      'tool-arg': { type: 'string', multiple: true, default: [] },
    },
  });
  const n = Number(values.n);
  if (positionals.length !== 1 || !Number.isSafeInteger(n) || n < 2 || !/^\d+$/.test(values.seed)) {
    console.error('usage: agree.mjs TOOL [--n N] [--seed NUMBER] [--only NAME,..] [--cases FILE]');
    process.exit(2);
  }
  return { ...values, n, tool: positionals[0], toolArgs: values['tool-arg'] };
}

function main() {
  const run = new Run(readOptions());
  const { codes, pools } = JSON.parse(readFileSync(run.cases, 'utf8'));
  const chosen = (spec) => !run.only || run.only.split(',').includes(spec.name);
  for (const spec of codes.filter(chosen)) {
    run.mint(spec);
    run.open(spec);
    if (spec.filter !== null) run.filtered(spec);
  }
  for (const spec of pools.filter(chosen)) {
    run.cards(spec);
    if (spec.faces) {
      run.faces(spec);
      run.facesOpen(spec);
    } else {
      run.cardsOpen(spec);
    }
  }
  console.log(`${run.passed} passed, ${run.failed} failed`);
  process.exitCode = run.failed > 0 || run.passed === 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
