// The callers of the demo: several keep-alive clients at once against POST /v1/redeem, some asking
// for one code at a time, some for arrays. Counts every answer as it came and judges nothing: the
// report is made from the counts. Usage:
//   node demo_client.mjs URL KEYFILE CODESDIR SCHEME.json COUNT CLIENTS REDEEMED.txt
// Check characters of the forgeries come from tests/oracle/check.mjs, written from the published
// construction alone. It refuses to go on when an answer is not 200.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import http from 'node:http';
import { join } from 'node:path';
import { checker } from '../../tests/oracle/check.mjs';

const ARRAY = 100; // codes of one request of the array clients
const SINGLES = 0.1; // share of the codes that is asked for one at a time

const [url, keyFile, codesDir, schemeFile, countText, clientsText, redeemedFile] =
  process.argv.slice(2);
const count = Number(countText);
const clients = Number(clientsText);
const apiKey = readFileSync(keyFile, 'utf8').trim();
const scheme = JSON.parse(readFileSync(schemeFile, 'utf8'));
const symbols = scheme.alphabet.symbols;
const check = checker(scheme.check, symbols.length);
const agent = new http.Agent({ keepAlive: true, maxSockets: clients });

// ---- codes, true and false

/** `wanted` codes spread evenly over all files, the i-th of every stride. */
function spread(all, wanted, offset) {
  const stride = Math.floor(all.length / wanted);
  return Array.from({ length: wanted }, (_, i) => all[i * stride + offset]);
}

function readCodes() {
  const codes = [];
  for (const name of readdirSync(codesDir).sort())
    for (const line of readFileSync(join(codesDir, name), 'utf8').split('\n').slice(1))
      if (line !== '') codes.push(line.slice(0, line.indexOf(',')));
  return codes;
}

/** A random code with a right check character: only the cipher can tell that it is none. */
function forge() {
  const data = Array.from({ length: scheme.length }, () => randomInt(symbols.length));
  return [...data, ...(check === null ? [] : [check(data)])].map((i) => symbols[i]).join('');
}

/** One symbol wrong, or two neighbours swapped: what fingers do. */
function mistype(code) {
  const at = randomInt(code.length - 1);
  const swapped = code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2);
  if (randomInt(2) === 0 && swapped !== code) return swapped;
  const other = symbols[(symbols.indexOf(code[at]) + 1 + randomInt(symbols.length - 1)) % symbols.length];
  return code.slice(0, at) + other + code.slice(at + 1);
}

// ---- asking

function post(body) {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/v1/redeem`, { method: 'POST', headers, agent }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const got = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(got));
        else reject(new Error(`HTTP ${answer.statusCode}: ${got}`));
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

function makeJobs(codes) {
  const jobs = [];
  const singles = Math.floor(codes.length * SINGLES);
  for (let i = 0; i < singles; i += 1) jobs.push({ from: i, to: i + 1 });
  for (let i = singles; i < codes.length; i += ARRAY)
    jobs.push({ from: i, to: Math.min(i + ARRAY, codes.length) });
  return jobs;
}

/** Ask about all codes from several clients at once; verdicts in the order of the codes. */
async function askAll(codes) {
  const jobs = makeJobs(codes);
  const verdicts = new Array(codes.length);
  const started = process.hrtime.bigint();
  const client = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const part = codes.slice(job.from, job.to);
      const answer = await post(part.length === 1 ? { code: part[0] } : { codes: part });
      const answers = part.length === 1 ? [answer] : answer.answers;
      answers.forEach((one, i) => { verdicts[job.from + i] = one.verdict; });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { verdicts, rate: Math.round(codes.length / seconds) };
}

function tally(verdicts) {
  const counts = {};
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

// ---- the play

const all = readCodes();
const real = spread(all, count, 0);
const phases = {
  redeemed: real,
  repeated: real,
  forged: Array.from({ length: count }, forge),
  mistyped: spread(all, count, 1).map(mistype),
};
const report = { codes_in_files: all.length, accepted_codes: 0 };
const accepted = new Map();
for (const [phase, codes] of Object.entries(phases)) {
  const { verdicts, rate } = await askAll(codes);
  report[phase] = { verdicts: tally(verdicts), codes_a_second: rate };
  verdicts.forEach((verdict, i) => {
    if (verdict === 'accepted') accepted.set(codes[i], (accepted.get(codes[i]) ?? 0) + 1);
  });
}
agent.destroy();
report.accepted_codes = accepted.size;
report.doubled = [...accepted.values()].reduce((sum, times) => sum + times - 1, 0);
writeFileSync(redeemedFile, [...accepted.keys()].map((code) => `${code}\n`).join(''), { mode: 0o600 });
process.stdout.write(`${JSON.stringify(report)}\n`);
