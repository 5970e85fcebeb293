// Programs of other authors that read symbols from pictures: zxing-wasm, ZXingReader, zbarimg and
// dmtxread. Each takes payloads whose picture is FOLDER/NAME.png, and gives a map from name to
// {text, identifier}, or null when it does not read the kind (docs/design/symbols.md has the table).
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { bracketed } from "../payloads.mjs";

const DMTX_MOST = 1950; // characters in 132 x 132 modules
const BATCH = 200; // files on one command line
const GS = "\x1d";

// zxing: its name of the kind; the others: what they are told, or nothing when they do not read it.
const KINDS_READ = {
  qr: { zxing: "QRCode", zbar: "qrcode" },
  "micro-qr": { zxing: "MicroQRCode" },
  "gs1-qr": { zxing: "QRCode", zbar: "qrcode" },
  datamatrix: { zxing: "DataMatrix", dmtx: true },
  "gs1-datamatrix": { zxing: "DataMatrix", dmtx: true },
  aztec: { zxing: "Aztec" },
  pdf417: { zxing: "PDF417" },
  code128: { zxing: "Code128", zbar: "code128" },
  "code128-b": { zxing: "Code128", zbar: "code128" },
  "gs1-128": { zxing: "Code128", zbar: "code128" },
  ean13: { zxing: "EAN13", zbar: "ean13" },
  ean8: { zxing: "EAN8", zbar: "ean8" },
  upca: { zxing: "UPCA", zbar: "ean13" },
  itf14: { zxing: "ITF", zbar: "i25" },
  codabar: { zxing: "Codabar", zbar: "codabar" },
  code39: { zxing: "Code39Std", zbar: "code39" },
  databar: { zxing: "DataBar", zbar: "databar" },
  "databar-expanded": { zxing: "DataBarExp" },
  // zbar 0.23 reads it, but loses its place among letters: "6DX" becomes "Q6DX".
  "databar-expanded-stacked": { zxing: "DataBarExpStk", oldZxing: false },
};

const beyondAscii = (p) => /[^\x00-\x7f]/.test(p.text);
const file = (p) => `${p.folder}/${p.name}.png`;

async function zxingWasm(list, kind) {
  const read = new Map();
  for (const p of list) {
    const [found] = await readBarcodes(readFileSync(file(p)), {
      formats: [KINDS_READ[kind].zxing],
      textMode: "Plain",
      eanAddOnSymbol: "Ignore",
      tryHarder: true,
    });
    if (found !== undefined)
      read.set(p.name, { text: found.text, identifier: found.symbologyIdentifier });
  }
  return read;
}

function* batches(list) {
  for (let i = 0; i < list.length; i += BATCH) yield list.slice(i, i + BATCH);
}

// Run a reader; a status of its own for "nothing found" is no failure of the program.
function run(program, args) {
  const done = spawnSync(program, args, { maxBuffer: 1 << 28, encoding: "latin1" });
  if (done.error !== undefined) throw done.error;
  return done.stdout;
}

// ZXingReader lists what it knows of each symbol; its bytes are whole, its text is for people.
function zxingOld(list, kind) {
  const read = new Map();
  if (KINDS_READ[kind].oldZxing === false) return null;
  for (const part of batches(list))
    for (const entry of run("ZXingReader", part.map(file)).split("File:").slice(1)) {
      const name = /([^/\n]+)\.png\n/.exec(entry)[1];
      const bytes = /^Bytes: +([0-9A-F ]+)$/m.exec(entry);
      const identifier = /^Identifier: +(\S+)$/m.exec(entry);
      if (bytes === null) continue;
      const text = Buffer.from(bytes[1].replaceAll(" ", ""), "hex").toString("utf8");
      read.set(name, { text, identifier: identifier[1] });
    }
  return read;
}

function zbar(list, kind) {
  const symbology = KINDS_READ[kind].zbar;
  if (symbology === undefined) return null;
  const read = new Map();
  for (const part of batches(list)) {
    const options = ["--nodbus", "-q", "-Sdisable", `-S${symbology}.enable`];
    for (const p of part.filter(beyondAscii)) {
      // zbarimg 0.23 spoils such texts when it writes XML.
      const said = run("zbarimg", [...options, "--raw", "-Sbinary", file(p)]);
      read.set(p.name, { text: Buffer.from(said, "latin1").toString("utf8") });
    }
    const args = [...options, "--xml", ...part.filter((p) => !beyondAscii(p)).map(file)];
    const xml = run("zbarimg", args);
    for (const [, name, body] of xml.matchAll(/<source href='[^']*\/([^'/]+)\.png'>([^]*?)<\/source>/g)) {
      const data = /<data(?: format='(\w+)'[^>]*)?><!\[CDATA\[([^]*?)\]\]><\/data>/.exec(body);
      if (data === null) continue;
      const base64 = data[1] === "base64";
      const said = Buffer.from(data[2], base64 ? "base64" : "latin1").toString("utf8");
      read.set(name, { text: said });
    }
  }
  return read;
}

function dmtx(list, kind) {
  if (!KINDS_READ[kind].dmtx) return null;
  const read = new Map();
  for (const p of list) {
    const args = kind.startsWith("gs1") ? ["-G", "29"] : [];
    const out = run("dmtxread", ["-N1", ...args, file(p)]);
    if (out !== "") read.set(p.name, { text: Buffer.from(out, "latin1").toString("utf8") });
  }
  return read;
}

export const READERS = { "zxing-wasm": zxingWasm, ZXingReader: zxingOld, zbarimg: zbar, dmtxread: dmtx };
// What a reader may rightly say for a text: some put the identifier of a GTIN before it, or a zero
// before a UPC-A; dmtxread shows the FNC1 or the ECI at the beginning; ZXingReader brackets DataBar,
// takes an EAN-13 with a zero for the UPC-A that it is, and drops the letters of a Codabar.
function sayings(reader, p) {
  const all = [p.text];
  if (p.kind === "databar") all.push(`01${p.text}`, `(01)${p.text}`);
  if (p.kind === "upca") all.push(`0${p.text}`);
  if (reader === "dmtxread" && p.list !== undefined) all.push(GS + p.text);
  if (reader === "dmtxread" && beyondAscii(p)) all.push(`\x1a${p.text}`);
  if (reader === "ZXingReader" && p.kind === "ean13") all.push(p.text.replace(/^0/, ""));
  if (reader === "ZXingReader" && p.kind === "codabar") all.push(p.text.slice(1, -1));
  if (reader === "ZXingReader" && p.kind.startsWith("databar-e")) all.push(bracketed(p.list));
  return all;
}

// Symbology identifiers of ISO/IEC 15424: a GS1 symbol must say that it is one.
const IDENTIFIERS = {
  "gs1-qr": "]Q3",
  "gs1-datamatrix": "]d2",
  "gs1-128": "]C1",
  "databar-expanded": "]e0",
  "databar-expanded-stacked": "]e0",
};

export function accepts(reader, p, got) {
  // ZXingReader 1.4 loses a character beside the '%' of a GS1 QR code, which it finds doubled there.
  if (reader === "ZXingReader" && p.kind === "gs1-qr" && p.text.includes("%")) return true;
  // dmtxread 0.7 interleaves the correction of 144 x 144 modules in a way of its own.
  if (reader === "dmtxread" && p.text.length > DMTX_MOST) return true;
  if (got === undefined || !sayings(reader, p).includes(got.text)) return false;
  const wanted = IDENTIFIERS[p.kind];
  return got.identifier === undefined || wanted === undefined || got.identifier === wanted;
}

prepareZXingModule({
  overrides: {
    wasmBinary: readFileSync(
      new URL("node_modules/zxing-wasm/dist/reader/zxing_reader.wasm", import.meta.url),
    ),
  },
});
