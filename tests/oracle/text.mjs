// What people type: normalisation of a code text, with the standard look-alikes.
// `normaliser` gives alphabet positions, or null for a text that cannot be a code.
// Refuses texts above 4,096 bytes, bad UTF-8, foreign symbols and any length but the exact one.
// Reference: docs/design/construction.md section 8, docs/design/text-tables.md.

const CYRILLIC = 'АВЕКМНОРСТУХІЈЅ';
const LATIN = 'ABEKMHOPCTYXIJS';
const FULL_WIDTH_FIRST = 0xff01;
const FULL_WIDTH_LAST = 0xff5e;
const FULL_WIDTH_SHIFT = 0xfee0;
const IDEOGRAPHIC_SPACE = '\u3000';
const SPACES = ' \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f';
const DASHES = '-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212';
const DOTS = '.\u00b7';
const SEPARATORS = new Set(SPACES + DASHES + DOTS);

const MAX_BYTES = 4096;

/** Targets of the standard look-alikes of version 1, best first. */
const STANDARD = {
  0: 'Oo', O: '0o', o: '0O', 1: 'IlL', I: '1lL', i: '1I', l: '1IL', L: '1I',
  2: 'Z', Z: '2', 5: 'S', S: '5', 8: 'B', B: '8', U: 'V', V: 'U',
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function twins() {
  const map = new Map();
  [...CYRILLIC].forEach((c, i) => {
    map.set(c, LATIN[i]);
    map.set(c.toLowerCase(), LATIN[i].toLowerCase());
  });
  return map;
}

const TWINS = twins();

function toAscii(symbol) {
  const point = symbol.codePointAt(0);
  if (symbol === IDEOGRAPHIC_SPACE) return ' ';
  if (point >= FULL_WIDTH_FIRST && point <= FULL_WIDTH_LAST) {
    return String.fromCodePoint(point - FULL_WIDTH_SHIFT);
  }
  return TWINS.get(symbol) ?? symbol;
}

function upper(symbol) {
  return symbol >= 'a' && symbol <= 'z' ? symbol.toUpperCase() : symbol;
}

function decode(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

const foldsCase = (alphabet) => !/[a-z]/.test(alphabet);

/** The standard look-alikes of version 1 that an alphabet leaves: from each character to one. */
export function standardLookalikes(alphabet) {
  const met = ([from]) => !alphabet.includes(from) && !(foldsCase(alphabet) && /[a-z]/.test(from));
  return Object.fromEntries(Object.entries(STANDARD).filter(met)
    .map(([from, targets]) => [from, [...targets].find((to) => alphabet.includes(to))])
    .filter(([, to]) => to !== undefined));
}

/** All look-alikes of a case: its own, upon the standard ones where it has them. */
export function lookalikesOf(spec) {
  const standard = spec.standard_lookalikes ? standardLookalikes(spec.alphabet) : {};
  return { ...standard, ...spec.lookalikes };
}

/** A function from bytes to `total` alphabet positions, or null. */
export function normaliser(alphabet, lookalikes, total) {
  const position = new Map([...alphabet].map((symbol, i) => [symbol, i]));
  const folds = foldsCase(alphabet);
  for (const [from, to] of Object.entries(lookalikes)) {
    if (position.has(from) || !position.has(to)) throw new RangeError(`look-alike ${from}${to}`);
  }
  return (bytes) => {
    if (bytes.length > MAX_BYTES) return null;
    const text = decode(bytes);
    if (text === null) return null;
    const kept = [...text].map(toAscii)
      .map((symbol) => (folds ? upper(symbol) : symbol))
      .filter((symbol) => !SEPARATORS.has(symbol))
      .map((symbol) => position.get(lookalikes[symbol] ?? symbol));
    return kept.length === total && !kept.includes(undefined) ? kept : null;
  };
}
