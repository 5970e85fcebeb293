// Draws what our driver sent with a ZPL renderer of another author, label by label, and says for
// each picture what decoders must find in it. A label must also look exactly like the template with
// its fields written into it by hand: that judges the texts that no decoder reads.
// Usage: draw.mjs OUT TEMPLATE... with OUT/NAME.zpl and OUT/NAME.units of label_maker; prints one
// line a picture: PATH TAB IDENTIFIER TAB CONTENT IN HEX.
import fs from "node:fs";
import path from "node:path";
import { ready } from "zpl-renderer-js";

const DOTS_PER_MM = 8;
const GS = "\x1d";

// What stands in the symbol of each template, as its own remarks tell; null: it has none.
const contents = {
  plain: null,
  qr: (unit) => ["]Q1", unit.url],
  "gs1-datamatrix": (unit) => ["]d2", `01${unit.gtin}21${unit.code}`],
  code128: (unit) => ["]C0", unit.code],
  "gs1-lot": (unit) => ["]d2", `01${unit.gtin}${unit.element}${GS}240X-1`],
};

function fail(text) {
  process.stderr.write(`draw: ${text}\n`);
  process.exit(1);
}

// The template with its fields written into it: @ is the escape character of ours, @1 its FNC1; in
// Code 128 > is written as >0.
function byHand(template, unit) {
  const bars = template.includes("^BC");
  const said = (text) => (bars ? text.replaceAll(">", ">0") : text.replaceAll(GS, "@1"));
  return template.replaceAll(/\{(\w+)\}/g, (_, name) => said(unit[name]));
}

const [out, ...templates] = process.argv.slice(2);
const { api } = await ready;
for (const file of templates) {
  const name = path.basename(file, ".zpl");
  const template = fs.readFileSync(file, "utf8");
  const read = (suffix) => fs.readFileSync(path.join(out, name + suffix), "utf8");
  const units = read(".units").trim().split("\n").map((line) => JSON.parse(line));
  const side = (command) => Number(new RegExp(`\\^${command}(\\d+)`).exec(template)[1]) / DOTS_PER_MM;
  const draw = (zpl) => api.zplToBase64MultipleAsync(zpl, side("PW"), side("LL"), DOTS_PER_MM);

  const pictures = await draw(read(".zpl"));
  if (pictures.length !== units.length)
    fail(`${name}: ${pictures.length} labels, not ${units.length}`);
  if (!(name in contents)) fail(`${name}: say here what its symbol holds`);
  for (const [i, picture] of pictures.entries()) {
    // Every fourth by hand as well: it takes as long again.
    if (i % 4 === 0 && (await draw(byHand(template, units[i])))[0] !== picture)
      fail(`${name}: label ${i + 1} differs from the template with its fields in it`);
    const target = path.join(out, `${name}-${String(i + 1).padStart(3, "0")}.png`);
    fs.writeFileSync(target, Buffer.from(picture, "base64"));
    if (contents[name] === null) continue;
    const [identifier, text] = contents[name](units[i]);
    console.log([target, identifier, Buffer.from(text, "latin1").toString("hex")].join("\t"));
  }
}
