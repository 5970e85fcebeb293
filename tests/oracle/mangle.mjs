// How people and attackers change a text before they send it: the other spellings of a right one,
// and the wrong ones. Gives bytes without line ends or zero bytes.
// Whether a mangled text is right is for the two readers to say, each for itself.
// Reference: docs/design/construction.md sections 8 and 10.

const FULL_WIDTH_SHIFT = 0xfee0;
const CYRILLIC = {
  A: 'А', B: 'В', E: 'Е', K: 'К', M: 'М', H: 'Н', O: 'О', P: 'Р', C: 'С', T: 'Т', Y: 'У', X: 'Х',
};
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
    guess, guess, guess,
    () => Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff]),
      Buffer.from(text.slice(at))]),
  ];
  return Buffer.from(random.pick(ways)());
}
