// Draws ZPL files with a renderer of another author: NAME.zpl becomes NAME.zpl.png.
// Usage: graphic.mjs WIDTH_MM HEIGHT_MM FILE...
import fs from "node:fs";
import { ready } from "zpl-renderer-js";

const DOTS_PER_MM = 8;
const [width, height, ...files] = process.argv.slice(2);
const { api } = await ready;
for (const file of files) {
  const zpl = fs.readFileSync(file, "utf8");
  const png = await api.zplToBase64Async(zpl, Number(width), Number(height), DOTS_PER_MM);
  fs.writeFileSync(`${file}.png`, Buffer.from(png, "base64"));
}
