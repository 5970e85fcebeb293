// Our symbols beside those of bwip-js: the same payloads, the same level of error correction.
// Prints a line a kind: how many, how many of ours are smaller, equal, larger, and the modules of
// all. Fails when ours are larger without a reason below. Usage: sizes.mjs SYMBOL_MAKER FOLDER COUNT SEED [KIND ...]
import { execFileSync } from "node:child_process";
import bwipjs from "bwip-js/node";
import { KINDS, bracketed, payloads, request } from "../payloads.mjs";

const [maker, folder, count, seed, ...only] = process.argv.slice(2);
const show = process.env.SHOW_LARGER !== undefined;

// The nearest wish that bwip-js knows; bars of varying text are its own choice of sets.
const WISH = {
  qr: { bcid: "qrcode" },
  "micro-qr": { bcid: "microqrcode" },
  "gs1-qr": { bcid: "gs1qrcode" },
  datamatrix: { bcid: "datamatrix" },
  "gs1-datamatrix": { bcid: "gs1datamatrix" },
  aztec: { bcid: "azteccode" },
  pdf417: { bcid: "pdf417" },
  code128: { bcid: "code128" },
  "gs1-128": { bcid: "gs1-128" },
  ean13: { bcid: "ean13" },
  ean8: { bcid: "ean8" },
  upca: { bcid: "upca" },
  itf14: { bcid: "itf14" },
  codabar: { bcid: "rationalizedCodabar" },
  code39: { bcid: "code39" },
  databar: { bcid: "databaromni" },
  "databar-expanded": { bcid: "databarexpanded" },
  "databar-expanded-stacked": { bcid: "databarexpandedstacked" },
};

// Kinds of which some of ours are larger, at most what share of them, and why.
const REASONS = {
  itf14: [1, "wide elements of 3 modules; theirs have 2, GS1 wants at least 2.25"],
  pdf417: [0.06, "zint latches for two signs side by side where shifts are shorter; all together take less"],
};

// bwip-js makes the compact symbols of Aztec under a name of their own, up to 27 x 27.
function aztec(options) {
  try {
    return bwipjs.raw({ ...options, bcid: "azteccodecompact" })[0];
  } catch {
    return bwipjs.raw(options)[0];
  }
}

function theirs(p) {
  const options = { ...WISH[p.kind], text: p.list === undefined ? p.text : bracketed(p.list) };
  if (p.level !== "-") options.eclevel = p.level;
  if (p.kind === "databar") options.text = `(01)${p.text}`;
  if (p.list !== undefined) options.dontlint = true;
  if (/[^\x00-\x7f]/.test(p.text)) {
    options.parsefnc = true; // ours announces UTF-8
    options.text = `^ECI000026${p.text}`;
  }
  const raw = p.kind === "aztec" ? aztec(options) : bwipjs.raw(options)[0];
  if (raw.pixs !== undefined) return { width: raw.pixx, rows: raw.pixy };
  return { width: raw.sbs.reduce((a, b) => a + b, 0), rows: 1 };
}

function ours(list) {
  const input = list.map(request).join("");
  const lines = execFileSync(maker, [folder, "0"], { input, maxBuffer: 1 << 28 }).toString();
  return lines.trimEnd().split("\n").map((line) => {
    const [, width, rows, ...rest] = line.split(" ");
    return width === "-" ? { refused: [rows, ...rest].join(" ") } : { width: +width, rows: +rows };
  });
}

// bwip-js gives rows of modules where we give rows of bars.
const high = (kind, rows, isOurs) => (kind === "pdf417" && isOurs ? rows * 3 : rows);

function compare(kind) {
  const list = payloads(kind, Number(count), Number(seed));
  const mine = ours(list);
  const sum = { smaller: 0, equal: 0, larger: 0, ours: 0, theirs: 0, refused: 0 };
  list.forEach((p, i) => {
    let other;
    try {
      other = theirs(p);
    } catch (error) {
      other = { refused: String(error).slice(0, 90) };
    }
    if (mine[i].refused || other.refused) {
      sum.refused++;
      if (show || !other.refused) console.error(kind, JSON.stringify(p.text), mine[i], other);
      return;
    }
    const a = mine[i].width * (kind.startsWith("databar") ? 1 : high(kind, mine[i].rows, true));
    const b = other.width * (kind.startsWith("databar") ? 1 : high(kind, other.rows, false));
    sum[a < b ? "smaller" : a > b ? "larger" : "equal"]++;
    sum.ours += a;
    sum.theirs += b;
    if (show && a > b) console.error(kind, p.level, JSON.stringify(p.text), mine[i], other);
  });
  console.log(
    `${kind}: ${list.length} of which smaller ${sum.smaller}, equal ${sum.equal}, ` +
      `larger ${sum.larger}, not both ${sum.refused}; modules ours ${sum.ours} theirs ${sum.theirs}`,
  );
  const [share, reason] = REASONS[kind] ?? [0, ""];
  if (sum.larger > 0 && reason !== "") console.log(`  larger: ${reason}`);
  const fine = sum.larger <= Math.ceil(share * list.length);
  return fine && (share === 1 || sum.ours <= sum.theirs) && sum.refused <= list.length / 50 ? 0 : 1;
}

const failed = KINDS.filter((k) => WISH[k] !== undefined && (only.length === 0 || only.includes(k)))
  .map(compare)
  .reduce((a, b) => a + b, 0);
process.exit(failed === 0 ? 0 : 1);
