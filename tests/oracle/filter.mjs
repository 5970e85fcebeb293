// What must not be printed: words in their spellings, and texts that turn into others.
// `filterOf` makes a function from a text (data and check character, no separators) to whether the
// minter skips it. Words are found by one regular expression, a position a time, no automaton.
// Refuses a word list that it does not know.
// Reference: docs/design/construction.md section 9; the words: docs/design/filter-words-1.json.

import { readFileSync } from 'node:fs';

const LIST = new URL('../../docs/design/filter-words-1.json', import.meta.url);
const ALSO_WRITTEN = {
  A: '4', B: '8', E: '3', G: '69', I: '1', L: '1', O: '0', S: '5', T: '7', U: 'V', Z: '2',
};
const TURNS_TO_ITSELF = '08HINOSXZ';
const TURNS_TO_OTHER = { 6: '9', 9: '6', M: 'W', W: 'M' };
const FIRST_LETTER = 'A'.charCodeAt(0);

const rot13 = (word) => word.replace(/[A-Z]/g,
  (c) => String.fromCharCode((c.charCodeAt(0) - FIRST_LETTER + 13) % 26 + FIRST_LETTER));

/** The words of a version of the list, in plain upper case. */
export function wordsOf(version) {
  if (version === 0) return [];
  if (version !== 1) throw new RangeError(`word list ${version}`);
  return JSON.parse(readFileSync(LIST, 'utf8')).words.map(rot13);
}

/** Every character that may stand for one of a word: a letter in both cases, then what else. */
export function spellings(character) {
  const upper = character.toUpperCase();
  if (!/[A-Z]/.test(upper)) return [character];
  const also = [...(ALSO_WRITTEN[upper] ?? '')];
  return [upper, upper.toLowerCase(), ...also, ...also.map((c) => c.toLowerCase())];
}

/** The pattern of a word: its spellings, of which a run of digits alone is none unless listed. */
function spelledPattern(word) {
  const classes = [...word].map((character) => `[${spellings(character).join('')}]`).join('');
  return /^\d+$/.test(word) ? classes : `(?!\\d{${word.length}})${classes}`;
}

function wordFinder({ version, words, spelled }) {
  const patterns = wordsOf(version).map(spelledPattern)
    .concat(spelled ? words.map(spelledPattern) : words);
  if (patterns.length === 0) return () => false;
  const any = new RegExp(patterns.join('|'));
  return (text) => any.test(text);
}

/** The text upside down, or null where that is no text of the alphabet. */
export function turned(text, alphabet) {
  const out = [...text].reverse().map((symbol) => {
    const image = TURNS_TO_ITSELF.includes(symbol) ? symbol : TURNS_TO_OTHER[symbol];
    return image !== undefined && alphabet.includes(image) ? image : null;
  });
  return out.includes(null) ? null : out.join('');
}

/** filter: { version, words, spelled, rotation }, or null for a scheme without. Words of the
 * scheme's own stand for themselves symbol by symbol, or for their spellings if `spelled`. */
export function filterOf(alphabet, filter) {
  if (filter === null) return () => false;
  const spells = wordFinder(filter);
  return (text) => {
    if (spells(text)) return true;
    const other = filter.rotation ? turned(text, alphabet) : null;
    return other !== null && other !== text;
  };
}
