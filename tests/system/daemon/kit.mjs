// What the daemon's system tests share: a workspace made by the command line, the real daemon on a
// free loopback port, requests over kept connections, raw sockets, and a plain test runner.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const bin = process.argv[2];
export const source = process.argv[3];
if (!bin || !source) throw new Error('usage: node TEST.mjs BIN_FOLDER SOURCE_FOLDER');

const tests = [];
const cleanups = [];
export const test = (name, run) => tests.push({ name, run });
export const atEnd = (run) => cleanups.push(run);

export function check(holds, what) {
  if (!holds) throw new Error(what);
}
export function same(got, want, what) {
  check(JSON.stringify(got) === JSON.stringify(want),
    `${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}
export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

// What `holds` gives once it is true; it is asked until then, for `ms` at most.
export async function until(holds, what, ms = 60000) {
  for (const end = Date.now() + ms; ;) {
    const got = await holds();
    if (got) return got;
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await sleep(10);
  }
}

export async function run() {
  let failed = 0;
  for (const { name, run: body } of tests) {
    const began = Date.now();
    try {
      await body();
      console.log(`ok    ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}: ${error.stack}`);
    }
  }
  for (const cleanup of cleanups.reverse()) await cleanup();
  console.log(`${tests.length - failed} of ${tests.length} passed`);
  process.exit(failed === 0 ? 0 : 1);
}

// ---- Workspaces

export function countermark(workspace, ...args) {
  return execFileSync(join(bin, 'countermark'), [...args, '--workspace', workspace],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

// A sandbox with one scheme, one batch that is not made yet, and a key of each role.
export function makeWorkspace(quantity = 1000) {
  const root = mkdtempSync(join(tmpdir(), 'cm-'));
  atEnd(() => rmSync(root, { recursive: true, force: true }));
  const workspace = join(root, 'w');
  const scheme = join(root, 'scheme.json');
  countermark(workspace, 'init', '--sandbox');
  countermark(workspace, 'plan', '--volume', '200000', '--odds', '1000000', '--technology', 'inkjet',
    '--attribute', 'sku:16', '--batches', '16', '--serials', '65536', '--test', '--brand', 'house',
    '--out', scheme, '--name', 'drink');
  countermark(workspace, 'scheme', 'add', scheme);
  countermark(workspace, 'scheme', 'append', 'drink', '--attribute', 'sku', 'A1');
  countermark(workspace, 'batch', 'add', 'b1', '--scheme', 'drink', '--quantity', String(quantity),
    '--attribute', 'sku=A1', '--product', 'Cola');
  const keys = {};
  for (const role of ['verify', 'redeem', 'issue', 'admin'])
    keys[role] = JSON.parse(countermark(workspace, 'key', 'api', 'add', `k-${role}`, '--door',
      'default', '--role', role, '--json')).api_key;
  return { root, workspace, keys };
}

// ---- The daemon

export class Daemon {
  constructor(workspace, args = []) {
    this.workspace = workspace;
    this.log = '';
    this.child = spawn(join(bin, 'countermarkd'),
      ['--workspace', workspace, '--listen', '127.0.0.1:0', ...args],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (text) => { this.log += text; });
    this.ended = new Promise((done) => {
      this.child.on('close', (code, signal) => done({ code, signal }));
    });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    atEnd(() => this.kill());
  }

  static async start(workspace, args) {
    const d = new Daemon(workspace, args);
    for (const end = Date.now() + 60000; Date.now() < end;) {
      const match = /http:\/\/127\.0\.0\.1:(\d+)/.exec(d.log);
      if (match) {
        d.port = Number(match[1]);
        if ((await d.get('/readyz').catch(() => null))?.status === 200) return d;
      }
      if (d.child.exitCode !== null) break;
      await sleep(25);
    }
    throw new Error(`the daemon did not start: ${d.log}`);
  }

  // Process ids of vault, edge and line, by the names they give themselves.
  pid(name) {
    const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8');
    const comm = (pid) => {
      try { return readFileSync(`/proc/${pid}/comm`, 'utf8').trim(); } catch { return ''; }
    };
    return children.trim().split(' ').map(Number).find((pid) => comm(pid) === name);
  }

  async stop() {
    this.child.kill('SIGTERM');
    this.agent.destroy();
    return this.ended;
  }

  kill() {
    this.agent.destroy();
    if (this.child.exitCode === null) this.child.kill('SIGTERM');
    return this.ended;
  }

  request(method, path, { key, body, headers = {}, agent = this.agent } = {}) {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((done, fail) => {
      const all = { ...headers };
      if (key) all.Authorization ??= `Bearer ${key}`;
      if (text !== undefined) {
        all['Content-Type'] ??= 'application/json';
        all['Content-Length'] ??= Buffer.byteLength(text);
      }
      for (const name of Object.keys(all)) if (all[name] === null) delete all[name];
      const request = http.request({ port: this.port, host: '127.0.0.1', method, path, agent,
        headers: all });
      request.on('error', fail);
      request.on('response', (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', fail);
        answer.on('end', () => {
          const raw = Buffer.concat(parts).toString();
          const type = answer.headers['content-type'] ?? '';
          const json = type.includes('json') && raw !== '' ? JSON.parse(raw) : undefined;
          done({ status: answer.statusCode, headers: answer.headers, type, raw, json });
        });
      });
      request.end(text);
    });
  }

  get(path, options) { return this.request('GET', path, options); }
  post(path, key, body, headers) { return this.request('POST', path, { key, body, headers }); }

  // Send bytes as they are; everything that came back until the other side closed, `enough` of it was
  // there, or `wait` passed.
  raw(bytes, wait = 3000, enough = () => false) {
    return new Promise((done) => {
      const socket = net.connect(this.port, '127.0.0.1');
      let text = '';
      const finish = (closed) => { socket.destroy(); done({ text, closed }); };
      const timer = setTimeout(() => finish(false), wait);
      socket.on('data', (part) => {
        text += part.toString('latin1');
        if (enough(text)) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => { clearTimeout(timer); finish(true); });
      socket.write(bytes);
    });
  }

  // All the codes of batch b1, which is opened then.
  async codes(keys, n) {
    const answer = await this.post('/v1/issue', keys.issue, { batch: 'b1', count: n });
    same(answer.status, 200, `issue: ${answer.raw.slice(0, 300)}`);
    countermark(this.workspace, 'batch', 'open', 'b1');
    return answer.json.codes;
  }
}

export function writeText(path, text) { writeFileSync(path, text); }
