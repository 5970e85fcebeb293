// What a user would take in node instead of countermark. Waits for lines "SECONDS FILE.TASK [ARG
// ...]" and answers each with "items seconds cpu_seconds peak_bytes", measured here, or with "error
// REASON". FILE.mjs stands beside this one; a task is an exported function that does one round and
// returns (or promises) how many items it made. Whole rounds only, so a task keeps no state.
import { createInterface } from 'node:readline';

const REASON_MOST = 160; // characters: the other end reads lines of 256 bytes

async function find(name) {
  const [file, task] = name.split('.');
  const found = (await import(`./${file}.mjs`))[task];
  if (typeof found !== 'function') throw new Error(`${file}.mjs has no task ${task}`);
  return found;
}

async function measure(task, seconds, args) {
  const cpu = process.cpuUsage();
  const begun = process.hrtime.bigint();
  let items = 0, took = 0;
  do {
    items += await task(...args);
    took = Number(process.hrtime.bigint() - begun) / 1e9;
  } while (took < seconds);
  const used = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS * 1024;
  return `${items} ${took} ${(used.user + used.system) / 1e6} ${peak}`;
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [seconds, name, ...args] = line.split(' ');
  try {
    console.log(await measure(await find(name), Number(seconds), args));
  } catch (error) {
    console.log(`error ${String(error.message).replaceAll('\n', ' ').slice(0, REASON_MOST)}`);
  }
}
