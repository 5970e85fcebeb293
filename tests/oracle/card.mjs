// Card numbers of one pool and key version: indices to numbers, PINs and skips, and back.
// `open` answers an index, 'typo' (Luhn) or 'none' (not a number of this pool's shape).
// Refuses bodies under 6 digits, PINs outside 4..8 digits and shares outside 0 <= share < 1.
// Reference: docs/design/construction.md section 11; ISO/IEC 7812-1 Annex B for Luhn.

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

/** The digit that makes the Luhn sum of digits | check a multiple of 10. */
export function luhn(digits) {
  let sum = 0;
  for (let i = digits.length - 1, twice = true; i >= 0; i -= 1, twice = !twice) {
    const x = Number(digits[i]) * (twice ? 2 : 1);
    sum += x > 9 ? x - 9 : x;
  }
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
    this.pinMac = new Cmac(key('card-pin'));
    this.holdMac = new Cmac(key('card-hold'));
    this.heldBelow = shareThreshold(spec.held_share);
    this.excluded = new Set(spec.exclude);
    this.normalise = normaliser(DIGITS, {}, this.total);
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
