// Writes files by record formats from docs/guide/record-formats.md alone. It judges no mistakes:
// formats and texts are sound here. Data: {plan: {first, carton, bundle}, constants, records}, each
// value a text under its word.

const HASH_MODULUS = 10n ** 15n;
export const EXTENSIONS = { csv: '.csv', fixed: '.txt', xml: '.xml', jsonl: '.jsonl', text: '.txt' };

// ---- Encodings

// Bytes 0x80 to 0x9F of Windows-1252 (node's own decoder reads them as ISO/IEC 8859-1).
const WINDOWS = '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152' +
  '\x8D\u017D\x8F\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A' +
  '\u0153\x9D\u017E\u0178';

const labels = { 'utf-8': 'UTF-8', 'iso-8859-1': 'ISO-8859-1', 'windows-1252': 'windows-1252',
  ascii: 'US-ASCII' };

export function encoder(name) {
  if (name === 'utf-8') return (text) => Buffer.from(text, 'utf8');
  if (name !== 'windows-1252') return (text) => Buffer.from(text, 'latin1');
  const byte = (c) => (WINDOWS.includes(c) ? 0x80 + WINDOWS.indexOf(c) : c.charCodeAt(0));
  return (text) => Buffer.from([...text].map(byte));
}

// ---- Words and fields

function fill(text, words) {
  return text.replace(/\{\{|\}\}|\{([^}]*)\}/g, (whole, word) => {
    if (word === undefined) return whole[0];
    if (!(word in words)) throw new Error(`no word ${word}`);
    return words[word];
  });
}

// Only what ISO/IEC 8859-1 has in both forms.
const inCase = (text, change) => [...text].map((c) => {
  const other = change(c);
  return c <= '\u00FF' && other.length === 1 && other <= '\u00FF' ? other : c;
}).join('');

function shaped(field, words) {
  let text = [...fill(field.value, words)].filter((c) => !(field.remove ?? '').includes(c)).join('');
  if (field.case === 'upper') text = inCase(text, (c) => c.toUpperCase());
  if (field.case === 'lower') text = inCase(text, (c) => c.toLowerCase());
  const padding = (field.pad ?? ' ').repeat(Math.max(0, (field.width ?? 0) - [...text].length));
  return field.align === 'right' ? padding + text : text + padding;
}

const xml = (text) => text.replace(/[&<>"']/g, (c) =>
  ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[c]);

// ---- One line of each kind

function csvCell(t, text) {
  const always = t.quote === 'always';
  const needed = (t.quote ?? 'needed') === 'needed' &&
    (text.includes('"') || text.includes(t.separator ?? ','));
  return always || needed ? `"${text.replaceAll('"', '""')}"` : text;
}

function xmlLine(fields, words, element) {
  const said = (f) => xml(shaped(f, words));
  const attributes = fields.filter((f) => f.as === 'attribute');
  const children = fields.filter((f) => f.as !== 'attribute');
  const open = element + attributes.map((f) => ` ${f.name}="${said(f)}"`).join('');
  if (children.length === 0) return `<${open}/>`;
  return `<${open}>${children.map((f) => `<${f.name}>${said(f)}</${f.name}>`).join('')}</${element}>`;
}

const lineOf = {
  csv: (t, fields, words) =>
    fields.map((f) => csvCell(t, shaped(f, words))).join(t.separator ?? ','),
  fixed: (t, fields, words) => fields.map((f) => shaped(f, words)).join(''),
  jsonl: (t, fields, words) => `{${fields.map((f) => `${JSON.stringify(f.name)}:${
    f.number ? shaped(f, words) : JSON.stringify(shaped(f, words))}`).join(',')}}`,
  xml: (t, fields, words, element) => xmlLine(fields, words, element),
  text: (t, line, words) => {
    const own = Object.fromEntries((t.fields ?? []).filter((f) => knows(f, words))
      .map((f) => [f.name, shaped(f, words)]));
    return fill(line, { ...words, ...own });
  },
};

// A field of a text format's own may use words of records: in header and trailer it has no meaning.
const knows = (field, words) =>
  [...field.value.replaceAll('{{', '').matchAll(/\{([^}]*)\}/g)].every((m) => m[1] in words);

// ---- A file

function recordWords(t, data, i) {
  const { first = 1, carton = 0, bundle = 0 } = data.plan;
  const place = first + i;
  const size = carton > 0 ? carton : Infinity;
  const words = { ...data.constants, ...data.records[i] };
  const last = i + 1 === data.records.length;
  Object.assign(words, {
    sequence: `${place}`, in_file: `${i + 1}`, carton: `${Math.floor((place - 1) / size) + 1}`,
    in_carton: `${size === Infinity ? place : ((place - 1) % size) + 1}`,
    bundle_end: last || (bundle > 0 && place % bundle === 0) ? '1' : '0' });
  if (t.match) words.match = words[t.match];
  return words;
}

function hashTotal(t, data) {
  if (!t.hash_total) return undefined;
  let sum = 0n;
  for (let i = 0; i < data.records.length; i++)
    sum += BigInt(recordWords(t, data, i)[t.hash_total].replace(/[^0-9]/g, '') || '0');
  return `${sum % HASH_MODULUS}`;
}

export function file(t, data) {
  const eol = (t.eol ?? (t.kind === 'xml' || t.kind === 'jsonl' ? 'lf' : 'crlf')) === 'lf'
    ? '\n' : '\r\n';
  const counts = { ...data.constants, records: `${data.records.length}`,
    units: `${data.records.filter((r) => (r.member ?? '1') === '1').length}` };
  const ends = { ...counts, hash_total: hashTotal(t, data) };
  const say = (line, words, element) => lineOf[t.kind](t, line, words, element) + eol;
  let out = t.bom ? '\uFEFF' : '';
  if (t.kind === 'xml') {
    out += `<?xml version="1.0" encoding="${labels[t.encoding ?? 'utf-8']}"?>${eol}`;
    out += `<${t.root ?? 'order'}${t.namespace ? ` xmlns="${t.namespace}"` : ''}>${eol}`;
  }
  for (const line of t.header ?? []) out += say(line, counts, 'header');
  if (t.kind === 'csv' && t.names !== false)
    out += t.fields.map((f) => csvCell(t, f.name)).join(t.separator ?? ',') + eol;
  data.records.forEach((_, i) => {
    const words = recordWords(t, data, i);
    if (t.kind === 'text') for (const line of t.record) out += say(line, words);
    else out += say(t.fields, words, t.element ?? 'record');
  });
  for (const line of t.trailer ?? []) out += say(line, ends, 'trailer');
  if (t.kind === 'xml') out += `</${t.root ?? 'order'}>${eol}`;
  return encoder(t.encoding ?? 'utf-8')(out);
}

export function companion(t, c, constants) {
  const words = c.escape === 'xml'
    ? Object.fromEntries(Object.entries(constants).map(([k, v]) => [k, xml(v)])) : constants;
  const eol = t.eol === 'lf' ? '\n' : '\r\n';
  return [fill(c.file, constants),
    encoder(t.encoding ?? 'utf-8')(c.lines.map((l) => fill(l, words) + eol).join(''))];
}
