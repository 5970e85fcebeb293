// Tickets over HTTP and through a running vault: issued by the command line beside the daemon,
// redeemed at /v1/redeem once, whichever face of the unit comes first and however many ask at once;
// no log, answer or file of the daemon holds one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, atEnd, check, countermark, makeWorkspace, run, same, test } from './kit.mjs';

const N = 200;
const AT_ONCE = 64;
const { root, workspace, keys } = makeWorkspace(N);
const d = await Daemon.start(workspace);
atEnd(() => d.kill());
const out = join(root, 'tickets.csv');
let tickets = [];

const verdict = async (path, code, headers) =>
  (await d.post(path, keys.redeem, { code }, headers)).json?.verdict;

test('tickets are issued through the running vault', () => {
  countermark(workspace, 'ticket', 'issuer', 'add', 'ACME');
  countermark(workspace, 'ticket', 'issue', 'b1', '--count', String(N), '--code', '--out', out);
  tickets = readFileSync(out, 'utf8').trim().split('\n').slice(1)
    .map((line) => line.split(',')).map(([serial, ticket, code]) => ({ serial, ticket, code }));
  same(tickets.length, N, 'tickets');
  countermark(workspace, 'batch', 'open', 'b1');
});

test('a ticket is checked, redeemed and reversed as its code is', async () => {
  const { ticket, code } = tickets[0];
  same(await verdict('/v1/check', ticket), 'accepted', 'check');
  same(await verdict('/v1/redeem', ticket), 'accepted', 'redeem');
  same(await verdict('/v1/redeem', code), 'already_redeemed', 'its code');
  same(await verdict('/v1/reverse', code), 'accepted', 'reverse by code');
  const held = await d.post('/v1/reserve', keys.redeem, { code: ticket, hold_seconds: 60 });
  same(held.json.verdict, 'accepted', 'reserve');
  same(await verdict('/v1/confirm', ticket), 'accepted', 'confirm');
  same(await verdict('/v1/check', ticket), 'already_redeemed', 'after');
});

test('an idempotency key gives the first answer again', async () => {
  const headers = { 'Idempotency-Key': '"t-1"' };
  const first = await d.post('/v1/redeem', keys.redeem, { code: tickets[1].ticket }, headers);
  const again = await d.post('/v1/redeem', keys.redeem, { code: tickets[1].ticket }, headers);
  same([first.json.verdict, again.json.verdict], ['accepted', 'accepted'], 'verdicts');
});

test('arrays take codes and tickets side by side', async () => {
  const codes = [tickets[2].ticket, tickets[2].code, tickets[3].code, tickets[3].ticket, 'CM1:ABC'];
  const { json } = await d.post('/v1/redeem', keys.redeem, { codes });
  same(json.answers.map((r) => r.verdict),
    ['accepted', 'already_redeemed', 'accepted', 'already_redeemed', 'typing_error'], 'results');
});

test('forged and cut tickets are not codes', async () => {
  const { ticket } = tickets[4];
  const at = ticket.length - 12;
  const forged = ticket.slice(0, at) + (ticket[at] === '0' ? '1' : '0') + ticket.slice(at + 1);
  same(await verdict('/v1/redeem', forged), 'not_a_code', 'forged');
  same(await verdict('/v1/redeem', ticket.slice(0, -3)), 'typing_error', 'cut');
  same(await verdict('/v1/redeem', `${ticket}${ticket}`), 'typing_error', 'twice');
  same(await verdict('/v1/redeem', `CM1:${'A'.repeat(4000)}`), 'typing_error', 'too long');
});

test(`${AT_ONCE} at once redeem each unit once`, async () => {
  const faces = tickets.slice(10, 60).flatMap(({ ticket, code }) => [ticket, code, ticket, code]);
  const rounds = [];
  for (let at = 0; at < faces.length; at += AT_ONCE)
    rounds.push(await Promise.all(faces.slice(at, at + AT_ONCE)
      .map((face) => verdict('/v1/redeem', face))));
  const all = rounds.flat();
  same(all.filter((v) => v === 'accepted').length, 50, 'redemptions');
  same(all.filter((v) => v === 'already_redeemed').length, 150, 'refusals');
});

test('one ticket asked for by 64 at once is redeemed once', async () => {
  const { ticket } = tickets[70];
  const all = await Promise.all(Array.from({ length: AT_ONCE }, () => verdict('/v1/redeem', ticket)));
  same(all.filter((v) => v === 'accepted').length, 1, 'redemptions');
});

test('verify and inspect answer beside the daemon', () => {
  const said = JSON.parse(countermark(workspace, 'ticket', 'verify', tickets[80].ticket, '--test', '--json'));
  same([said.valid, said.unit, said.serial], [true, 'accepted', Number(tickets[80].serial)], 'verify');
  check(!JSON.stringify(said).includes('CM1:'), 'verify shows a ticket');
});

test('a used ticket that was taken back stays refused when its use is reversed', async () => {
  const { ticket, code, serial } = tickets[90];
  same(await verdict('/v1/redeem', ticket), 'accepted', 'first');
  countermark(workspace, 'ticket', 'revoke', '--unit', `b1:${serial}`);
  same(await verdict('/v1/redeem', ticket), 'already_redeemed', 'used');
  same(await verdict('/v1/reverse', ticket), 'accepted', 'reverse');
  same(await verdict('/v1/check', ticket), 'void', 'check');
  same(await verdict('/v1/redeem', ticket), 'void', 'redeem');
  same((await d.post('/v1/reserve', keys.redeem, { code: ticket, hold_seconds: 60 })).json.verdict, 'void', 'reserve');
  same((await d.post('/v1/redeem', keys.redeem, { codes: [ticket, tickets[91].ticket] }))
    .json.answers.map((a) => a.verdict), ['void', 'accepted'], 'in an array');
  const again = JSON.parse(countermark(workspace, 'ticket', 'revoke', '--unit', `b1:${serial}`, '--json'));
  same([again.revoked_before, again.void_now], [1, 1], 'revoked again: now the unit is void, too');
  same(await verdict('/v1/redeem', code), 'void', 'its code');
});

const day = (ahead) => new Date(Date.now() + ahead * 86400e3).toISOString().slice(0, 10);

test('days of a place are known to the vault behind its fences, too', () => {
  const said = JSON.parse(countermark(workspace, 'ticket', 'issue', 'b1', '--again', tickets[95].serial, '--count', '1',
    '--exp', day(200), '--zone', 'Europe/Amsterdam', '--out', join(root, 'days.csv'), '--json'));
  check(new RegExp(`^${day(201)}T00:00:00\\+0[12]:00$`).test(said.expires_local), said.expires_local);
});

test('no log and no file of the daemon holds a ticket', async () => {
  await d.stop();
  check(!d.log.includes('CM1:'), 'the log holds a ticket');
  const piece = tickets[0].ticket.slice(0, 60);
  const found = () => execFileSync('grep', ['-rlF', piece, workspace], { encoding: 'utf8' });
  try {
    check(found() === '', 'a file holds a ticket');
  } catch (error) {
    same(error.status, 1, 'grep finds nothing');
  }
});

await run();
