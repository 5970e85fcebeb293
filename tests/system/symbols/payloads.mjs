// Random payloads of every kind of symbol, from a seed: what products carry (codes, links, element
// strings) and what their standards allow (any ASCII, any digits).

// splitmix64, cut to 32 bits a draw.
export function dice(seed) {
  let state = BigInt(seed);
  const next = () => {
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return Number((z ^ (z >> 31n)) >> 32n);
  };
  const below = (n) => next() % n;
  const pick = (list) => list[below(list.length)];
  const text = (set, n) => Array.from({ length: n }, () => set[below(set.length)]).join("");
  return { below, pick, text };
}

const DIGITS = "0123456789";
const UPPER = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const CODE = "234679BCDFGHJKMPQRTVWXY";
const QR_CAPITALS = UPPER + " $%*+-./:";
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
const GS1_SET = UPPER + LOWER + "!\"%&'*+,-./:;<=>?_";
const BEYOND = ["é", "ß", "€", "Ж", "中", "한", "a", "7"];
const GS = "\x1d";

function withCheck(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++)
    sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1);
  return digits + ((10 - (sum % 10)) % 10);
}

const gtin = (d) => withCheck("0" + d.text(DIGITS, 12));
const date = (d) =>
  `${20 + d.below(20)}`.padStart(2, "0") +
  `${1 + d.below(12)}`.padStart(2, "0") +
  `${1 + d.below(28)}`.padStart(2, "0");

// Elements as [identifier, value, of varying length]; the set is that of a product's label.
function elements(d, most) {
  const value = (n) => d.text(d.pick([DIGITS, CODE, UPPER, UPPER, GS1_SET]), 1 + d.below(n));
  const list = [["01", gtin(d), false]];
  if (d.below(3) === 0) list.push(["17", date(d), false]);
  if (d.below(2) === 0) list.push(["10", value(8), true]);
  list.push(["21", value(most), true]);
  if (d.below(4) === 0) list.push(["240", value(6), true]);
  return list;
}

export const bracketed = (list) => list.map(([ai, value]) => `(${ai})${value}`).join("");
export const joined = (list) =>
  list
    .map(([ai, value, varies], i) => ai + value + (varies && i < list.length - 1 ? GS : ""))
    .join("");

const anyText = (d) =>
  d.pick([
    () => d.text(CODE, 12),
    () => d.text(DIGITS, 1 + d.below(40)),
    () => d.text(UPPER, 1 + d.below(30)),
    () => d.text(PRINTABLE, 1 + d.below(40)),
    () => `https://${d.text(LOWER, 6)}.example/${d.text(CODE, 10)}`,
    () => `HTTPS://ID.EXAMPLE.COM/01/${gtin(d)}/21/${d.text(CODE, 8)}`,
    () => d.text(LOWER, 1 + d.below(20)) + d.text(DIGITS, d.below(20)) + d.text(UPPER, d.below(9)),
    () => d.text(PRINTABLE, 60 + d.below(200)),
    () => d.text(BEYOND, 1 + d.below(12)) + d.text(UPPER, d.below(12)),
  ])();

const micro = (d) =>
  d.pick([
    () => d.text(DIGITS, 1 + d.below(35)),
    () => d.text(QR_CAPITALS, 1 + d.below(21)),
    () => d.text(PRINTABLE, 1 + d.below(15)),
  ])();

const plain = (text) => ({ text });
const ofElements = (list) => ({ text: joined(list), list });

const MAKERS = {
  qr: (d) => ({ ...plain(anyText(d)), level: d.pick("LMQH") }),
  "micro-qr": (d) => plain(micro(d)),
  "gs1-qr": (d) => ({ ...ofElements(elements(d, 20)), level: d.pick("LMQH") }),
  datamatrix: (d) => plain(anyText(d)),
  "gs1-datamatrix": (d) => ofElements(elements(d, 20)),
  aztec: (d) => plain(anyText(d)),
  pdf417: (d) => plain(anyText(d)),
  code128: (d) =>
    plain(d.text(d.pick([DIGITS, CODE, UPPER, PRINTABLE, DIGITS + "-A"]), 1 + d.below(24))),
  "code128-b": (d) => plain(d.text(d.pick([DIGITS, CODE, PRINTABLE]), 1 + d.below(20))),
  "gs1-128": (d) => ofElements(elements(d, 10).slice(0, 2)),
  ean13: (d) => plain(withCheck(d.text(DIGITS, 12))),
  ean8: (d) => plain(withCheck(d.text(DIGITS, 7))),
  upca: (d) => plain(withCheck(d.text(DIGITS, 11))),
  itf14: (d) => plain(withCheck(d.text(DIGITS, 13))),
  codabar: (d) => plain(d.pick("ABCD") + d.text(DIGITS + "-$:/.+", 4 + d.below(16)) + d.pick("ABCD")),
  code39: (d) => plain(d.text(UPPER + "-.$/+%", 1 + d.below(20))),
  databar: (d) => plain(gtin(d)),
  "databar-expanded": (d) => ofElements(elements(d, 10).slice(0, 3)),
  "databar-expanded-stacked": (d) => ofElements(elements(d, 10).slice(0, 3)),
};
export const KINDS = Object.keys(MAKERS);

// n payloads of a kind, the same for a seed: {name, kind, level, text, list}.
export function payloads(kind, n, seed) {
  const d = dice(seed * 1000 + KINDS.indexOf(kind));
  return Array.from({ length: n }, (_, i) => ({
    name: `${kind}_${i}`,
    kind,
    level: "-",
    ...MAKERS[kind](d),
  }));
}

// Texts of growing length, so that every size of the kinds with sizes occurs.
const LONGEST = { qr: 1800, datamatrix: 2300, aztec: 2400 };
export function ladder(kind, seed) {
  const d = dice(seed);
  const list = [];
  for (let n = 2; n <= (LONGEST[kind] ?? 0); n = Math.ceil(n * 1.07))
    list.push({ name: `${kind}_of_${n}`, kind, level: "-", text: d.text(UPPER, n) });
  return list;
}

// As symbol_maker reads them.
export const request = (p) =>
  `${p.name} ${p.kind} ${p.level} ${Buffer.from(p.text, "utf8").toString("hex")}\n`;
