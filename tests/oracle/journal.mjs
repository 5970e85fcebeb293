#!/usr/bin/env node
// An independent reader of a journal, written from docs/design/journal.md alone: verifies headers,
// CRCs, links, sequences, times, seals and zeros, and prints groups and events.
// Usage: journal.mjs [--archive DIR] [--events] DIR
// Exit 0: sound (the last line says "end clean" or "end torn"); 1: corrupt; 2: usage.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const SECTOR = 512;
const HEADER = 96;
const GROUP_MAX = 4 * 1024 * 1024;
const DATA = 1;
const SEAL = 2;

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c >>> 0;
});

function crc32c(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = (c >>> 8) ^ table[(c ^ byte) & 255];
  return (c ^ 0xffffffff) >>> 0;
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const isZero = (bytes) => bytes.every((b) => b === 0);

class Corrupt extends Error {}
const check = (holds, where, what) => {
  if (!holds) throw new Corrupt(`${where.file} offset ${where.offset}: ${what}`);
};

function readSegmentHeader(file, bytes) {
  const where = { file, offset: 0 };
  const sector = bytes.subarray(0, SECTOR);
  check(sector.length === SECTOR && sector.toString('latin1', 0, 8) === 'CMSEGMNT', where, 'magic');
  check(crc32c(sector.subarray(0, 508)) === sector.readUInt32BE(508), where, 'header CRC');
  check(sector.readUInt32BE(8) === 1, where, 'format version');
  check(isZero(sector.subarray(112, 508)), where, 'header not zero where it should be');
  const head = {
    epoch: sector.readUInt32BE(12),
    workspace: sector.toString('hex', 16, 32),
    number: sector.readBigUInt64BE(32),
    first: sector.readBigUInt64BE(40),
    nonce: sector.readBigUInt64BE(48),
    length: sector.readBigUInt64BE(56),
    previous: sector.subarray(64, 96),
    lastTime: sector.readBigUInt64BE(104),
    hash: sha256(sector),
  };
  check(head.length === BigInt(bytes.length), where, 'length of the file');
  check(bytes.length % 4096 === 0 && bytes.length >= 65536, where, 'length of a segment');
  check(BigInt(file.slice(0, 10)) === head.number, where, 'number and file name');
  return head;
}

/** The header of a group at offset, or null when the bytes are none. */
function readGroupHeader(bytes, offset) {
  const h = Buffer.from(bytes.subarray(offset, offset + HEADER));
  if (h.length < HEADER || h.toString('latin1', 0, 4) !== 'CMGR') return null;
  const headerCrc = h.readUInt32BE(60);
  h.writeUInt32BE(0, 60);
  if (crc32c(h) !== headerCrc || h[4] !== 1 || h.readUInt16BE(6) !== 0) return null;
  return {
    kind: h[5],
    epoch: h.readUInt32BE(8),
    count: h.readUInt32BE(12),
    segment: h.readBigUInt64BE(16),
    nonce: h.readBigUInt64BE(24),
    first: h.readBigUInt64BE(32),
    time: h.readBigUInt64BE(40),
    payloadLength: h.readUInt32BE(48),
    payloadCrc: h.readUInt32BE(52),
    offset: h.readUInt32BE(56),
    link: h.subarray(64, 96),
  };
}

function readFrames(payload, where) {
  const events = [];
  for (let at = 0; at < payload.length;) {
    check(payload.length - at >= 4, where, 'a frame is cut');
    const length = payload.readUInt16BE(at + 2);
    check(payload.length - at - 4 >= length, where, 'a frame runs past the group');
    const bytes = payload.subarray(at + 4, at + 4 + length);
    events.push({ type: payload[at], flags: payload[at + 1], bytes });
    at += 4 + length;
  }
  return events;
}

const span = (payloadLength) => Math.ceil((HEADER + payloadLength) / SECTOR) * SECTOR;

/** Read the group that must stand at offset; null if it is not wholly there. */
function readGroup(segment, offset, chain) {
  const { file, bytes, head } = segment;
  const where = { file, offset };
  if (isZero(bytes.subarray(offset, offset + SECTOR))) return null;
  const h = readGroupHeader(bytes, offset);
  check(h !== null, where, 'not a group header');
  check(h.kind === DATA || h.kind === SEAL, where, 'kind');
  check(h.segment === head.number && h.nonce === head.nonce, where, 'group of another segment');
  check(h.offset === offset, where, 'group of another place');
  check(h.epoch === head.epoch, where, 'epoch');
  check(h.first === chain.next, where, 'sequence');
  check(h.time >= chain.time, where, 'time goes back');
  check(h.link.equals(chain.link), where, 'link');
  check(HEADER + h.payloadLength <= GROUP_MAX, where, 'too long');
  const room = bytes.length - offset - (h.kind === DATA ? SECTOR : 0);
  check(span(h.payloadLength) <= room, where, 'does not fit');
  const whole = bytes.subarray(offset, offset + span(h.payloadLength));
  const payload = whole.subarray(HEADER, HEADER + h.payloadLength);
  if (crc32c(payload) !== h.payloadCrc) {
    let unwritten = false;
    for (let at = SECTOR; at < whole.length; at += SECTOR) {
      unwritten ||= isZero(whole.subarray(at, at + SECTOR));
    }
    check(unwritten, where, 'payload CRC');
    return null;
  }
  check(isZero(whole.subarray(HEADER + h.payloadLength)), where, 'padding');
  const hash = sha256(whole.subarray(0, HEADER + h.payloadLength));
  return { ...h, payload, hash, where, end: offset + whole.length };
}

function checkSeal(group, groups, events) {
  const { payload, where } = group;
  check(group.count === 0 && payload.length === 16, where, 'shape of the seal');
  check(payload.readBigUInt64BE(0) === groups, where, 'groups in the seal');
  check(payload.readBigUInt64BE(8) === events, where, 'events in the seal');
}

/** Where the bytes of a torn group end; refuses what no torn group explains. */
function tornEnd(segment, offset, sealed) {
  const { file, bytes, head } = segment;
  const h = offset < bytes.length ? readGroupHeader(bytes, offset) : null;
  const limit = sealed ? offset : offset + (h === null ? GROUP_MAX : span(h.payloadLength));
  let end = offset;
  for (let at = offset; at < bytes.length; at += SECTOR) {
    if (isZero(bytes.subarray(at, at + SECTOR))) continue;
    const other = readGroupHeader(bytes, at);
    const follows = other !== null && at > offset && other.nonce === head.nonce
      && other.segment === head.number && other.offset === at;
    check(!follows, { file, offset }, 'a bad group, and others behind it');
    check(at < limit, { file, offset: at }, 'bytes behind the end');
    end = at + SECTOR;
  }
  return end;
}

/** Walk one segment from its header; visits data groups. Returns how it ended. */
function readSegment(segment, chain, visit) {
  let offset = SECTOR;
  let groups = 0n;
  let events = 0n;
  let sealed = false;
  while (!sealed) {
    check(offset < segment.bytes.length, { file: segment.file, offset }, 'full without a seal');
    const group = readGroup(segment, offset, chain);
    if (group === null) break;
    if (group.kind === SEAL) {
      checkSeal(group, groups, events);
      sealed = true;
    } else {
      const frames = readFrames(group.payload, group.where);
      check(group.count > 0 && frames.length === group.count, group.where, 'number of events');
      visit(group, frames);
      groups += 1n;
      events += BigInt(group.count);
    }
    chain.next += BigInt(group.count);
    chain.time = group.time;
    chain.link = group.hash;
    offset = group.end;
  }
  return { sealed, torn: tornEnd(segment, offset, sealed) - offset };
}

/** Names and folders of all segments in order; the archived copy wins. */
function listSegments(dir, archive) {
  const places = new Map();
  for (const folder of [dir, archive]) {
    if (folder === undefined || !existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (/^\d{10}\.seg$/.test(name)) places.set(name, folder);
    }
  }
  return [...places.keys()].sort().map((name) => ({ name, path: join(places.get(name), name) }));
}

/** Verify a whole journal; visit(group, frames) for each data group. */
export function readJournal(dir, archive, visit) {
  const list = listSegments(dir, archive);
  const chain = { next: 1n, time: 0n, link: Buffer.alloc(32) };
  let before = null;
  let state = { sealed: true, torn: 0 };
  check(list.length > 0, { file: dir, offset: 0 }, 'no segment');
  for (const [index, { name, path }] of list.entries()) {
    const bytes = readFileSync(path);
    const last = index === list.length - 1;
    const where = { file: name, offset: 0 };
    if (isZero(bytes.subarray(0, SECTOR))) {
      check(last && index > 0 && isZero(bytes), where, 'blank, but not last or not zero');
      break;
    }
    check(state.sealed, where, 'the segment before has no seal');
    const head = readSegmentHeader(name, bytes);
    if (before === null && head.number !== 1n) {
      Object.assign(chain, { next: head.first, time: head.lastTime, link: head.previous });
    }
    check(head.previous.equals(chain.link), where, 'hash of the group before');
    check(head.first === chain.next && head.lastTime === chain.time, where, 'sequence or time');
    check(before === null || (head.epoch >= before.epoch && head.workspace === before.workspace
      && head.number === before.number + 1n), where, 'epoch, workspace or number');
    chain.link = head.hash;
    state = readSegment({ file: name, bytes, head }, chain, visit);
    before = head;
  }
  return { ...chain, torn: state.torn, sealed: state.sealed };
}

function groupLine(group) {
  return `group segment=${group.segment} offset=${group.offset} epoch=${group.epoch} `
    + `first=${group.first} count=${group.count} time=${group.time} hash=${group.hash.toString('hex')}`;
}

function eventLines(group, frames) {
  return frames.map((frame, i) => `event ${group.first + BigInt(i)} type=${frame.type} `
    + `flags=${frame.flags} payload=${frame.bytes.toString('hex')}`);
}

/** The whole journal as text, or why it is corrupt. */
export function lines(dir, archive, withEvents = true) {
  const out = [];
  try {
    const end = readJournal(dir, archive, (group, frames) => {
      out.push(groupLine(group));
      if (withEvents) out.push(...eventLines(group, frames));
    });
    out.push(`next=${end.next} link=${end.link.toString('hex')}`);
    out.push(end.torn === 0 ? 'end clean' : `end torn bytes=${end.torn}`);
    return { sound: true, text: `${out.join('\n')}\n` };
  } catch (error) {
    if (!(error instanceof Corrupt)) throw error;
    return { sound: false, why: error.message };
  }
}

function main(args) {
  const archiveAt = args.indexOf('--archive');
  const archive = archiveAt >= 0 ? args.splice(archiveAt, 2)[1] : undefined;
  const withEvents = args.includes('--events');
  const [dir, ...more] = args.filter((a) => a !== '--events');
  if (dir === undefined || more.length > 0) {
    console.error('usage: journal.mjs [--archive DIR] [--events] DIR');
    return 2;
  }
  const seen = lines(dir, archive, withEvents);
  if (seen.sound) process.stdout.write(seen.text);
  else console.error(`corrupt: ${seen.why}`);
  return seen.sound ? 0 : 1;
}

if (process.argv[1] === new URL(import.meta.url).pathname) process.exitCode = main(process.argv.slice(2));
