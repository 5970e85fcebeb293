#!/usr/bin/env node
// Tickets, from docs/design/tickets.md alone: the text to its message, the message to its claims,
// the signature by node's Ed25519 over a Sig_structure laid out by hand, and the id back to its
// unit with a second FF1. It refuses any encoding but the deterministic one.
// Usage: ticket.mjs --agree TOOL CASES   the tool prints one JSON object a line, secrets included
// Exit 0: both agree; 1: they do not; 2: usage.

import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { spawnSync } from 'node:child_process';

import { uintBytes } from './bytes.mjs';
import { Ff1 } from './ff1.mjs';
import { deriveKey } from './keys.mjs';

const { Wrong, check, guarded } = await import(new URL('./reader.mjs', import.meta.url));

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const PREFIX = 'CM1:';
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410 section 7
const SERIAL_BITS = 40n;

// ---- The text ------------------------------------------------------------------------------------

/** RFC 9285. */
export function base45(text) {
  const out = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].map((c) => ALPHABET.indexOf(c));
    check(group.length > 1 && !group.includes(-1), 'not base45');
    const n = group[0] + 45 * group[1] + 2025 * (group[2] ?? 0);
    check(n <= (group.length === 3 ? 0xffff : 0xff), 'a group beyond its bytes');
    if (group.length === 3) out.push(n >> 8);
    out.push(n & 0xff);
  }
  return Buffer.from(out);
}

// ---- CBOR ----------------------------------------------------------------------------------------

/** One item and what is left. Maps are arrays of pairs, in their order. */
function item(b) {
  check(b.length > 0, 'cut');
  const [major, info] = [b[0] >> 5, b[0] & 31];
  const width = info < 24 ? 0 : { 24: 1, 25: 2, 26: 4, 27: 8 }[info];
  check(width !== undefined && b.length > width, 'a head that is none of ours');
  const n = width === 0 ? BigInt(info) : BigInt(`0x${b.subarray(1, 1 + width).toString('hex')}`);
  check(width === 0 || n >= { 1: 24n, 2: 256n, 4: 65536n, 8: 4294967296n }[width], 'a long form');
  return value(major, n, b.subarray(1 + width));
}

function value(major, n, rest) {
  if (major === 0) return [Number(n), rest];
  if (major === 1) return [-1 - Number(n), rest];
  if (major === 2 || major === 3) {
    check(BigInt(rest.length) >= n, 'cut');
    const bytes = rest.subarray(0, Number(n));
    return [major === 2 ? bytes : bytes.toString('utf8'), rest.subarray(Number(n))];
  }
  if (major === 6) {
    const [inner, after] = item(rest);
    return [{ tag: Number(n), inner }, after];
  }
  check(major === 4 || major === 5, 'a kind that is none of ours');
  const list = [];
  for (let i = 0n; i < n; i += 1n) {
    let one;
    [one, rest] = item(rest);
    if (major === 5) {
      const key = one;
      [one, rest] = item(rest);
      one = [key, one];
    }
    list.push(one);
  }
  return [list, rest];
}

function whole(bytes) {
  const [read, rest] = item(bytes);
  check(rest.length === 0, 'bytes are left over');
  return read;
}

/** The shortest head, RFC 8949 section 3. */
function head(major, n) {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  return n < 256 ? Buffer.from([(major << 5) | 24, n]) : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
}
const bstr = (b) => Buffer.concat([head(2, b.length), b]);

// ---- The ticket ----------------------------------------------------------------------------------

/** Text -> {protected, kid, payload, signature, claims}; nothing is checked yet. */
export function readTicket(text) {
  check(text.startsWith(PREFIX), 'no ticket');
  const message = whole(base45(text.slice(PREFIX.length)));
  check(message.tag === 18 && message.inner.length === 4, 'no COSE_Sign1');
  const [header, unprotected, payload, signature] = message.inner;
  check(unprotected.length === 0 && signature.length === 64, 'an unprotected header');
  const fields = whole(header);
  check(fields.length === 2 && fields[0][0] === 1 && fields[0][1] === -8 && fields[1][0] === 4,
    'another header');
  return { header, kid: fields[1][1], payload, signature, claims: readClaims(payload) };
}

function readClaims(payload) {
  const pairs = whole(payload);
  const keys = pairs.map(([key]) => key);
  check(['1,4,5,6,7,-70001', '1,4,6,7,-70001'].includes(keys.join()), 'other claims');
  const inner = new Map(pairs.at(-1)[1]);
  check([...inner.keys()].every((k, i, all) => i === 0 || k > all[i - 1]), 'keys out of order');
  const map = new Map(pairs);
  return { iss: map.get(1), exp: map.get(4), nbf: map.get(5) ?? 0, iat: map.get(6),
    cti: map.get(7).toString('hex'), event: inner.get(1) ?? '', seat: inner.get(2) ?? '',
    value: inner.get(3)?.[0] ?? 0, currency: inner.get(3)?.[1] ?? '', flags: inner.get(4),
    gtin: inner.get(5) ?? 0, title: inner.get(6) ?? '' };
}

export function holds(ticket, publicKey) {
  const signed = Buffer.concat([head(4, 4), head(3, 10), Buffer.from('Signature1'),
    bstr(ticket.header), bstr(Buffer.alloc(0)), bstr(ticket.payload)]);
  return verify(null, signed, publicKey, ticket.signature);
}

// ---- The keys ------------------------------------------------------------------------------------

export function issuerKey(root, brand, version) {
  const seed = deriveKey(root, 'ticket-sign', brand, version);
  return createPublicKey(createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der',
    type: 'pkcs8' }));
}

export const kidOf = (publicKey) => createHash('sha256')
  .update(publicKey.export({ format: 'der', type: 'spki' }).subarray(12)).digest().subarray(0, 8);

function idCipher(root, brand, version) {
  const tweak = Buffer.concat([Buffer.from([0x49]), uintBytes(brand, 4), uintBytes(version, 1)]);
  return new Ff1(deriveKey(root, 'ticket-id', brand, version), 16, 16, tweak);
}

export function ticketId(root, brand, version, set, serial) {
  const unit = (BigInt(set) << SERIAL_BITS) | BigInt(serial);
  return idCipher(root, brand, version).encrypt([unit])[0].toString(16).padStart(16, '0');
}

/** An id back to its unit: FF1 is a permutation, undone step by step. */
export function unitOf(root, brand, version, cti) {
  const unit = idCipher(root, brand, version).decrypt([BigInt(`0x${cti}`)])[0];
  return { set: Number(unit >> SERIAL_BITS), serial: String(unit & ((1n << SERIAL_BITS) - 1n)) };
}

// ---- Both sides ----------------------------------------------------------------------------------

function agreeOn(one) {
  const { root, brand, version, set, serial } = one;
  check(ticketId(root, brand, version, set, serial) === one.cti, `another id: ${JSON.stringify(one)}`);
  const unit = unitOf(root, brand, version, one.cti);
  check(unit.set === set && unit.serial === serial, `another unit: ${JSON.stringify(one)}`);
  const key = issuerKey(root, brand, version);
  const ticket = readTicket(one.ticket);
  check(ticket.kid.equals(kidOf(key)), 'another key id');
  check(holds(ticket, key), 'the signature does not hold');
  ticket.payload = Buffer.from(ticket.payload);
  const said = { ...ticket.claims };
  check(JSON.stringify(said) === JSON.stringify(one.claims),
    `claims differ:\n${JSON.stringify(said)}\n${JSON.stringify(one.claims)}`);
  ticket.payload[ticket.payload.length - 1] ^= 1;
  check(!holds(ticket, key), 'a changed ticket holds');
}

function main(args) {
  if (args[0] !== '--agree' || args.length !== 3) {
    console.error('usage: ticket.mjs --agree TOOL CASES');
    return 2;
  }
  const done = spawnSync(args[1], [args[2]], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (done.status !== 0) throw new Error(`${args[1]}: ${done.stderr}`);
  const cases = done.stdout.trim().split('\n').map((line) => JSON.parse(line));
  if (cases.length !== Number(args[2])) throw new Wrong(`${cases.length} cases`);
  cases.forEach(agreeOn);
  console.log(`${cases.length} tickets read alike, their ids opened to the same units`);
  return 0;
}

if (import.meta.filename === process.argv[1]) guarded(() => main(process.argv.slice(2)));
