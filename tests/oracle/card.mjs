// Card numbers of one pool and key version: indices to numbers, PINs and skips, and back; with
// `faces` in the spec, EAN-13, GSRN and own numbers of key tags, too.
// `open` answers an index, 'typo' (Luhn) or 'none' (not a number of this pool's shape).
// Refuses bodies under 6 digits, PINs outside 4..8 digits and shares outside 0 <= share < 1.
// Reference: docs/design/construction.md sections 11 and 12; ISO/IEC 7812-1 Annex B for Luhn; GS1
// General Specifications 7.9 for the other check digit.

import { getUint, uintBytes } from './bytes.mjs';
import { Cmac } from './cmac.mjs';
import { Ff1 } from './ff1.mjs';
import { deriveKey } from './keys.mjs';
import { normaliser } from './text.mjs';

const TWEAK_CARD = 0x4e;
const LABEL_PIN = 0x50;
const LABEL_HOLD = 0x48;
const DIGITS = '0123456789';
const BLOCK = 16;
const MIN_BODY = 6;
const MAX_NUMBER = 19; // digits, ISO/IEC 7812-1
const LABELS = { ean13: 0x45, gsrn: 0x47, tag: 0x54 };
const LENGTHS = { ean13: 13, gsrn: 18 };

/** The digit that makes the Luhn sum of digits | check a multiple of 10. */
export function luhn(digits) {
  let sum = 0;
  for (let i = digits.length - 1, twice = true; i >= 0; i -= 1, twice = !twice) {
    const x = Number(digits[i]) * (twice ? 2 : 1);
    sum += x > 9 ? x - 9 : x;
  }
  return String((10 - (sum % 10)) % 10);
}

/** The GS1 check digit: weights 3, 1, 3 ... from the right. */
export function gs1(digits) {
  const sum = [...digits].reverse()
    .reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}

/** floor(share * 2^32) for a decimal fraction such as "0.02", in integers. */
export function shareThreshold(share) {
  const match = /^0(?:\.(\d{1,9}))?$/.exec(share);
  if (match === null) throw new RangeError(`share ${share} is not a fraction below 1`);
  const decimals = match[1] ?? '';
  return (BigInt(decimals || '0') << 32n) / 10n ** BigInt(decimals.length);
}

export class Pool {
  constructor(spec) {
    this.spec = spec;
    this.size = 10n ** BigInt(spec.digits);
    this.total = spec.prefix.length + spec.digits + 1;
    if (spec.digits < MIN_BODY || this.total > MAX_NUMBER || !/^\d+$/.test(spec.prefix)) {
      throw new RangeError(`${spec.name}: digits`);
    }
    if (spec.pin !== null && !(spec.pin.digits >= 4 && spec.pin.digits <= 8)) {
      throw new RangeError(`${spec.name}: PIN`);
    }
    const key = (purpose) => deriveKey(spec.root_key, purpose, spec.pool_id, spec.key_version);
    this.head = Buffer.concat([uintBytes(spec.pool_id, 4), uintBytes(spec.key_version, 1)]);
    this.tweak = Buffer.concat([Buffer.from([TWEAK_CARD]), this.head]);
    this.ff1 = new Ff1(key('card-enc'), 10, spec.digits, this.tweak);
    this.faces = Object.entries(spec.faces ?? {})
      .map(([kind, face]) => this.face(kind, face, key('card-enc')));
    const rooms = this.faces.map(({ ff1Size, times }) => ff1Size / times);
    this.capacity = [this.size, ...rooms].reduce((a, b) => (b < a ? b : a));
    this.pinMac = new Cmac(key('card-pin'));
    this.holdMac = new Cmac(key('card-hold'));
    this.heldBelow = shareThreshold(spec.held_share);
    this.excluded = new Set(spec.exclude);
    this.normalise = normaliser(DIGITS, {}, this.total);
  }

  /** One further face: how a point of its body is written and read. */
  face(kind, { prefix, digits = LENGTHS[kind], items = 1 }, key) {
    const body = digits - prefix.length - 1;
    const tweak = Buffer.concat([Buffer.from([LABELS[kind]]), this.head]);
    return {
      kind,
      prefix,
      digits,
      body,
      check: kind === 'tag' ? luhn : gs1,
      times: BigInt(items),
      ff1Size: 10n ** BigInt(body),
      ff1: new Ff1(key, 10, body, tweak),
      normalise: normaliser(DIGITS, {}, digits),
    };
  }

  /** Rows of one face for cards { index, member }. */
  faceRows(face, cards) {
    const points = cards.map(({ index, member }) => index * face.times
      + (face.kind === 'tag' ? BigInt(member - 1) : 0n));
    return face.ff1.encrypt(points).map((y) => {
      const digits = face.prefix + String(y).padStart(face.body, '0');
      return digits + face.check(digits);
    });
  }

  /** `index|member|ean13|gsrn|tag` of cards, `-` for a face the pool has not. */
  faceLines(cards) {
    const columns = Object.keys(LABELS).map((kind) => {
      const face = this.faces.find((f) => f.kind === kind);
      return face ? this.faceRows(face, cards) : cards.map(() => '-');
    });
    return cards.map(({ index, member }, k) => [index, member, ...columns.map((c) => c[k])].join('|'));
  }

  /** { index, member, kind } | 'typo' | null for a text as a face that is not the number. */
  readFace(face, bytes) {
    let positions = face.normalise(bytes);
    if (positions === null && face.kind === 'ean13' && face.prefix[0] === '0') {
      const upc = normaliser(DIGITS, {}, face.digits - 1)(bytes);
      positions = upc === null ? null : [0, ...upc];
    }
    if (positions === null) return null;
    const text = positions.join('');
    if (!text.startsWith(face.prefix)) return null;
    if (face.check(text.slice(0, -1)) !== text.at(-1)) return 'typo';
    const [point] = face.ff1.decrypt([BigInt(text.slice(face.prefix.length, -1))]);
    const member = face.kind === 'tag' ? Number(point % face.times) + 1 : 0;
    return { kind: face.kind, index: point / face.times, member };
  }

  /** Answers for many texts that may be any face: `kind|index|member`, with `beyond` for an index
   * that the pool cannot have; 'typo' or 'none'. */
  openAny(lines) {
    const numbers = this.open(lines);
    return lines.map((bytes, k) => {
      let read = numbers[k];
      if (typeof read === 'bigint') read = { kind: 'number', index: read, member: 0 };
      for (const face of this.faces) if (read === 'none') read = this.readFace(face, bytes) ?? 'none';
      if (typeof read === 'string') return read;
      const index = read.index < this.capacity ? `${read.index}` : 'beyond';
      return `${read.kind}|${index}|${read.member}`;
    });
  }

  numbers(indices) {
    return this.ff1.encrypt(indices).map((y) => {
      const digits = this.spec.prefix + String(y).padStart(this.spec.digits, '0');
      return digits + luhn(digits);
    });
  }

  pinInput(index) {
    return Buffer.concat([
      Buffer.from([LABEL_PIN]), this.head, uintBytes(this.spec.pin.issue, 2), uintBytes(index, 8),
    ]);
  }

  holdInput(index) {
    return Buffer.concat([
      Buffer.from([LABEL_HOLD]), this.head, uintBytes(index, 8), Buffer.alloc(2),
    ]);
  }

  /** PINs of many indices, or null where the pool has none. */
  pins(indices) {
    if (this.spec.pin === null) return indices.map(() => null);
    const d = this.spec.pin.digits;
    const macs = this.pinMac.tagsOfBlocks(Buffer.concat(indices.map((i) => this.pinInput(i))));
    return indices.map((_, k) => {
      const pin = getUint(macs, k * BLOCK, BLOCK) % 10n ** BigInt(d);
      return String(pin).padStart(d, '0');
    });
  }

  /** Whether each index is skipped for good: in the held-out share or on the list. */
  skips(indices, numbers) {
    const macs = this.holdMac.tagsOfBlocks(Buffer.concat(indices.map((i) => this.holdInput(i))));
    return indices.map((_, k) => getUint(macs, k * BLOCK, 4) < this.heldBelow
      || this.excluded.has(numbers[k]));
  }

  readOne(bytes) {
    const positions = this.normalise(bytes);
    if (positions === null) return { verdict: 'none' };
    const text = positions.join('');
    if (!text.startsWith(this.spec.prefix)) return { verdict: 'none' };
    if (luhn(text.slice(0, -1)) !== text.at(-1)) return { verdict: 'typo' };
    return { body: BigInt(text.slice(this.spec.prefix.length, -1)) };
  }

  /** Answers for many numbers (as bytes): an index, 'typo' or 'none' each. */
  open(lines) {
    const read = lines.map((bytes) => this.readOne(bytes));
    const indices = this.ff1.decrypt(read.map(({ body }) => body ?? 0n));
    return read.map(({ verdict }, k) => verdict ?? indices[k]);
  }
}
