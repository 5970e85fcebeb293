// A TOOL for agree.mjs made of the oracle itself: it proves nothing about the C library, it proves
// that agree.mjs lets a right tool pass and, given the name of a fault as last argument, that it
// catches that fault. Refuses unknown commands and faults.
// Reference: the protocol at the head of agree.mjs.

import { readFileSync } from 'node:fs';

import { answerText, inChunks, someIndices, someUnits, unitText } from './agree.mjs';
import { luhn, Pool } from './card.mjs';
import { Scheme } from './code.mjs';
import { wordsOf } from './filter.mjs';
import { Random } from './random.mjs';
import { normaliser } from './text.mjs';

/** Changes to a scheme, a pool or the output lines, by name. */
const FAULTS = {
  tag: {
    scheme: (s) => {
      const right = s.tags.bind(s);
      s.tags = (list) => right(list).map((tag) => (tag + 1n) % s.tagModulus);
    },
  },
  weights: { // data numbered from the left
    scheme: (s) => {
      if (s.spec.check !== 'prime') return;
      const right = s.check;
      s.check = (data) => right([...data].reverse());
    },
  },
  order: { lines: (list) => list.map((l) => l.replace(/\|(\d+)\|(\d+)(\||$)/, '|$2|$1$3')) },
  'silent-typo': { lines: (list) => list.map((l) => (l === 'typo' ? 'none' : l)) },
  'no-filter': { scheme: (s) => { s.filtered = () => false; } },
  'digit-words': { // a run of digits alone passes for a word
    scheme: (s) => {
      const right = s.filtered.bind(s);
      s.filtered = (text) => right(text) || /455|4553/.test(text);
    },
  },
  unspelled: { // words as they stand in the list only
    scheme: (s) => {
      const words = wordsOf(s.spec.filter?.version ?? 0);
      s.filtered = (text) => words.some((word) => text.includes(word));
    },
  },
  'own-only': { // the standard look-alikes forgotten
    scheme: (s) => { s.normalise = normaliser(s.spec.alphabet, s.spec.lookalikes, s.total); },
  },
  'long-text': { // a text of any size is read
    scheme: (s) => {
      const right = s.normalise;
      s.normalise = (bytes) => right(bytes.length < 4096 ? bytes
        : Buffer.from(bytes.toString().replace(/[- .\u00a0\u2013\u2212\u3000]/g, '')));
    },
  },
  luhn: {
    pool: (p) => {
      const right = p.numbers.bind(p);
      p.numbers = (list) => right(list).map((number) => number.slice(0, -1)
        + luhn(number.slice(p.spec.prefix.length, -1)));
    },
  },
  pin: {
    pool: (p) => {
      const right = p.pins.bind(p);
      p.pins = (list) => right(list).map((pin) => (pin === null ? null : String(Number(pin))));
    },
  },
  'gs1-luhn': { pool: (p) => { p.faces.forEach((face) => { face.check = luhn; }); } },
  member: {
    pool: (p) => { p.faces.filter(({ times }) => times > 1n).forEach((f) => { f.times += 1n; }); },
  },
  hold: { pool: (p) => { p.heldBelow /= 2n; } },
  short: { lines: (list) => list.slice(1) },
  'typo-index': { lines: (list) => list.map((l) => (l === 'typo' ? '0' : l)) },
};

function inputLines() {
  const input = readFileSync(0);
  const lines = [];
  for (let at = 0; at < input.length;) {
    const end = input.indexOf(0x0a, at);
    lines.push(input.subarray(at, end));
    at = end + 1;
  }
  return lines;
}

function mint(scheme, random, n) {
  return inChunks(someUnits(scheme, random, n), (units) => scheme.texts(units)
    .map((text, k) => `${unitText(units[k])}|${scheme.filtered(text) ? '-' : text}`));
}

function cards(pool, random, n) {
  return inChunks(someIndices(pool, random, n), (indices) => {
    const numbers = pool.numbers(indices);
    const pins = pool.pins(indices);
    const skips = pool.skips(indices, numbers);
    return indices.map((i, k) => `${i}|${numbers[k]}|${pins[k] ?? '-'}|${skips[k] ? 1 : 0}`);
  });
}

function faces(pool, random, n) {
  const items = pool.spec.faces.tag?.items ?? 1;
  return inChunks(someIndices(pool, random, n), (indices) => pool.faceLines(indices
    .map((index) => ({ index, member: 1 + random.below(items) }))));
}

const COMMANDS = {
  mint: { kind: 'codes', args: 2, run: mint },
  open: { kind: 'codes', args: 0, run: (s) => inChunks(inputLines(), (l) => s.open(l)) },
  filtered: { kind: 'codes', args: 0, run: (s) => inputLines()
    .map((line) => (s.filtered(line.toString()) ? '1' : '0')) },
  cards: { kind: 'pools', args: 2, run: cards },
  'cards-open': { kind: 'pools', args: 0, run: (p) => inChunks(inputLines(), (l) => p.open(l)) },
  faces: { kind: 'pools', args: 2, run: faces },
  'faces-open': { kind: 'pools', args: 0, run: (p) => inChunks(inputLines(), (l) => p.openAny(l)) },
};

function main([name, cases, caseName, ...rest]) {
  const command = COMMANDS[name];
  const [seed, n] = rest.splice(0, command.args);
  const fault = rest.length > 0 ? FAULTS[rest[0]] : {};
  const spec = JSON.parse(readFileSync(cases, 'utf8'))[command.kind]
    .find((candidate) => candidate.name === caseName);
  const thing = command.kind === 'codes' ? new Scheme(spec) : new Pool(spec);
  fault[command.kind === 'codes' ? 'scheme' : 'pool']?.(thing);
  const lines = command.run(thing, new Random(`mirror ${seed}`), Number(n)).map(answerText);
  const out = fault.lines ? fault.lines(lines) : lines;
  process.stdout.write(out.map((line) => `${line}\n`).join(''));
}

main(process.argv.slice(2));
