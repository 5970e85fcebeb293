// Made data for files of orders: cards as a pool would give them (Luhn, EAN-13, LRC computed here),
// and texts that are hard on separators, quotes, tags and encodings. Reproducible by its seed.

const digits = (random, n) => Array.from({ length: n }, () => random.below(10)).join('');

export function luhn(body) {
  let sum = 0;
  [...body].reverse().forEach((c, i) => {
    const v = i % 2 === 0 ? 2 * Number(c) : Number(c);
    sum += v > 9 ? v - 9 : v;
  });
  return body + ((10 - (sum % 10)) % 10);
}

export function modulo10(body) { // GS1 General Specifications 7.9
  const sum = [...body].reverse().reduce((s, c, i) => s + (i % 2 === 0 ? 3 : 1) * Number(c), 0);
  return body + ((10 - (sum % 10)) % 10);
}

// Exclusive or of the characters' data bits, start to end sentinel: 6 bits from 0x20 on track 1,
// 4 bits from 0x30 on track 2 (ISO/IEC 7811; vectors in tests/system/formats/readers.mjs).
export function lrc(track) {
  const base = track[0] === '%' ? 0x20 : 0x30;
  return String.fromCharCode(base + [...track].reduce((x, c) => x ^ (c.charCodeAt(0) - base), 0));
}

export function card(random, i, member = 1) {
  const number = luhn(`9528${digits(random, 14)}`);
  const track1 = `%B${number}^GIFT/CARD^4912?`, track2 = `;${number}=4912?`;
  const code = Array.from({ length: 12 }, () => 'ACDEFGHJKMNPQRTVWXY34679'[random.below(24)]).join('');
  const control = `A${`${i + 1}`.padStart(8, '0')}`;
  return {
    number, number_human: number.replace(/(.{4})(?=.)/g, '$1 '),
    ean13: modulo10(`29${digits(random, 10)}`), gsrn: modulo10(`9506000${digits(random, 10)}`),
    tag: luhn(`9528${digits(random, 12)}`), member: `${member}`, track1, track2,
    track1_lrc: track1 + lrc(track1), track2_lrc: track2 + lrc(track2), pin: digits(random, 6),
    control, code, code_human: code.replace(/(.{4})(?=.)/g, '$1-'),
    url: `https://example.com/c/${code}`, image: `${control}.png`, match: number,
  };
}

const letters = { ascii: '', 'iso-8859-1': '\u00A0\u00A7\u00B5\u00C4\u00D7\u00DF\u00E9\u00F7\u00FF',
  'windows-1252': '\u20AC\u0160\u2019\u0178\u00E9\u00DF', 'utf-8': '\u20AC\u03A9\u0414\u{1F39F}\u00E9\u00DF' };
const awkward = `"",;|\t'&<>{}\\/ #@~^?=`;

// A text of n characters that the encoding has; a tab would be a control character.
export function text(random, encoding, n) {
  const from = [...(awkward.replace('\t', '') + letters[encoding] + 'aZ09 ')];
  return Array.from({ length: n }, () => from[random.below(from.length)]).join('');
}

export const constants = {
  order: 'ORDER-000007', set: 'gift-2027', brand: 'Brio & Sons', mode: 'TEST',
  product: 'Gift card "Caf\u00E9", 25 \u20AC', gtin: '09506000134352', date: '2026-11-23',
  expiry: '4912', amount: '2500', currency: 'EUR', made: '2026-11-24', file: 'records-001',
  file_no: '1', file_sequence: '42',
};
