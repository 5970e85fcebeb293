// Codes of one scheme and key version: units to texts and texts to units, in arrays.
// A unit is { attributes: [..], day, batch, serial } of BigInt; day is null when not inline.
// `open` answers a unit, 'typo' or 'none'. Refuses schemes outside the bounds of the construction.
// Reference: docs/design/construction.md sections 4 to 9.

import { getUint, putUint, uintBytes } from './bytes.mjs';
import { checker } from './check.mjs';
import { Cmac } from './cmac.mjs';
import { Ff1, integer, numerals } from './ff1.mjs';
import { filterOf } from './filter.mjs';
import { deriveKey } from './keys.mjs';
import { lookalikesOf, normaliser } from './text.mjs';

const TWEAK_CODE = 0x43;
const BLOCK = 16;
const P_BYTES = 11;
const MIN_SPACE = 10n ** 6n;
const MAX_SPACE = 1n << 120n;
const MAX_PAYLOADS = 1n << 88n;
const MAX_TAG = 1n << 64n;

/** Cardinalities in packing order, most significant first. */
function cardinalities(spec) {
  return [
    ...spec.attributes.map((attribute) => attribute.cardinality),
    ...(spec.date === null ? [] : [spec.date.days]),
    spec.batches, spec.serials,
  ].map(BigInt);
}

function fieldsOf(unit) {
  return [...unit.attributes, ...(unit.day === null ? [] : [unit.day]), unit.batch, unit.serial];
}

export class Scheme {
  constructor(spec) {
    const r = spec.alphabet.length;
    if (new Set(spec.alphabet).size !== r) throw new RangeError(`${spec.name}: repeated symbol`);
    this.spec = spec;
    this.r = r;
    this.length = spec.length;
    this.space = BigInt(r) ** BigInt(spec.length); // S
    this.radices = cardinalities(spec);
    this.payloads = this.radices.reduce((c, n) => c * n, 1n); // C
    const room = this.space / this.payloads;
    this.tagModulus = room < MAX_TAG ? room : MAX_TAG; // T
    this.checkBounds();
    const key = (purpose) => deriveKey(spec.root_key, purpose, spec.scheme_id, spec.key_version);
    this.head = Buffer.concat([uintBytes(spec.scheme_id, 4), uintBytes(spec.key_version, 1)]);
    this.tweak = Buffer.concat([Buffer.from([TWEAK_CODE]), this.head]);
    this.mac = new Cmac(key('code-mac'));
    this.ff1 = new Ff1(key('code-enc'), r, spec.length, this.tweak);
    this.check = checker(spec.check, r);
    this.total = spec.length + (this.check === null ? 0 : 1);
    this.normalise = normaliser(spec.alphabet, lookalikesOf(spec), this.total);
    this.skips = filterOf(spec.alphabet, spec.filter);
  }

  checkBounds() {
    const { name } = this.spec;
    if (this.space < MIN_SPACE || this.space >= MAX_SPACE) throw new RangeError(`${name}: S`);
    if (this.payloads > MAX_PAYLOADS || this.tagModulus < 1n) throw new RangeError(`${name}: C`);
  }

  /** P of a unit. */
  pack(unit) {
    return fieldsOf(unit).reduce((p, value, i) => {
      if (value < 0n || value >= this.radices[i]) throw new RangeError(`field ${i} is ${value}`);
      return p * this.radices[i] + value;
    }, 0n);
  }

  /** The unit of a P below C. */
  unpack(p) {
    const values = new Array(this.radices.length);
    for (let i = values.length - 1; i >= 0; i -= 1) {
      values[i] = p % this.radices[i];
      p /= this.radices[i];
    }
    const serial = values.pop();
    const batch = values.pop();
    const day = this.spec.date === null ? null : values.pop();
    return { attributes: values, day, batch, serial };
  }

  /** M of every P, end to end. A P of C or more is given the tag of 0: its answer is settled. */
  macInput(payloads) {
    const blocks = Buffer.alloc(payloads.length * BLOCK);
    payloads.forEach((p, k) => {
      this.head.copy(blocks, k * BLOCK);
      putUint(blocks, (k + 1) * BLOCK, P_BYTES, p < this.payloads ? p : 0n);
    });
    return blocks;
  }

  /** tag of every P: CMAC as a 128-bit integer, modulo T. */
  tags(payloads) {
    const macs = this.mac.tagsOfBlocks(this.macInput(payloads));
    return payloads.map((_, k) => getUint(macs, k * BLOCK, BLOCK) % this.tagModulus);
  }

  /** Positions of the data characters to text, with the check character. */
  print(data) {
    const all = this.check === null ? data : [...data, this.check(data)];
    return all.map((position) => this.spec.alphabet[position]).join('');
  }

  /** Texts of many units, without separators; filtered ones are not left out. */
  texts(units) {
    const payloads = units.map((unit) => this.pack(unit));
    const tags = this.tags(payloads);
    const plain = payloads.map((p, k) => p * this.tagModulus + tags[k]);
    return this.ff1.encrypt(plain).map((y) => this.print(numerals(y, this.r, this.length)));
  }

  /** Whether the minter skips this text. */
  filtered(text) {
    return this.skips(text);
  }

  readOne(bytes) {
    const positions = this.normalise(bytes);
    if (positions === null) return { verdict: 'none' };
    const data = positions.slice(0, this.length);
    if (this.check !== null && positions[this.length] !== this.check(data)) {
      return { verdict: 'typo' };
    }
    return { value: integer(data, this.r), text: this.print(data) };
  }

  /** Answers for many texts (as bytes): a unit, 'typo' or 'none' each. */
  open(lines) {
    const read = lines.map((bytes) => this.readOne(bytes));
    const plain = this.ff1.decrypt(read.map(({ value }) => value ?? 0n));
    const payloads = plain.map((x) => x / this.tagModulus);
    const tags = this.tags(payloads);
    return read.map(({ verdict, text }, k) => {
      if (verdict !== undefined) return verdict;
      if (payloads[k] >= this.payloads || plain[k] % this.tagModulus !== tags[k]) return 'none';
      return this.filtered(text) ? 'none' : this.unpack(payloads[k]);
    });
  }
}
