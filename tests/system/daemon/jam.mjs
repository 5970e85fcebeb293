// A jam on a line that the daemon drives: the door opens on a label, the operator pauses, scans the
// last good product and resumes. The printer's record is the judge: nothing behind that product comes
// out, new units do, and the sums close. Once with the line process killed in between.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, countermark, Daemon, makeWorkspace, run, same, test, until } from './kit.mjs';
import { act, Emulator, serialLabel, sumsClose, twice, uriOf } from './lines_kit.mjs';

const { root, workspace } = makeWorkspace(10);
const d = await Daemon.start(workspace);

const show = (name) => act(workspace, 'run.show', { run: name });
const whole = (e) => e.codes('printed', 'retried', 'reprinted', 'repeated');

async function begin(name, grammar) {
  const e = await Emulator.start(grammar, join(root, `${name}.record`), { rate: 1200 });
  countermark(workspace, 'batch', 'add', name, '--scheme', 'drink', '--quantity', '5000', '--attribute',
    'sku=A1');
  const template = grammar === 'zpl' ? serialLabel : { name: 'CODE', text: '' };
  await act(workspace, 'run.start', { batch: name, name, printer: uriOf(e), template, window: 5 });
  return e;
}

// The door opens while a unit is under the head; the ledger hears what was sent.
async function jam(e, name) {
  await until(() => whole(e).length >= 10, 'ten products');
  e.tell('fault head-open');
  await until(() => e.entries().some((x) => x.event === 'fault'), 'the open door');
  countermark(workspace, 'run', 'pause', name);
  const taken = () => e.codes('taken').length;
  let now = null;
  await until(async () => {
    now = await show(name);
    return now.sent_total === taken() && now.in_flight_total === taken() - whole(e).length;
  }, 'the ledger knows what was sent').catch((error) => {
    throw new Error(`${error.message}: ${taken()} ${whole(e).length} ${JSON.stringify(now)}`);
  });
}

async function judge(e, name, scanned, behind) {
  await until(() => whole(e).length >= scanned + 20, 'new products', 30000);
  const end = JSON.parse(countermark(workspace, 'run', 'stop', name, '--wait', '--json'));
  sumsClose(end, name);
  same(twice(e.codes('taken')), [], 'taken twice');
  same(end.duplicates, 0, 'dead products');
  check(end.void >= behind, `what lay behind the last good one is void: ${JSON.stringify(end)}`);
  return end;
}

// The products go past a scanner: the vault's own word on each of their codes.
async function noneDead(e, name) {
  const { verdicts } = await act(workspace, 'run.verify', { run: name,
    lines: whole(e).map((code) => ({ code })) });
  same(verdicts.filter((verdict) => verdict === 'dead').length, 0, 'dead codes on products');
  check(verdicts.filter((verdict) => verdict === 'good').length > 20, `verdicts: ${verdicts}`);
}

for (const grammar of ['zpl', 'ztc'])
  for (const killed of [false, true])
    test(`after a jam of ${grammar}${killed ? ', the line killed,' : ''} nothing dead comes out`, async () => {
      const name = `jam-${grammar}-${killed}`;
      const e = await begin(name, grammar);
      await jam(e, name);
      const scanned = whole(e);
      const behind = e.codes('taken').length - scanned.length;
      const before = d.pid('cm-line');
      if (killed) process.kill(before, 'SIGKILL'); // it hears of it in its next life alone
      const said = JSON.parse(countermark(workspace, 'run', 'resume', name, '--last-good',
        scanned.at(-1), '--json'));
      same(said.void, behind, `void: ${JSON.stringify(said)}`);
      // All of them but the one that the door cut.
      const dropped = () => e.codes('cleared').length;
      await until(() => dropped() === behind - 1, 'that the printer lets go', 20000);
      if (killed) check(d.pid('cm-line') !== before, 'another line process');
      same(whole(e).length, scanned.length, 'products while the door is open');
      e.tell('mend');
      await judge(e, name, scanned.length, behind);
      await noneDead(e, name);
      await e.off();
    });

test('the log holds no code', () => {
  const first = readFileSync(join(root, 'jam-zpl-false.record'), 'utf8').split('\n')[0];
  const code = /=([A-Z0-9-]{6,})/.exec(first)[1];
  check(!d.log.includes(code), 'a code in the log');
});

await run();
