// What a card with a life must answer and become: a second decider, written from
// docs/design/card-life.md alone. It takes the question that a caller asked (not the event that the
// engine wrote) and says which verdicts are right, and what is true of the card after an acceptance.
// The judge (cards_judge.mjs) holds answers and journal against it.

export const OPS = ['check', 'redeem', 'reserve', 'confirm', 'release', 'reverse', 'void', 'activate',
  'deactivate', 'load', 'block', 'unblock', 'lose', 'replace', 'renew'];
export const VERDICTS = ['accepted', 'already_redeemed', 'reserved', 'typing_error', 'not_a_code',
  'unknown_batch', 'not_open_yet', 'ended', 'recalled', 'void', 'busy', 'not_reserved', 'not_redeemed',
  'redeemer_needed', 'inactive', 'blocked', 'expired', 'replaced', 'not_enough', 'wrong_amount',
  'wrong_pin', 'pin_locked', 'already_active', 'not_possible', 'not_yours', 'second_check'];
export const POOL = { loadMax: 100000, balanceMax: 200000, tries: 3, days: 1, holds: 8, issues: 16 };
const TILL = 1, DESK = 2, DAY = 86400000;
const DESKS = ['block', 'unblock', 'lose', 'replace', 'renew', 'void'];
const WITH_PIN = ['check', 'redeem', 'reserve'];
const PUBLIC = ['check', 'redeem', 'reserve', 'confirm', 'release', 'reverse'];

export const fresh = () => ({ state: 'made', before: 'made', known: false, balance: 0, holds: [],
  spends: [], spentSince: false, failed: 0, issue: 1, expires: 0, replaces: null });

// Plain data, so that a state can be kept for each moment.
export const copy = (c) => ({ ...c, holds: c.holds.map((h) => ({ ...h })), spends: c.spends.map((s) => ({ ...s })) });
export const held = (c) => c.holds.reduce((sum, h) => sum + h.amount, 0);

/** As of a time: holds that are over have ended, and so has an active card whose days are over. */
export function mature(c, now) {
  const out = copy(c);
  out.holds = out.holds.filter((h) => h.until > now);
  if (out.state === 'active' && out.expires !== 0 && now >= out.expires) out.state = 'expired';
  return out;
}

/** Spends that can be refunded on this card: its own, and those of cards whose place it took. */
function spendsOf(c, find) {
  const all = [...c.spends];
  for (let from = c.replaces; from; from = find(from).replaces) all.push(...find(from).spends);
  return all;
}

const no = (...verdicts) => ({ verdicts });
const yes = (effect) => ({ verdicts: ['accepted'], effect });

function chooseHold(c, a) {
  if (a.reference !== 0) return c.holds.find((h) => h.id === a.reference);
  const own = c.holds.filter((h) => h.actor === a.actor);
  return own.length === 1 ? own[0] : undefined;
}

function ending(c, a) {
  const hold = chooseHold(c, a);
  if (!hold) return no('not_reserved');
  if (hold.actor !== a.actor) return no('reserved');
  if (a.op === 'release') return yes({ amount: hold.amount, end: hold });
  if (a.amount > hold.amount) return no('wrong_amount');
  return yes({ amount: a.amount || hold.amount, end: hold, off: a.amount || hold.amount, spend: true });
}

function chooseSpend(c, a, find) {
  if (a.reference !== 0) return spendsOf(c, find).find((s) => s.id === a.reference);
  return c.spends.reduce((best, s) => (!best || s.id > best.id ? s : best), undefined);
}

function refund(c, a, find) {
  const spend = chooseSpend(c, a, find);
  if (a.rights === 0 && spend && spend.actor !== a.actor) return no('not_redeemed', 'not_a_code');
  if (!spend || spend.left === 0) return no('not_redeemed');
  if (a.amount > spend.left) return no('wrong_amount');
  const amount = a.amount || spend.left;
  return yes({ amount, on: amount, refund: spend.id });
}

const loadable = (c, amount) => amount <= POOL.loadMax && c.balance + amount <= POOL.balanceMax;
const free = (c) => c.balance - held(c);

/** What is asked while the card is active. */
const active = {
  check: () => yes({}),
  redeem(c, a) {
    if (a.amount < 1) return no('wrong_amount');
    return a.amount > free(c) ? no('not_enough') : yes({ amount: a.amount, off: a.amount, spend: true });
  },
  reserve(c, a) {
    const full = c.holds.length >= POOL.holds ? ['reserved'] : [];
    if (a.amount < 1) return no('wrong_amount', ...full);
    if (a.amount > free(c)) return no('not_enough', ...full);
    return full.length > 0 ? no('reserved') : yes({ amount: a.amount, hold: true });
  },
  activate: () => no('already_active'),
  deactivate(c) {
    if (c.spentSince || c.replaces !== null) return no('not_possible', ...(c.holds.length > 0 ? ['reserved'] : []));
    return c.holds.length > 0 ? no('reserved') : yes({ amount: c.balance, off: c.balance, state: 'made' });
  },
  load: (c, a) => (a.amount >= 1 && loadable(c, a.amount) ? yes({ amount: a.amount, on: a.amount }) : no('wrong_amount')),
  replace: (c) => (c.holds.length > 0 ? no('reserved') : yes({ amount: c.balance, off: c.balance, state: 'replaced' })),
};

/** What is asked of a card that is not active, nor void or replaced. */
function stopped(c, a) {
  const name = { made: 'inactive', blocked: 'blocked', lost: 'blocked', expired: 'expired' }[c.state];
  if (a.op === 'activate' && c.state === 'made')
    return loadable(c, a.amount) ? yes({ amount: a.amount, on: a.amount, state: 'active', begin: true }) : no('wrong_amount');
  if (a.op === 'replace' && (c.state === 'blocked' || c.state === 'lost'))
    return c.before === 'made' ? no('inactive') : active.replace(c); // stopped on the shelf
  return no(name);
}

/** Block, unblock, lose, renew, void: of every card but void and replaced ones. */
const desk = {
  block: (c) => (c.state === 'blocked' || c.state === 'lost' ? no('blocked') : yes({ state: 'blocked', remember: true })),
  lose: (c) => (c.state === 'lost' ? no('blocked') : yes({ state: 'lost', remember: c.state !== 'blocked' })),
  unblock(c) {
    if (c.state === 'blocked' || c.state === 'lost') return yes({ state: c.before, forgive: true });
    return c.failed > 0 ? yes({ forgive: true }) : no('not_possible');
  },
  renew: (c) => (c.issue < POOL.issues ? yes({ renew: true, forgive: true }) : no('not_possible')),
  void: (c) => yes({ amount: c.balance, off: c.balance, state: 'void', drop: true }),
};

function byState(c, a, find) {
  if (c.state === 'void' || c.state === 'replaced') return no(c.state);
  if (desk[a.op]) return desk[a.op](c);
  if (a.op === 'reverse') return c.state === 'made' ? no('inactive') : refund(c, a, find);
  if (a.op === 'release') return c.state === 'made' ? no('not_reserved') : ending(c, a);
  if (a.op === 'confirm' && (c.state === 'active' || c.state === 'expired')) return ending(c, a);
  return c.state === 'active' ? active[a.op](c, a) : stopped(c, a);
}

// `opens`: the issues whose PIN this one is; four digits may be those of two issues.
// Elsewhere a PIN is not looked at: where no wrong one is counted, a right one must say nothing.
const pinRight = (c, a) => WITH_PIN.includes(a.op) && a.opens.includes(c.issue) && c.failed < POOL.tries;

/** The public is told of a card by its PIN, or for what is its own: a hold or a spend. */
function byPublic(c, a, find) {
  if (!c.known || !PUBLIC.includes(a.op)) return no('not_a_code');
  if (pinRight(c, a)) return byState(c, a, find);
  if (WITH_PIN.includes(a.op)) return no('not_a_code');
  const said = byState(c, a, find);
  const own = (a.op === 'reverse' ? spendsOf(c, find) : c.holds).filter((x) => x.actor === a.actor);
  if (own.length === 0) return no('not_a_code');
  const meant = a.op === 'reverse' ? chooseSpend(c, a, find) : chooseHold(c, a);
  if (meant?.actor === a.actor) return said;
  return no(...said.verdicts.filter((v) => v !== 'accepted'), 'not_a_code');
}

/** Which verdicts are right, and the effect of an acceptance. `c` is mature; find(key) = another card. */
export function decide(c, a, find) {
  let said;
  if ((a.rights & (TILL | DESK)) === 0) said = byPublic(c, a, find);
  else if (DESKS.includes(a.op) && (a.rights & DESK) === 0) said = no('not_possible');
  else if (WITH_PIN.includes(a.op) && c.known && a.pin !== 0 && c.failed >= POOL.tries) said = no('pin_locked');
  else if (WITH_PIN.includes(a.op) && c.known && a.pin !== 0 && !a.opens.includes(c.issue)) said = no('wrong_pin');
  else said = byState(c, a, find);
  if (a.op === 'confirm' && said.effect && c.state === 'lost') return no('blocked');
  return said;
}

/** The card after an acceptance; sequence and time are those of its event. */
export function become(c, a, effect, sequence, time) {
  const out = copy(c);
  out.balance += (effect.on ?? 0) - (effect.off ?? 0);
  if (effect.remember) out.before = c.state;
  if (effect.state) out.state = effect.state;
  if (effect.end) out.holds = out.holds.filter((h) => h.id !== effect.end.id);
  if (effect.drop) out.holds = [];
  if (effect.hold) out.holds.push({ id: sequence, amount: a.amount, until: time + a.holdMs, actor: a.actor });
  if (effect.spend) {
    out.spends.push({ id: sequence, left: effect.amount, actor: a.actor });
    out.spentSince = true;
  }
  if (effect.begin) Object.assign(out, { known: true, spentSince: false, failed: 0, expires: time + POOL.days * DAY });
  if (a.op === 'deactivate') Object.assign(out, { known: false, expires: 0 });
  if (effect.renew) out.issue += 1;
  if (effect.forgive || a.op === 'deactivate' || pinRight(c, a)) out.failed = 0;
  return out;
}
