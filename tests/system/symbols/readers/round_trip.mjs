// Every symbol read back by programs that nobody here wrote, each where it reads the kind: every text
// must come back whole from each of them. Usage: round_trip.mjs SYMBOL_MAKER FOLDER COUNT SEED [KIND...]
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { KINDS, ladder, payloads, request } from "../payloads.mjs";
import { READERS, accepts } from "./readers.mjs";

const [maker, folder, count, seed, ...only] = process.argv.slice(2);
const DOTS = "3";

function fail(text) {
  console.error(`FAILED: ${text}`);
  process.exitCode = 1;
}

async function check(kind) {
  const random = payloads(kind, Number(count), Number(seed));
  const list = [...random, ...ladder(kind, Number(seed))].map((p) => ({ ...p, folder }));
  const made = execFileSync(maker, [folder, DOTS], { input: list.map(request).join("") }).toString();
  for (const line of made.split("\n")) if (line.includes(" - ")) fail(line);
  const says = [];
  for (const [name, reader] of Object.entries(READERS)) {
    const read = await reader(list, kind);
    if (read === null) continue;
    const wrong = list.filter((p) => !accepts(name, p, read.get(p.name)));
    says.push(`${name} ${list.length - wrong.length}`);
    for (const p of wrong.slice(0, 3))
      fail(`${name} ${p.name} ${JSON.stringify(p.text).slice(0, 100)}: ${JSON.stringify(read.get(p.name))}`);
  }
  for (const p of list) rmSync(`${folder}/${p.name}.png`, { force: true });
  console.log(`${kind}: ${list.length} made, read by ${says.join(", ")}`);
}

for (const kind of KINDS.filter((k) => only.length === 0 || only.includes(k))) await check(kind);
