// kill -9 at random moments of a program full of tills, again and again on one workspace: nothing is
// spent twice, nothing acknowledged is lost, replays are the first answers, and every balance, hold
// and state is what the judge (cards_judge.mjs) finds by itself. Then the judge is judged: damages
// to this very history must be found, each under the rule that it breaks.
// Usage: cards_kill.mjs WRITER FOLDER      WRITER = card_writer; FOLDER is on a disk
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Fault, judge, readAlike, readFacts, readLog, readLogFile, unanswered } from './cards_judge.mjs';

const [writer, folder] = process.argv.slice(2);
const kills = process.env.CM_PROVE === '1' ? 400 : 40;
const most = 10 * kills; // where a busy machine leaves lives little to do, there are more of them
const shortest = 5, longest = 130; // ms of a life: every fourth from its start, the rest from its first call
let seed = Number(process.env.CM_SEED ?? 20250117);
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}

const env = { ...process.env, TMPDIR: folder };
const dir = execFileSync(writer, ['make'], { encoding: 'utf8', env }).trim();

let read = 0, again = []; // bytes of the log that were looked through; what is open after them
function begin(mode, boot) {
  const piece = boot === 1 ? Buffer.alloc(0) : readFileSync(`${dir}/proof/log`).subarray(read);
  read += piece.length;
  again = unanswered(again, readLog(piece.toString('latin1')));
  writeFileSync(`${dir}/proof/again`, again.map((a) => `${a.line}\n`).join(''));
  const child = spawn(writer, [mode, dir, String(boot)], { stdio: ['ignore', 'pipe', 'inherit'], env });
  return { child, again: again.length, works: new Promise((done) => child.stdout.once('data', done)),
    ended: new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code))) };
}

async function live(boot) {
  const { child, again, works, ended } = begin('run', boot), length = shortest + random(longest - shortest);
  if (boot % 4 !== 0) await Promise.race([works, ended]);
  setTimeout(() => child.kill('SIGKILL'), length);
  const how = await ended;
  if (how !== 'SIGKILL') throw new Error(`life ${boot} ended by itself: ${how}`);
  return again;
}

// A line that a kill cut must not swallow the next one.
const newLine = () => writeFileSync(`${dir}/proof/log`, '\n', { flag: 'a' });

/** Damages: what they do to a history, and the rule that must break. */
const damages = [
  // Of a question whose answer was lost nobody was told; what became of it may be told nowhere.
  ['J2|J5|J6', ({ facts, answered }) => facts.splice(facts.findLastIndex((f) => f.op === 'load' && answered(f)), 1)],
  ['J1|J2', ({ accepted }) => { accepted('redeem').told.balance += 1; }],
  ['J1|J2', ({ accepted }) => { accepted('reserve').told.held -= 1; }],
  ['J1|J2', ({ replayed }) => { replayed().transaction += 1; }],
  ['J1|J2', ({ replayed }) => { replayed().balance += 1; }],
  ['J3', ({ facts }) => facts.push({ ...facts.findLast((f) => f.op === 'spend'), sequence: 1e9, actor: 99 })],
  ['J6', ({ facts }) => { facts.findLast((f) => f.op === 'pin failed').failed += 1; }],
  ['J6', ({ facts }) => { facts.findLast((f) => f.op === 'holds ended').amount += 1; }],
  ['J5', ({ told }) => { told((t, a) => t.verdict === 'inactive' && a.op === 'load').verdict = 'not_enough'; }],
  ['J5', ({ told }) => { told((t, a) => t.verdict === 'accepted' && a.op === 'check').balance += 0.5; }], // no moment had that
  ['J5', ({ told }) => { told((t, a) => t.verdict === 'not_a_code' && a.rights === 0).serial = 7; }],
  // A card is spent by the PIN of another issue, which is not one and the same by chance.
  ['J6', ({ spentByPin }) => { Object.assign(spentByPin(), { pin: 99, opens: [99] }); }],
  ['J4', ({ attempts }) => {
    const done = attempts.filter((x) => x.key === 0 && x.told?.[0].verdict === 'accepted' && x.asked[0].op === 'redeem');
    [done.at(-1).from, done.at(-1).to] = [-2, -1];
  }],
];

/** The same, but two issues have one PIN: nothing is wrong. */
const harmless = ({ spentByPin }) => { const a = spentByPin(); Object.assign(a, { pin: 99, opens: [99, a.pin] }); };

function handles(attempts, facts) {
  const items = attempts.filter((x) => x.told && x.status === 0)
    .flatMap((x) => x.told.map((told, i) => ({ told, a: x.asked[i], alone: x.told.length === 1, x })));
  const once = (x) => x.key === 0 || attempts.filter((y) => y.key === x.key && y.actor === x.actor).length === 1;
  return { attempts, facts,
    answered: (f) => items.some((i) => i.told.verdict === 'accepted' && i.told.sequence === f.sequence),
    accepted: (op) => items.findLast((i) => i.a.op === op && i.told.verdict === 'accepted' && !i.told.replayed),
    // Asked once: of many attempts under one key the judge looks at the first.
    spentByPin: () => items.findLast((i) => i.a.op === 'redeem' && i.a.rights === 0 && i.told.verdict === 'accepted'
      && !i.told.replayed && once(i.x)).a,
    replayed: () => items.findLast((i) => i.told.replayed).told,
    told: (wanted) => items.findLast((i) => i.alone && wanted(i.told, i.a)).told };
}

/** The first lives: at full size copies of the whole would not fit. */
function firstLives() {
  const text = readFileSync(`${dir}/proof/log`, 'latin1'), end = text.indexOf(`\nA ${judged + 1} `);
  const attempts = readLog(end < 0 ? text : text.slice(0, end), readAlike(dir));
  const clock = attempts.reduce((most, a) => Math.max(most, a.clock), 0);
  return { attempts, facts: readFacts(dir).filter((f) => f.time <= clock) };
}

function judgeTheJudge() {
  const whole = firstLives();
  judge(whole.attempts, whole.facts);
  const alike = firstLives();
  harmless(handles(alike.attempts, alike.facts));
  judge(alike.attempts, alike.facts);
  damages.forEach(([rule, damage], n) => {
    const scene = firstLives();
    damage(handles(scene.attempts, scene.facts));
    let found = 'nothing';
    try {
      judge(scene.attempts, scene.facts);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      found = error.message;
    }
    if (!found.match(`^(${rule})`)) throw new Error(`damage ${n} breaks ${rule}, and the judge says: ${found}`);
  });
}

/** Have the kills met calls under way, and is there in the history what the damages are done to? */
function enough() {
  const { attempts, facts } = { attempts: readLogFile(dir), facts: readFacts(dir) };
  const replayed = attempts.flatMap((a) => a.told ?? []).filter((t) => t.replayed).length;
  if (met < kills / 3 || replayed < kills) return false;
  return damages.every(([, damage]) => {
    try {
      damage(handles(structuredClone(attempts), structuredClone(facts)));
      return true;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // of something that is not there
      return false;
    }
  });
}

let met = 0, lives = 0, judged = 40;
try {
  while (lives < kills || (lives < most && !enough())) {
    met += await live(++lives) > 0 ? 1 : 0;
    newLine();
  }
  if (lives > kills) judged = lives;
  const how = await begin('end', lives + 1).ended;
  if (how !== 0) throw new Error(`the last life ended with ${how}`);
  const result = judge(readLogFile(dir), readFacts(dir));
  console.log(`${lives} kills, ${met} of them met calls under way: ${JSON.stringify(result)}`);
  if (met < kills / 3 || result.replayed < kills) throw new Error('the kills met too little');
  judgeTheJudge();
  console.log(`${damages.length} damages found`);
  if (!process.env.CM_KEEP) rmSync(dir, { recursive: true, force: true });
} catch (error) {
  console.error(`${error.message}\nworkspace: ${dir}`);
  process.exitCode = 1;
}
