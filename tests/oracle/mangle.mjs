// How people and attackers change a text before they send it: the other spellings of a right one,
// and the wrong ones, as bytes without line ends or zero bytes; and texts that tempt the filter.
// Whether a mangled text is right, or a tempting one skipped, is for the two readers to say, each
// for itself. Refuses nothing.
// Reference: docs/design/construction.md sections 8 to 10.

import { spellings } from './filter.mjs';

const FULL_WIDTH_SHIFT = 0xfee0;
const CYRILLIC = {
  A: 'А', B: 'В', E: 'Е', K: 'К', M: 'М', H: 'Н', O: 'О', P: 'Р', C: 'С', T: 'Т', Y: 'У', X: 'Х',
};
const LONGEST = 4096; // bytes of a text that is read
const STANDARD_TABLE = '0Oo1IiLl2Z5S8BUVuvzs'; // characters in the table of look-alikes, or near
const TURNING = '0689HIMNOSWXZ';
const SEPARATORS = [' ', '-', '.', '\u00a0', '\u2013', '\u2212', '\u3000'];

function replaceAt(text, at, what) {
  const symbols = [...text];
  symbols[at] = what;
  return symbols.join('');
}

function separated(random, text) {
  const size = 3 + random.below(3);
  const separator = random.pick(SEPARATORS);
  return text.replaceAll(new RegExp(`(.{${size}})(?=.)`, 'gu'), `$1${separator}`);
}

function lookalike(random, text, lookalikes) {
  const reversed = Object.entries(lookalikes)
    .flatMap(([from, to]) => [...text].flatMap((s, at) => (s === to ? [{ at, from }] : [])));
  if (reversed.length === 0) return text;
  const { at, from } = random.pick(reversed);
  return replaceAt(text, at, from);
}

/** Every symbol that has a look-alike, replaced by one. */
function allLookalikes(random, text, lookalikes) {
  const froms = (to) => Object.keys(lookalikes).filter((from) => lookalikes[from] === to);
  return [...text].map((s) => random.pick([...froms(s), ...(froms(s).length === 0 ? [s] : [])]))
    .join('');
}

/** The text in exactly `size` bytes, by separators before, within or after it. */
function padded(random, text, size) {
  const at = random.below(text.length + 1);
  const separator = random.pick(SEPARATORS);
  const room = size - Buffer.byteLength(text);
  const bytes = Buffer.byteLength(separator);
  const fill = separator.repeat(Math.floor(room / bytes)) + '-'.repeat(room % bytes);
  return text.slice(0, at) + fill + text.slice(at);
}

const fullWidth = (text) => text.replace(/./gu,
  (s) => String.fromCodePoint(s.codePointAt(0) + FULL_WIDTH_SHIFT));
const cyrillic = (text) => text.replace(/./gu, (s) => CYRILLIC[s] ?? s);

/** Another spelling of the same code. */
export function respell(random, text, alphabet, lookalikes) {
  const folds = !/[a-z]/.test(alphabet);
  const ways = [
    (t) => separated(random, t), fullWidth, cyrillic,
    (t) => separated(random, lookalike(random, t, lookalikes)),
    (t) => (folds ? separated(random, t.toLowerCase()) : t),
    (t) => (folds ? cyrillic(t).toLowerCase() : t),
    (t) => allLookalikes(random, t, lookalikes),
    (t) => fullWidth(allLookalikes(random, t, lookalikes)),
    (t) => padded(random, t, LONGEST),
  ];
  return Buffer.from(random.pick(ways)(text));
}

function swapped(random, text) {
  const at = random.below(text.length - 1);
  return replaceAt(replaceAt(text, at, text[at + 1]), at + 1, text[at]);
}

/** A text that is probably not that code any more. `guess` makes a right-looking random one. */
export function corrupt(random, text, alphabet, guess) {
  const at = random.below(text.length);
  const ways = [
    () => replaceAt(text, at, random.pick(alphabet)),
    () => replaceAt(text, at, random.pick(alphabet)),
    () => swapped(random, text),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + random.pick(alphabet) + text.slice(at),
    () => replaceAt(text, at, random.pick(['!', 'é', 'Ω', '\t', '\ufeff'])),
    () => text.repeat(50),
    () => replaceAt(text, at, random.pick(STANDARD_TABLE)),
    () => padded(random, text, LONGEST + 1 + random.below(3)),
    guess, guess, guess,
    () => Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff]),
      Buffer.from(text.slice(at))]),
  ];
  return Buffer.from(random.pick(ways)());
}

/** A spelling of a word in an alphabet, as far as it has one. */
function spelt(random, word, alphabet, digits) {
  return [...word].map((letter) => {
    const all = spellings(letter).filter((c) => alphabet.includes(c));
    const wanted = all.filter((c) => /\d/.test(c) === digits);
    const choice = wanted.length > 0 ? wanted : all;
    return choice.length > 0 ? random.pick(choice) : random.pick(alphabet);
  }).join('');
}

/** `total` symbols that hold a word, or nearly: at times in digits, or one symbol off. */
export function tempting(random, word, alphabet, total) {
  const text = Array.from({ length: total }, () => random.pick(alphabet)).join('');
  if (word.length > total) return text;
  const ways = [
    () => spelt(random, word, alphabet, false),
    () => spelt(random, word, alphabet, true),
    () => [...word].map((c) => spelt(random, c, alphabet, random.below(2) === 0)).join(''),
    () => replaceAt(spelt(random, word, alphabet, false), random.below(word.length),
      random.pick(alphabet)),
  ];
  const run = random.pick(ways)();
  const at = random.pick([0, total - word.length, random.below(total - word.length + 1)]);
  return text.slice(0, at) + run + text.slice(at + word.length);
}

/** A text that can be read upside down, as far as the alphabet has such symbols. */
export function turning(random, alphabet, total) {
  const symbols = [...TURNING].filter((c) => alphabet.includes(c));
  const from = symbols.length > 0 ? symbols : [...alphabet];
  const image = { 6: '9', 9: '6', M: 'W', W: 'M' };
  const text = Array.from({ length: total }, () => random.pick(from));
  const same = random.below(2) === 0; // half of them turn into themselves
  for (let i = 0; same && i < Math.floor(total / 2); i += 1) {
    text[total - 1 - i] = image[text[i]] ?? text[i];
  }
  return text.join('');
}
