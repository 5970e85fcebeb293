// GS1 texts before linters and parsers of other authors: bwip-js's own linter and link parser,
// digital-link.js (the grammar of the standard, 1.4.1) and gs1-barcode-parser-mod. Every number of
// two to four digits is asked for as an identifier; thousands of messages are made from our table,
// half of them bent, in brackets, as symbols carry them, and as links. Both sides must agree on
// each; where they need not, it says why.
// Usage: gs1.mjs GS1_LINES [SEED [MESSAGES]]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import bwipjs from 'bwip-js';
import grammar from 'digital-link.js/src/util.js';
import barcodeParser from 'gs1-barcode-parser-mod';

const [lines, seedText = '20261122', countText = '4000'] = process.argv.slice(2);
const COUNT = Number(countText);
const GS = '\x1d';

// ---- ours, a line each, in order -------------------------------------------------------------
const child = spawn(lines, { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function ask(texts) {
  for (const [form, text] of texts) child.stdin.write(`${form} ${Buffer.from(text, 'latin1').toString('hex')}\n`);
  const out = [];
  for (let i = 0; i < texts.length; i++) {
    const { value } = await answers.next();
    const [verdict, first, ...rest] = value.split(' ');
    out.push(verdict === 'ok'
      ? { ok: true, carried: Buffer.from(first, 'hex').toString('latin1'), link: rest[0] }
      : { ok: false, why: value });
  }
  return out;
}

// ---- theirs -----------------------------------------------------------------------------------
const LINT = /^bwipp\.(GS1|invalidPos|positionNot|endNot|positionZero|endZero|positionExceeds)/;
function bwip(kind, text) {
  try {
    bwipjs.raw(kind, text, '');
    return { ok: true };
  } catch (e) {
    const why = String(e.message ?? e);
    return { ok: !LINT.test(why), why }; // what else it says is about the symbol, not the text
  }
}

// ---- random messages --------------------------------------------------------------------------
let state = BigInt(seedText);
function random(n) { // splitmix64
  state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((z ^ (z >> 31n)) % BigInt(n));
}
const pick = (a) => a[random(a.length)];
const DIGITS = '0123456789', UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', LOWER = UPPER.toLowerCase();
const SETS = { 1: DIGITS, 2: `${DIGITS}${UPPER}${LOWER}!"%&')*+,-./:;<=>?_`, 3: `${DIGITS}${UPPER}#-/`, 4: `${DIGITS}${UPPER}${LOWER}-_` };
const text = (set, n) => Array.from({ length: n }, () => pick(SETS[set])).join('');
const two = (n) => String(n).padStart(2, '0');
const date = (d0) => two(random(100)) + two(1 + random(12)) + two(random(d0 ? 30 : 28) + (d0 ? 0 : 1));
const mod10 = (s) => (10 - [...s].reverse().reduce((t, c, i) => t + Number(c) * (i % 2 ? 1 : 3), 0) % 10) % 10;
function iban() {
  const bban = text(1, 18);
  const rest = BigInt(`${bban}232100`) % 97n; // "NL" is 23 21
  return `NL${two(98 - Number(rest))}${bban}`;
}
const [VALUES, PAIR] = [`!"%&'()*+,-./${DIGITS}:;<=>?${UPPER}_${LOWER}`, '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'];
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];
function withPair(s) {
  const sum = [...s].reverse().reduce((t, c, i) => t + VALUES.indexOf(c) * PRIMES[i], 0) % 1021;
  return s + PAIR[sum >> 5] + PAIR[sum & 31];
}
function coupon() {
  const counted = (lo, hi, more) => { const n = lo + random(hi - lo + 1); return n + text(1, n + more); };
  const purchase = () => counted(1, 5, 0) + pick('012349') + text(1, 3);
  const other = () => (random(2) ? '9' : counted(0, 6, 6));
  let c = counted(0, 6, 6) + text(1, 6) + counted(1, 5, 0) + purchase();
  if (random(3) === 0) c += `1${random(4)}${purchase()}${other()}`;
  if (random(4) === 0) c += `2${purchase()}${other()}`;
  if (random(3) === 0) c += `3${date(false)}`;
  if (random(3) === 0) c += `4${date(false)}`;
  if (random(3) === 0) c += `5${counted(0, 9, 6)}`;
  if (random(3) === 0) c += `6${counted(1, 7, 6)}`;
  if (random(3) === 0) c += `9${pick('01256')}${pick('012')}${pick(DIGITS)}${pick('01')}`;
  return c;
}
const offer = () => { const f = random(7), s = random(10); return `${random(2)}${f}${text(1, f + 6)}${text(1, 6)}${s}${text(1, s + 6)}`; };
// By the numbers of enum gs1_meaning.
const MEANT = [null,
  (n) => { const s = text(1, n - 1); return s + mod10(s); }, (n) => withPair(text(1, 4) + text(2, Math.max(n - 6, 0))),
  (n) => withPair(text(1, 4) + pick(UPPER) + text(2, Math.max(n - 7, 0))), (n) => text(1, 2) + text(1, Math.max(n - 2, 0)),
  () => date(true), () => date(false), () => `${1900 + random(130)}${date(false).slice(2)}`, () => two(random(24)),
  () => two(random(24)) + two(random(60)), () => two(random(60)), () => two(random(60)),
  () => pick(['528', '056', '276', '008', '894']), () => pick(['999', '528']), () => pick(['NL', 'BE', 'ZW', 'AD']),
  () => pick(['978', '840', '008', '999']), (n) => text(1, 1) + pick(['', '%20', '%c3', '%4']) + text(1, Math.max(n - 4, 0)),
  iban, () => pick('01'), () => '0', (n) => text(1, n), (n) => pick('123456789') + text(1, n - 1), () => pick('019'),
  () => { const n = 1 + random(99); return two(1 + random(n)) + two(n); },
  () => { const n = 1 + random(9); return `${1 + random(n)}/${n}`; }, () => '-',
  () => `${random(2)}${text(1, 9)}`, () => `${random(4)}${text(1, 9)}`, () => pick(['01', '10', '80', '99']),
  () => pick('0129'), () => pick(SETS[4]), coupon, offer];

function value(row) {
  let out = '';
  for (const [set, min, max, meaning, optional] of row.parts) {
    if (optional && random(2)) break;
    const n = min + random(max - min + 1);
    out += MEANT[meaning] ? MEANT[meaning](n) : text(set, n);
  }
  return out;
}
const pad = (n) => String(n).padStart(4, '0');
function aiOf(row) {
  const span = row.to - row.from;
  const four = pad(row.from + (row.two === 2 && span > 0 ? 100 * random(span / 100 + 1) : random(span + 1)));
  return four.slice(0, row.two);
}
function bend(s) {
  const at = random(s.length + 1);
  const c = pick(`${SETS[2]} ~[]^`);
  return pick([() => s.slice(0, at) + c + s.slice(at), () => s.slice(0, at) + s.slice(at + 1),
    () => s.slice(0, at) + c + s.slice(at + 1), () => s.slice(0, at) + pick(DIGITS) + s.slice(at + 1),
    () => s.slice(0, at)])();
}

// ---- the table ---------------------------------------------------------------------------------
child.stdin.write('T\n');
const table = [];
for (let line; (line = (await answers.next()).value) !== 'end';) {
  const [from, to, parts, needs] = line.split(' ');
  table.push({ from: Number(from), to: Number(to), parts: parts.split(',').map((p) => p.split(':').map(Number)), needs: needs === '-' ? [] : needs.split('&').map((g) => g.split(',').map((a) => a.split('+'))) });
}
const known = new Map();
{ // every number of two to four digits: is it an identifier on both sides?
  const all = [2, 3, 4].flatMap((n) => Array.from({ length: 10 ** n }, (_, i) => String(i).padStart(n, '0')));
  const ours = await ask(all.map((ai) => ['B', `(${ai})1`]));
  for (const [i, ai] of all.entries()) {
    const theirs = !String(bwip('gs1-128', `(${ai})1`).why ?? '').includes('GS1unknownAI');
    const mine = ours[i].ok || !ours[i].why.startsWith('no not found');
    assert.equal(mine, theirs, `(${ai}): ours ${ours[i].why ?? "ok"}`);
    if (mine) known.set(ai, table.find((r) => r.from <= Number(ai.padEnd(4, '0')) && Number(ai.padEnd(4, '0')) <= r.to));
  }
  for (const [ai, row] of known) row.two = ai.length;
}
console.log(`identifiers: all ${known.size} of 11,100 numbers are the same ones`);
const rows = [...new Set(known.values())];
const rowOf = (ai) => known.get(ai);

const aiLike = (pattern) => pick([...known.keys()].filter((ai) => ai.length === pattern.length && [...pattern].every((c, i) => c === 'n' || c === ai[i])));
function message() {
  const elements = [];
  const add = (ai) => {
    if (elements.some(([a]) => a === ai)) return;
    elements.push([ai, value(rowOf(ai))]);
    for (const group of rowOf(ai).needs)
      if (random(8) > 0) for (const other of pick(group)) add(aiLike(other));
  };
  for (let n = 1 + random(3); n > 0; n--)
    add(random(2) ? aiOf(pick(rows)) : pick(['01', '10', '17', '21', '22', '235', '11', '240', '255', '3902', '3103', '99', '90', '3942', '8018', '8019']));
  return elements.sort(() => random(3) - 1);
}
const brackets = (m) => m.map(([ai, v]) => `(${ai})${v}`).join('');
const FIXED = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;
const carried = (m) => m.map(([ai, v], i) => ai + v + (i + 1 < m.length && !FIXED.test(ai) ? GS : '')).join('');

// ---- brackets ----------------------------------------------------------------------------------
const explained = new Map();
const explain = (why) => explained.set(why, (explained.get(why) ?? 0) + 1);
let good = 0, bad = 0;
const valid = [];
{
  const made = Array.from({ length: COUNT }, () => {
    const m = message();
    if (random(2) === 0) return m;
    const at = random(m.length);
    m[at][1] = bend(m[at][1]);
    return m;
  }).filter((m) => m.length > 0);
  const texts = made.map(brackets);
  const ours = await ask(texts.map((t) => ['B', t]));
  for (const [i, t] of texts.entries()) {
    const theirs = bwip('gs1datamatrix', t);
    if (ours[i].ok) { good++; valid.push({ m: made[i], ...ours[i] }); } else bad++;
    if (ours[i].ok === theirs.ok) {
      if (ours[i].ok) assert.equal(ours[i].carried, carried(made[i]), t);
      continue;
    }
    if (ours[i].ok && /unknownPackageType/.test(theirs.why)) explain('(7041): the list of UN package types is not ours');
    else assert.fail(`${t}\n  ours: ${ours[i].why ?? 'ok'}\n  bwip-js: ${theirs.why ?? 'ok'}`);
  }
}
console.log(`brackets: ${good} taken and ${bad} refused by both`);
assert.ok(good > COUNT / 10 && bad > COUNT / 4, 'the mixture judges both sides');

// ---- carried ------------------------------------------------------------------------------------
{
  const ours = await ask(valid.map((v) => ['A', `]d2${v.carried}`]));
  let same = 0;
  for (const [i, v] of valid.entries()) {
    assert.equal(ours[i].carried, v.carried, 'what we write, we read');
    let items = [];
    try {
      items = barcodeParser.parseBarcode(`]d2${v.carried}`).parsedCodeItems;
    } catch { /* its items are missing: judged below */ }
    if (v.m.every(([ai, text], k) => items[k]?.ai === ai && items[k].raw === text)) same++;
    else if (v.m.some(([ai]) => /^(03|7041|717|8014|804[0-3]|811[12])$/.test(ai))) explain('gs1-barcode-parser-mod has no 03, 7041, 717, 8014, 8040 to 8043, 8111, 8112');
    else if (v.m.some(([ai]) => ai === '7007')) explain('gs1-barcode-parser-mod takes a second harvest date where none follows');
    else if (v.m.some(([ai]) => ai === '425')) explain('gs1-barcode-parser-mod knows one country of disassembly, not five');
    else assert.fail(`${v.carried}: ${JSON.stringify(items)}`);
  }
  console.log(`carried: ${same} of ${valid.length} read the same by gs1-barcode-parser-mod`);
}

// ---- links --------------------------------------------------------------------------------------
// Where the standard's grammar 1.4.1, or the parser that digital-link.js runs it with, is behind.
const BEHIND = [
  [/%22/, 'the grammar has the quotation mark unencoded'],
  [/\/(235|7040)\//, 'digital-link.js does not come back from the shorter path to the one with 235 or 7040'],
  [/\/415\//, 'the grammar forgets the path of 415'],
  [/[?&](39[0-3][6-9]|395[45]|4309|433\d|7011|71[4-7]|724[0-2]|725\d|8030)=/, 'the grammar is older than this identifier'],
  [/[?&]42[35]=\d{3}(&|$)/, 'the grammar wants more than one country'],
];
const made = valid.filter((v) => v.link !== '-');
{
  const back = await ask(made.map((v) => ['L', v.link]));
  let inGrammar = 0;
  for (const [i, v] of made.entries()) {
    assert.ok(back[i].ok, `${v.link}: ${back[i].why}`);
    assert.equal(back[i].link, v.link, 'a canonical link is made again as it was');
    const theirs = bwip('gs1dldatamatrix', v.link);
    assert.ok(theirs.ok, `${v.link}: ${theirs.why}`);
    if (grammar.validateUrl(v.link)) { inGrammar++; continue; }
    const why = BEHIND.find(([pattern]) => pattern.test(v.link));
    assert.ok(why, `${v.link}: not in the grammar`);
    explain(why[1]);
  }
  console.log(`links: ${made.length} made, read by us and by bwip-js, ${inGrammar} in the standard's grammar`);
}

// Links that were bent: characters, order, place in path or query, case, stems.
function bendLink(link) {
  const [path, query = ''] = link.split('?');
  const parts = path.split('/').slice(3);
  const origin = pick(['https://id.example.com', 'HTTPS://ID.EXAMPLE.COM', 'http://id.example.com:8080/a/b', 'https://id.example.com/01/02']);
  const rest = query ? `?${query}` : '';
  const pairs = [];
  for (let i = 0; i + 1 < parts.length; i += 2) pairs.push(`${parts[i]}/${parts[i + 1]}`);
  return pick([
    () => bend(link),
    () => `${origin}/${parts.join('/')}${rest}`,
    () => `${origin}/${[pairs[0], ...pairs.slice(1).reverse()].join('/')}${rest}`,
    () => `${origin}/${parts.join('/')}?${pick(['21', '10', '22', '235', '17', '8019', 'linkType'])}=${pick(['1', '271231', 'gs1:pip'])}${query ? `&${query}` : ''}`,
    () => `${origin}/${parts.join('/')}/${pick(['21/A', '10/B', '22/C', '235/D', '11/260101', '99/x', ''])}${rest}`,
    () => link.replace(/%../g, (h) => h.toLowerCase()),
    () => `${link}${pick(['#x', '?', '&a=b', '/', '%', '%4', '%zz'])}`,
  ])();
}
{
  const bent = made.map((v) => bendLink(v.link)).filter((t) => /^[\x20-\x7e]+$/.test(t));
  const ours = await ask(bent.map((t) => ['L', t]));
  let taken = 0;
  for (const [i, t] of bent.entries()) {
    const theirs = bwip('gs1dldatamatrix', t);
    if (ours[i].ok) taken++;
    if (ours[i].ok === theirs.ok) continue;
    if (theirs.ok && /%.?($|[/?&#])/.test(t)) explain('bwip-js lets a cut percent-encoding stand; RFC 3986 does not');
    else if (ours[i].ok && /badScheme/.test(theirs.why) && /^https?:/i.test(t)) explain('a scheme in mixed case is one in RFC 3986');
    else if (/\?.*[+;]/.test(t)) explain('in a query, + is a space to bwip-js, and ; no separator');
    else if (ours[i].ok && /unknownPackageType/.test(theirs.why)) explain('(7041): the list of UN package types is not ours');
    else assert.fail(`${t}\n  ours: ${ours[i].why ?? 'ok'}\n  bwip-js: ${theirs.why ?? 'ok'}`);
  }
  console.log(`bent links: ${taken} taken and ${bent.length - taken} refused by both`);
}
for (const [why, n] of explained) console.log(`  not agreed on, ${n}: ${why}`);
child.stdin.end();
