// What tests of lines share beside kit.mjs: emulated printers as processes, their records (the judge
// of what we sent), the vault's admin socket spoken by a hand of its own, and the sums of a run.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { atEnd, bin, check, source, until } from './kit.mjs';

const emulatorPath = join(bin, '..', 'tests', 'support', 'printers', 'printer_emulator');

// ---- Emulated printers

// grammar "codenet" is the emulator's raw with its rules.
const grammarArguments = (grammar) => (['zpl', 'ztc', 'sppl', 'wsi'].includes(grammar)
  ? ['--grammar', grammar]
  : ['--grammar', 'raw', '--protocol',
    join(source, 'tests/support/printers/protocols', `${grammar}.rules`)]);

export class Emulator {
  // options: rate (a minute), port (0: any), more (further arguments)
  static async start(grammar, record, { rate = 600, port = 0, more = [] } = {}) {
    const e = new Emulator();
    Object.assign(e, { grammar, record, rate, more, out: '' });
    await e.on(port);
    atEnd(() => e.off());
    return e;
  }

  async on(port = this.port) {
    this.out = '';
    const total = this.codes('printed', 'retried', 'reprinted', 'repeated').length; // odometers stay
    this.child = spawn(emulatorPath, [...grammarArguments(this.grammar), '--record', this.record,
      '--rate', String(this.rate), '--port', String(port), '--total', String(total), '--control',
      ...this.more],
    { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (text) => { this.out += text; });
    this.ended = new Promise((done) => { this.child.on('close', done); });
    const ready = await until(() => /ready \S+ 127\.0\.0\.1:(\d+)/.exec(this.out), 'the emulator');
    this.port = Number(ready[1]);
  }

  // Power and program off: what it holds is lost, its record stays.
  async off() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    await this.ended;
  }

  tell(line) { this.child.stdin.write(`${line}\n`); }

  // [{us, event, text, code}], in order; faults have neither text nor code.
  entries() {
    if (!existsSync(this.record)) return [];
    const lines = readFileSync(this.record, 'utf8').split('\n');
    lines.pop(); // behind the last end of line: nothing, or half a line
    return lines.map((line) => {
      const [, us, event, text = ''] = line.split(' ');
      return { us: Number(us), event, text, code: codeOf(text) };
    });
  }

  codes(...events) {
    return this.entries().filter((e) => events.includes(e.event)).map((e) => e.code);
  }
}

// The first field's value: "R:CM1.ZPL|1=ABCD|2=17", "VarText1=ABCD".
const codeOf = (text) => /^(?:[^|=]*\|)*?[^|=]*=([^|]*)/.exec(text)?.[1] ?? '';

// Where it is on the product too: ZTC takes every field by name, our ZPL label has it second.
export function serialOf(text) {
  const found = /\|(?:serial|2)=(\d+)/.exec(text);
  return found && Number(found[1]);
}

// Codes that stand more than once.
export function twice(codes) {
  const seen = new Set();
  return codes.filter((code) => seen.has(code) || !seen.add(code));
}

// ---- The admin socket: frames of docs/design/processes.md

const text = (s) => {
  const bytes = Buffer.from(s);
  const head = Buffer.alloc(5);
  head[0] = 0x7a; // a CBOR text with four bytes of length ...
  head.writeUInt32BE(bytes.length, 1);
  if (bytes.length < 24) return Buffer.concat([Buffer.from([0x60 | bytes.length]), bytes]);
  if (bytes.length < 256) return Buffer.concat([Buffer.from([0x78, bytes.length]), bytes]);
  if (bytes.length < 65536)
    return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 255]), bytes]);
  return Buffer.concat([head, bytes]);
};

function* items(body) {
  for (let at = 1; at < body.length;) { // behind the map's head
    const kind = body[at] >> 5;
    const short = body[at] & 31;
    let value = short;
    at += 1;
    if (short >= 24) {
      const len = 1 << (short - 24);
      value = body.readUIntBE(at, len);
      at += len;
    }
    if (kind === 0) yield value;
    else {
      yield body.toString('utf8', at, at + value);
      at += value;
    }
  }
}

const ACT = 8;

// An act of the operator; its result. Rejects with the vault's own words.
export function act(workspace, name, args = {}) {
  const body = Buffer.concat([Buffer.from([0xa2, 1]), text(name), Buffer.from([2]),
    text(JSON.stringify(args))]);
  const head = Buffer.alloc(12);
  head.writeUInt32BE(body.length, 0);
  head[4] = 2; // the frames' version: docs/design/processes.md
  head[5] = ACT;
  return new Promise((done, fail) => {
    const socket = net.connect(join(workspace, 'run', 'admin.sock'));
    let got = Buffer.alloc(0);
    socket.on('connect', () => socket.write(Buffer.concat([head, body])));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error(`${name}: no answer`)));
    socket.on('data', (part) => {
      got = Buffer.concat([got, part]);
      if (got.length < 12 || got.length < 12 + got.readUInt32BE(0)) return;
      socket.removeAllListeners('close');
      socket.destroy();
      const [err, result, ...diag] = [...items(got.subarray(12))].filter((_, i) => i % 2 === 1);
      if (err === 0) done(JSON.parse(result || '{}'));
      else fail(Object.assign(new Error(`${name}: error ${err}: ${diag.join(': ')}`), { err }));
    });
  });
}

// ---- Runs

// The equation of docs/design/runs.md, as the ledger has it; a closed run has nothing in flight.
export function sumsClose(run, what) {
  const { sent_total: sent, in_flight_total: flight = 0, printed, unknown, good, rejected, void: dead } = run;
  const sum = flight + printed + unknown + good + rejected + dead;
  check(sent === sum, `${what}: sent_total ${sent} is not ${flight} in flight + ${printed} printed + `
    + `${unknown} unknown + ${good} good + ${rejected} rejected + ${dead} void = ${sum}`);
}

// One label with code and serial: the record then tells which unit it is.
export const serialLabel = { name: 'serial.zpl',
  text: '^XA^PW400^LL200^FO30,40^A0N,40,40^FD{code}^FS^FO30,120^A0N,20,20^FD{serial}^FS^XZ\n' };
export const codenet = { name: 'codenet',
  text: readFileSync(join(source, 'templates', 'protocols', 'codenet.protocol'), 'utf8') };
export const uriOf = (emulator, kind = emulator.grammar, more = '') =>
  `${kind}+tcp://127.0.0.1:${emulator.port}${more}`;
