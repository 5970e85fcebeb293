// What a user would write in node instead of countermark. Waits for lines "SECONDS TASK [FILE]" and
// answers each with "items seconds cpu_seconds peak_bytes", measured here. Whole rounds only: a
// round is a million codes or card numbers, each in a Set of its own, as a user would make them.
import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { createInterface } from 'node:readline';

const ROUND = 1_000_000;
const SYMBOLS = '234679BCDFGHJKMPQRTVWXY';
const LENGTH = 13; // as many characters as ours with its check character
const FAIR = 256 - (256 % SYMBOLS.length); // bytes from here on would favour some symbols

const pool = Buffer.alloc(65536);
let at = pool.length;
function byte() {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  return pool[at++];
}

function code() {
  let text = '';
  while (text.length < LENGTH) {
    const b = byte();
    if (b < FAIR) text += SYMBOLS[b % SYMBOLS.length];
  }
  return text;
}

function codes() {
  const made = new Set();
  while (made.size < ROUND) made.add(code());
  return made;
}

function codesToFile(path) {
  const file = openSync(path, 'w', 0o600);
  let text = 'code,serial,batch\n';
  let serial = 0;
  for (const c of codes()) {
    text += `${c.slice(0, 5)}-${c.slice(5, 9)}-${c.slice(9)},${serial++},batch-1\n`;
    if (text.length > 1 << 20) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  unlinkSync(path);
}

function luhnDigit(digits) {
  let sum = 0;
  for (let i = digits.length - 1, twice = true; i >= 0; i--, twice = !twice) {
    let d = digits.charCodeAt(i) - 48;
    if (twice) d = d > 4 ? 2 * d - 9 : 2 * d;
    sum += d;
  }
  return (10 - (sum % 10)) % 10;
}

function cards() {
  const made = [];
  for (let i = 0; i < ROUND; i++) {
    const digits = '9528' + Math.floor(Math.random() * 1e11).toString().padStart(11, '0');
    made.push(digits + luhnDigit(digits));
  }
  return made;
}

const tasks = { codes, codesToFile, cards };

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [seconds, task, ...args] = line.split(' ');
  const cpu = process.cpuUsage();
  const begun = process.hrtime.bigint();
  let items = 0, took = 0;
  do {
    tasks[task](...args);
    items += ROUND;
    took = Number(process.hrtime.bigint() - begun) / 1e9;
  } while (took < Number(seconds));
  const used = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(`${items} ${took} ${(used.user + used.system) / 1e6} ${peak}`);
}
