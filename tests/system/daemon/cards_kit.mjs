// What the tests of cards share: pools with a life, their numbers and PINs, a key of each role.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd, countermark } from './kit.mjs';

export const receipt = ['Gift card {card}', 'Paid {amount} {currency}', 'Left {available}',
  'Until {expires}', 'no. {transaction}'];

export function pool(name, prefix, life, more = {}) {
  return { format: 1, name, brand: 'house', id: 1, mode: 'TEST', prefix, body_digits: 15 - prefix.length,
    number_digits: 16, pin_digits: 0, volume: 2000, odds: 1000000, payment_prefix_forced: false,
    rules: [], life, receipt, ...more };
}

// A sandbox with these pools behind its door, open, `count` cards of each, a key of each role.
export function makeCards(pools, count) {
  const root = mkdtempSync(join(tmpdir(), 'cm-'));
  atEnd(() => rmSync(root, { recursive: true, force: true }));
  const workspace = join(root, 'w');
  const numbers = {}, pins = {}, keys = {};
  const column = (file) => readFileSync(file, 'utf8').trim().split('\n').slice(1).map((l) => l.split(',')[1]);
  countermark(workspace, 'init', '--sandbox');
  for (const p of pools) {
    const [file, out, pin] = ['json', 'numbers', 'pins'].map((end) => join(root, `${p.name}.${end}`));
    writeFileSync(file, JSON.stringify(p));
    countermark(workspace, 'cards', 'pool', 'add', file);
    countermark(workspace, 'door', 'pool', 'default', p.name);
    countermark(workspace, 'batch', 'open', p.name);
    countermark(workspace, 'cards', 'make', p.name, '--count', String(count), '--out', out,
      ...(p.pin_digits > 0 ? ['--pins', pin] : []));
    numbers[p.name] = column(out);
    if (p.pin_digits > 0) pins[p.name] = column(pin);
  }
  for (const role of ['verify', 'redeem', 'till', 'desk', 'admin', 'issue'])
    keys[role] = JSON.parse(countermark(workspace, 'key', 'api', 'add', `k-${role}`, '--door',
      'default', '--role', role, '--json')).api_key;
  return { root, workspace, keys, numbers, pins };
}

// Luhn, ISO/IEC 7812-1 annex B, from the right.
export function luhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const d = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return String((10 - (sum % 10)) % 10);
}

// Numbers under a prefix that fit the check digit and were never made.
export function unknownNumbers(prefix, made, n) {
  const taken = new Set(made), out = [];
  for (let body = 10203040506; out.length < n; body += 7919) {
    const digits = prefix + String(body).padStart(15 - prefix.length, '0').slice(0, 15 - prefix.length);
    const number = digits + luhn(digits);
    if (!taken.has(number)) out.push(number);
  }
  return out;
}
