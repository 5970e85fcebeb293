// Pictures of QR and DataMatrix codes as cameras see them: blurred, turned, pale, grainy, and some
// of it together, at the levels that must still be read (docs/design/symbols.md). What must
// be read by whom stands below; the rest is reported.
// Usage: damage.mjs SYMBOL_MAKER FOLDER COUNT SEED [-v]
import { execFileSync } from "node:child_process";
import { dice, request } from "../payloads.mjs";
import { READERS, accepts } from "./readers.mjs";

const [maker, folder, count, seed] = process.argv.slice(2);
const DOTS = 6; // a module
const CODE = "234679BCDFGHJKMPQRTVWXY";

const blur = (modules) => ["-blur", `0x${modules * DOTS}`];
const turn = (degrees) => ["-background", "white", "-rotate", `${degrees}`];
const pale = (contrast) => ["+level", `${50 - contrast / 2}%,${50 + contrast / 2}%`];
const grain = (share) => ["-seed", "6", "-attenuate", `${share}`, "+noise", "Gaussian"];
// What is done, and who must read all of it; others are reported.
const ALL = ["zxing-wasm", "ZXingReader", "zbarimg", "dmtxread"];
const NEWER = ["zxing-wasm", "zbarimg", "dmtxread"];
// dmtxread takes grain for a symbol of its own in one picture of a hundred: three letters, not ours.
const STEADY = ["zxing-wasm", "ZXingReader", "zbarimg"];
const DAMAGES = {
  "blurred by 0.3 modules": [ALL, blur(0.3)],
  "blurred by 0.5 modules": [[], blur(0.5)],
  "blurred by 0.7 modules": [[], blur(0.7)],
  "turned by 7 degrees": [ALL, turn(7)],
  "turned by 33 degrees": [ALL, turn(33)],
  "turned by 45 degrees": [ALL, turn(45)],
  "turned by 90 degrees": [ALL, turn(90)],
  "turned by 180 degrees": [ALL, turn(180)],
  "of 40 % contrast": [ALL, pale(40)],
  "of 20 % contrast": [NEWER, pale(20)],
  "of 10 % contrast": [NEWER, pale(10)],
  "of grain 1": [STEADY, grain(1)],
  "of grain 2": [[], grain(2)],
  "blurred by 0.2, turned by 12, of 50 %, grain 0.2": [
    ["zxing-wasm"],
    [...blur(0.2), ...turn(12), ...pale(50), ...grain(0.2)],
  ],
};

function wishes(kind) {
  const d = dice(Number(seed) + kind.length);
  return Array.from({ length: Number(count) }, (_, i) => ({
    name: `${kind}_${i}`,
    kind,
    level: "-",
    text: i % 2 === 0 ? d.text(CODE, 12) : `https://x.example/${d.text(CODE, 12)}`,
  }));
}

// One program run a picture makes all its damaged ones.
function spoil(p) {
  const args = [`${folder}/${p.name}.png`, "-bordercolor", "white", "-border", `${2 * DOTS}`];
  Object.values(DAMAGES).forEach(([, how], i) => {
    args.push("(", "-clone", "0", ...how, "-depth", "8", "-colorspace", "gray");
    args.push("-write", `${folder}/${p.name}_${i}.png`, "+delete", ")");
  });
  execFileSync("convert", [...args, "null:"]);
}

async function judge(kind, list) {
  for (const [i, [damage, [must]]] of Object.entries(DAMAGES).entries()) {
    const spoilt = list.map((p) => ({ ...p, folder, name: `${p.name}_${i}` }));
    const says = [];
    for (const [name, reader] of Object.entries(READERS)) {
      const read = await reader(spoilt, kind);
      if (read === null) continue;
      const good = spoilt.filter((p) => accepts(name, p, read.get(p.name))).length;
      says.push(`${name} ${good}`);
      if (must.includes(name) && good !== list.length) {
        console.error(`FAILED: ${name} reads ${good} of ${list.length}`);
        process.exitCode = 1;
      }
    }
    console.log(`${kind} ${damage}: ${list.length}, read by ${says.join(", ")}`);
  }
}

for (const kind of ["qr", "datamatrix"]) {
  const list = wishes(kind);
  execFileSync(maker, [folder, `${DOTS}`], { input: list.map(request).join("") });
  list.forEach(spoil);
  await judge(kind, list);
}
