// Reads files of shipped formats the way a bureau would, with readers written from the standards and
// nothing of ours: CSV after the grammar of RFC 4180, JSON lines by JSON.parse, tracks by the LRC
// rule. `node readers.mjs data N`: the data of N cards; `node readers.mjs judge DATA FOLDER`: the
// files in FOLDER say exactly that data; `node readers.mjs column FILE NAME`: one column of a CSV.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Random } from '../../oracle/random.mjs';
import { card, constants } from '../../oracle/records_data.mjs';

// ---- RFC 4180 section 2, rule by rule, over characters

function csv(text, separator = ',', eol = '\r\n') {
  const rows = [[]];
  let at = 0;
  const field = () => {
    let out = '';
    if (text[at] !== '"') {
      while (at < text.length && text[at] !== separator && !text.startsWith(eol, at)) {
        assert.notEqual(text[at], '"', 'a quote within a bare field');
        out += text[at++];
      }
      return out;
    }
    for (at++; ; out += text[at++]) {
      assert.ok(at < text.length, 'a field without its end');
      if (text[at] !== '"') continue;
      if (text[at + 1] !== '"') break;
      at++;
    }
    at++;
    return out;
  };
  while (at < text.length) {
    rows.at(-1).push(field());
    if (text[at] === separator) at++;
    else {
      assert.ok(text.startsWith(eol, at), 'a record without its end');
      at += eol.length;
      rows.push([]);
    }
  }
  assert.deepEqual(rows.pop(), []);
  return rows;
}

// ---- The LRC rule, and published vectors of it

// Data bits of all characters from start to end sentinel, exclusive or: the parity bit is set for
// the LRC character by itself.
function lrcHolds(track) {
  const base = track[0] === '%' ? 0x20 : 0x30;
  const sum = [...track].reduce((x, c) => x ^ (c.charCodeAt(0) - base), 0);
  return sum === 0 && track.at(-2) === '?';
}
for (const vector of ['%B6035718888880528923^GIFT/CARD^4912000?P', ';6035718888880528923=4912000?6',
  ';1234567890=2512?<', '%HELLO?X'])
  assert.ok(lrcHolds(vector));
assert.ok(!lrcHolds('%HELLO?Y'));

// ---- What each file must say

const hash = (data, of) => data.records.reduce(
  (sum, r) => (sum + BigInt(r[of].replace(/\D/g, ''))) % 10n ** 15n, 0n);

const judges = {
  'csv-comma': (bytes, data) => {
    const [names, ...rows] = csv(bytes.toString('utf8'));
    assert.deepEqual(names, ['sequence', 'control', 'number', 'ean13', 'track1', 'track2']);
    assert.deepEqual(rows, data.records.map((r, i) =>
      [`${i + 1}`, r.control, r.number, r.ean13, r.track1, r.track2]));
  },
  'csv-semicolon-bom': (bytes, data) => {
    assert.deepEqual([...bytes.subarray(0, 3)], [0xEF, 0xBB, 0xBF]);
    const [, ...rows] = csv(bytes.subarray(3).toString('utf8'), ';');
    assert.deepEqual(rows, data.records.map((r, i) => [`${i + 1}`, r.control, r.number_human,
      data.constants.product, `${Math.floor(i / 100) + 1}`, `${(i % 100) + 1}`]));
  },
  'csv-tab': (bytes, data) => {
    const rows = csv(bytes.toString('utf8'), '\t', '\n').slice(1);
    assert.deepEqual(rows.map((r) => r[4]), data.records.map((r) => r.tag));
  },
  'csv-pipe-bureau': (bytes, data) => {
    const rows = csv(bytes.toString('ascii'), '|');
    assert.deepEqual(rows.shift().slice(0, 5), ['HEADER', 'records-001', '1.0', 'TEST', '000042']);
    const [word, records, units, total] = rows.pop();
    assert.deepEqual([word, Number(records), Number(units)],
      ['TRAILER', data.records.length, data.records.length]);
    assert.equal(BigInt(total), hash(data, 'number'));
    assert.deepEqual(rows.map((r) => r[6]), data.records.map((_, i) =>
      (i % 15 === 14 || i + 1 === data.records.length ? '1' : '0')));
  },
  'fixed-width': (bytes, data) => {
    assert.equal(bytes.length, (data.records.length + 2) * 82);
    for (let at = 80; at < bytes.length; at += 82)
      assert.equal(bytes.toString('ascii', at, at + 2), '\r\n');
    data.records.forEach((r, i) =>
      assert.equal(bytes.toString('ascii', (i + 1) * 82 + 26, (i + 1) * 82 + 45), r.number));
  },
  jsonl: (bytes, data) => {
    const lines = bytes.toString('utf8').trimEnd().split('\n').map((l) => JSON.parse(l));
    assert.equal(lines.shift().product, data.constants.product);
    assert.equal(BigInt(lines.pop().hash_total), hash(data, 'number'));
    assert.deepEqual(lines.map((l) => [l.sequence, l.number, l.track1, l.url]),
      data.records.map((r, i) => [i + 1, r.number, r.track1, r.url]));
  },
  'vdp-csv': (bytes, data) => {
    const [names, ...rows] = csv(bytes.toString('utf8'));
    assert.equal(names[3], '@image');
    assert.deepEqual(rows.map((r) => [r[1], r[3], r[4]]),
      data.records.map((r) => [r.code_human, r.image, data.constants.product]));
  },
  'pin-letter': (bytes, data) => {
    const rows = csv(bytes.toString('ascii')).slice(1, -1);
    assert.deepEqual(rows.map((r) => r.slice(0, 2)), data.records.map((r) => [r.control, r.pin]));
    for (const r of data.records) assert.ok(!bytes.includes(r.number));
  },
  'plain-list': (bytes, data) => assert.equal(bytes.toString('ascii'),
    data.records.map((r) => `${r.code}\n`).join('')),
  'datacard-dcc': (bytes, data) => {
    const record = /^(\d{6})#DCC#([^"#]*)"([^"#]*)"#ENC#(%[^?]*\?)(;[^?]*\?)#END#@@@@@@\r$/;
    const rows = bytes.toString('ascii').trimEnd().split('\n').map((l) => `${l.trimEnd()}\r`.match(record));
    assert.deepEqual(rows.map((m) => m.slice(2)), data.records.map((r) =>
      [r.number_human, r.control, r.track1, r.track2]));
  },
  lrc: (bytes, data) => {
    const rows = csv(bytes.toString('ascii')).slice(1);
    assert.equal(rows.length, data.records.length);
    for (const tracks of rows) assert.ok(tracks.every(lrcHolds));
  },
};

// ---- Commands

const [command, ...args] = process.argv.slice(2);
if (command === 'data') {
  const random = new Random('cards for readers');
  const records = Array.from({ length: Number(args[0]) }, (_, i) => card(random, i));
  console.log(JSON.stringify({ plan: { carton: 100, bundle: 15 }, constants, records }));
} else if (command === 'judge') {
  const data = JSON.parse(readFileSync(args[0], 'utf8'));
  for (const [name, judge] of Object.entries(judges))
    judge(readFileSync(join(args[1], name)), data);
  console.log(`${Object.keys(judges).length} files of ${data.records.length} cards say what they should`);
} else if (command === 'column') {
  const [names, ...rows] = csv(readFileSync(args[0], 'utf8'));
  const i = names.indexOf(args[1]);
  assert.ok(i >= 0);
  for (const row of rows) console.log(row[i]);
}
