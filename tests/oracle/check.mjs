// Check characters: GF(p), GF(16), GF(32) and the Damm quasigroup, over alphabet positions.
// Given the data positions in printed order it returns the position of the check character.
// Refuses kinds that do not fit the alphabet size.
// Reference: docs/design/construction.md section 7; H. M. Damm's dissertation (2004) for the table.

const DAMM = [
  '0317598642', '7092154863', '4206871359', '1750983426', '6123045978',
  '3674209581', '5869720134', '8945362017', '9438617205', '2581436790',
].map((row) => [...row].map(Number));

const GF16 = { size: 16, polynomial: 0b10011 }; // x^4 + x + 1
const GF32 = { size: 32, polynomial: 0b100101 }; // x^5 + x^2 + 1

function isPrime(n) {
  for (let k = 2; k * k <= n; k += 1) if (n % k === 0) return false;
  return n >= 2;
}

function orderModulo(a, p) {
  let order = 1;
  for (let x = a; x !== 1; x = (x * a) % p) order += 1;
  return order;
}

/** The smallest a in 2..p-1 whose powers are all of 1..p-1. */
export function primitiveRoot(p) {
  for (let a = 2; a < p; a += 1) if (orderModulo(a, p) === p - 1) return a;
  throw new RangeError(`no primitive root above 1 for ${p}`);
}

/** sum a^i x_i for i >= 1, where x_1 is the LAST printed data character: Horner, from the left. */
function primeCheck(p, a, data) {
  const sum = data.reduce((s, x) => ((s + x) * a) % p, 0);
  return (p - sum) % p;
}

function binaryCheck({ size, polynomial }, data) {
  const timesX = (y) => ((y << 1) & size ? (y << 1) ^ polynomial : y << 1);
  return data.reduce((s, x) => timesX(s ^ x), 0); // minus is plus here
}

function dammCheck(data) {
  const interim = data.reduce((s, x) => DAMM[s][x], 0);
  return DAMM[interim].indexOf(0); // the digit that ends the chain at 0
}

/** The kind that an alphabet size allows. */
export function kindFor(r) {
  if (r === 10) return 'damm';
  if (r === 16) return 'gf16';
  if (r === 32) return 'gf32';
  return isPrime(r) && r >= 5 ? 'prime' : 'none';
}

/** A function from data positions in printed order to the check position; null for 'none'. */
export function checker(kind, r) {
  if (kind === 'none') return null;
  if (kind !== kindFor(r)) throw new RangeError(`check ${kind} does not fit ${r} symbols`);
  if (kind === 'damm') return dammCheck;
  if (kind === 'gf16') return (data) => binaryCheck(GF16, data);
  if (kind === 'gf32') return (data) => binaryCheck(GF32, data);
  const a = primitiveRoot(r);
  return (data) => primeCheck(r, a, data);
}
