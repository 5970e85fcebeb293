// What people type and what must not be printed: normalisation of a code text, and the filters.
// `normaliser` gives alphabet positions, or null for a text that cannot be a code.
// Refuses bad UTF-8, foreign symbols and any length but the exact one.
// Reference: docs/design/construction.md sections 8 and 9.

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

const TURNS_TO_ITSELF = '08HINOSXZ';
const TURNS_TO_OTHER = { 6: '9', 9: '6', M: 'W', W: 'M' };

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

/** A function from bytes to `total` alphabet positions, or null. */
export function normaliser(alphabet, lookalikes, total) {
  const position = new Map([...alphabet].map((symbol, i) => [symbol, i]));
  const folds = !/[a-z]/.test(alphabet);
  for (const [from, to] of Object.entries(lookalikes)) {
    if (position.has(from) || !position.has(to)) throw new RangeError(`look-alike ${from}${to}`);
  }
  return (bytes) => {
    const text = decode(bytes);
    if (text === null) return null;
    const kept = [...text].map(toAscii)
      .map((symbol) => (folds ? upper(symbol) : symbol))
      .filter((symbol) => !SEPARATORS.has(symbol))
      .map((symbol) => position.get(lookalikes[symbol] ?? symbol));
    return kept.length === total && !kept.includes(undefined) ? kept : null;
  };
}

function turned(text, alphabet) {
  const out = [...text].reverse().map((symbol) => {
    const image = TURNS_TO_ITSELF.includes(symbol) ? symbol : TURNS_TO_OTHER[symbol];
    return image !== undefined && alphabet.includes(image) ? image : null;
  });
  return out.includes(null) ? null : out.join('');
}

/** Whether the minter skips this text (data and check character, without separators). */
export function isFiltered(text, alphabet, filter) {
  if (filter === null) return false;
  if (filter.words.some((word) => text.includes(word))) return true;
  const other = filter.rotation ? turned(text, alphabet) : null;
  return other !== null && other !== text;
}
