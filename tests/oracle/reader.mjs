// What the readers of journals share: a fault of what they read is no fault of theirs (Wrong), a
// workspace that a tool made is read and compared, and the command line with its exit codes.
// Exit 0: sound; 1: it is not, or they differ; 2: usage.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

export class Wrong extends Error {}
export const check = (holds, what) => {
  if (!holds) throw new Wrong(what);
};

/** The tool makes a workspace, lives in it, and prints its folder and what the engine says of it. */
function agree({ read, compare }, tool, seed) {
  const done = spawnSync(tool, [seed], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.status !== 0) throw new Error(`${tool}: ${done.stderr}${done.stdout}`);
  const [dir, ...engine] = done.stdout.trim().split('\n');
  try {
    compare(read(join(dir, 'journal'), join(dir, 'archive')), engine);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function main(reader, args) {
  if (args[0] === '--agree' && args.length >= 2) {
    agree(reader, args[1], args[2] ?? '1');
    return 0;
  }
  const at = args.indexOf('--archive');
  const archive = at >= 0 ? args.splice(at, 2)[1] : undefined;
  if (args.length !== 1) {
    console.error(`usage: ${reader.name} [--archive DIR] DIR | --agree TOOL [SEED]`);
    return 2;
  }
  console.log(reader.read(args[0], archive).join('\n'));
  return 0;
}

/** Run main, tell of what is wrong, set the exit code. */
export function guarded(work) {
  try {
    process.exitCode = work();
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** A reader's program: {name, read(dir, archive) -> lines, compare(mine, engine)}. */
export function program(reader) {
  guarded(() => main(reader, process.argv.slice(2)));
}
