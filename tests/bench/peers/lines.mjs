// Codes to a printer as one would write it in node: a durable note of what is about to be sent, then
// its labels. `careful PORT FILE N`: N labels a note, fdatasync before they go; a round is a
// thousand labels. The code comes from memory for nothing; no window, no counters, no recovery.
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';

const ROUND = 1000;
const open = new Map();

async function printer(port) {
  if (open.has(port)) return open.get(port);
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.unref(); // it must not keep a process alive that has no more tasks
  socket.write('^XA^DFR:CM.ZPL^FS^PW400^LL200^FO30,60^A0N,56,50^FN1^FS^XZ');
  open.set(port, socket);
  return socket;
}

let serial = 0;

export async function careful(port, file, n) {
  const socket = await printer(port);
  const note = open.get(file) ?? openSync(file, 'a', 0o600);
  open.set(file, note);
  for (let i = 0; i < ROUND; i += Number(n)) {
    writeSync(note, `${serial} ${n}\n`);
    fdatasyncSync(note);
    let labels = '';
    for (let k = 0; k < Number(n); k++, serial++)
      labels += `^XA^XFR:CM.ZPL^FS^FN1^FDJK34X-${String(serial).padStart(8, '0')}^FS^PQ1^XZ`;
    if (!socket.write(labels)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  return ROUND;
}
