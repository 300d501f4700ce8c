/** What became of every hold, by the MESs' own journals; what Fishbone says is only held against them. */
import type {Hold} from '../../../warehouse/hold-answers.ts';
import type {Line} from './mes.ts';

/** What people did with a hold and were told that it is done. */
export interface Deed {
  lots: string[];
  isReleased: boolean;
}

export interface Account {
  holds: number;
  released: number;
  /** Messages that had to arrive, over all receivers. */
  messages: number;
  posts: number;
  lookUps: number;
  effects: number;
  faults: number;
  /** Refused by the receiver, and then not sent again because a later action on the lot was: told to people, by rule. */
  overtakenRefusals: number;
  /** From here on nothing may be found: each a line that says what. */
  lost: string[];
  twice: string[];
  /** Effects that nobody has decided. */
  undecided: string[];
  outOfOrder: string[];
  wrongState: string[];
  /** Where Fishbone says other than the MES. */
  disagreements: string[];
  trapped: string[];
  forged: string[];
  /** How often each fault was met. */
  met: Record<string, number>;
}

type Effect = Extract<Line, {is: 'effect'}>;

/**
 * @param seen.deeds by the hold's id
 * @param seen.shown `hold show` of each, when nothing was under way any more
 * @param seen.journals by the receiver's name
 * @param seen.held lots that each receiver says are held
 */
export function accountOf(seen: {
  deeds: ReadonlyMap<string, Deed>;
  shown: ReadonlyMap<string, Hold>;
  journals: Record<string, Line[]>;
  held: Record<string, string[]>;
}): Account {
  const {deeds, shown, journals, held} = seen;
  const account: Account = {
    holds: deeds.size,
    released: [...deeds.values()].filter(({isReleased}) => isReleased).length,
    messages: 0,
    posts: 0,
    lookUps: 0,
    effects: 0,
    faults: 0,
    overtakenRefusals: 0,
    lost: [],
    twice: [],
    undecided: [],
    outOfOrder: [],
    wrongState: [],
    disagreements: [],
    trapped: [],
    forged: [],
    met: {},
  };
  for (const [receiver, lines] of Object.entries(journals)) {
    count(account, lines);
    const effects = lines.filter(line => line.is === 'effect');
    checkEffects(account, receiver, effects, deeds, shown);
    checkOrder(account, receiver, effects);
    checkState(account, receiver, effects, deeds, new Set(held[receiver]));
  }
  return account;
}

function count(account: Account, lines: readonly Line[]): void {
  for (const line of lines) {
    if (line.is === 'post') account.posts++;
    if (line.is === 'look-up') account.lookUps++;
    if (line.is === 'effect') account.effects++;
    if (line.is === 'trapped') account.trapped.push(line.what);
    if (line.is === 'forged') account.forged.push(line.why);
    if (line.is === 'down') met(account, 'out of reach');
    if ((line.is === 'post' || line.is === 'look-up') && line.fault) met(account, `${line.is}: ${line.fault}`);
  }
}

function met(account: Account, fault: string): void {
  account.faults++;
  account.met[fault] = (account.met[fault] ?? 0) + 1;
}

/** Each message that had to arrive has one effect, and nothing else has any. */
function checkEffects(
  account: Account,
  receiver: string,
  effects: readonly Effect[],
  deeds: ReadonlyMap<string, Deed>,
  shown: ReadonlyMap<string, Hold>,
): void {
  const times = new Map<string, number>();
  for (const {hold, lot, type} of effects) add(times, `${type} ${lot} ${hold}`);
  for (const [hold, {lots, isReleased}] of deeds) {
    const said = shown.get(hold);
    if (said?.decision !== (isReleased ? 'released' : 'approved')) {
      account.lost.push(`${hold} was ${isReleased ? 'released' : 'approved'}, but is ${said?.decision}`);
    }
    const told = (said?.lots ?? []).filter(lot => lot.receiver === receiver);
    // Every lot of an approved hold; of a released one, those that no other hold covered then.
    for (const lot of lots) expectOne('hold', lot);
    for (const {lot, action} of told) if (action === 'release') expectOne('release', lot);

    function expectOne(action: 'hold' | 'release', lot: string): void {
      account.messages++;
      const message = `lot.${action} ${lot} ${hold}`;
      const found = times.get(message) ?? 0;
      times.delete(message);
      const says = told.find(other => other.lot === lot && other.action === action);
      const where = `${receiver}: ${message}`;
      if (found > 1) account.twice.push(`${where}: ${found} times`);
      if (says?.delivery === 'rejected') account.overtakenRefusals++;
      else if (found === 0) account.lost.push(where);
      const isSaid = says?.delivery === 'acknowledged' && says.seenAtMes !== false;
      if (says?.delivery !== 'rejected' && isSaid !== found > 0) {
        account.disagreements.push(`${where}: ${found} effects, and Fishbone says ${JSON.stringify(says)}`);
      }
    }
  }
  for (const [message, found] of times) account.undecided.push(`${receiver}: ${message}: ${found} times`);
}

/** The actions on a lot come in the order in which they were decided. */
function checkOrder(account: Account, receiver: string, effects: readonly Effect[]): void {
  const latest = new Map<string, number>();
  for (const {lot, sequence, type, hold} of effects) {
    const before = latest.get(lot) ?? 0;
    if (sequence <= before) account.outOfOrder.push(`${receiver}: ${type} ${lot} ${hold}: ${sequence} after ${before}`);
    latest.set(lot, Math.max(before, sequence));
  }
}

/** Held is what an approved hold covers that was not released, by the journal and by the receiver's own word. */
function checkState(
  account: Account,
  receiver: string,
  effects: readonly Effect[],
  deeds: ReadonlyMap<string, Deed>,
  saysHeld: ReadonlySet<string>,
): void {
  const due = new Set([...deeds.values()].filter(({isReleased}) => !isReleased).flatMap(({lots}) => lots));
  const state = new Map(effects.map(({lot, type}) => [lot, type === 'lot.hold']));
  for (const lot of new Set([...due, ...state.keys(), ...saysHeld])) {
    const isDue = due.has(lot);
    const isHeld = state.get(lot) ?? false;
    if (isHeld !== isDue || saysHeld.has(lot) !== isDue) {
      account.wrongState.push(`${receiver}: lot ${lot} is ${isHeld ? 'held' : 'free'} and should not be`);
    }
  }
}

function add(times: Map<string, number>, key: string): void {
  times.set(key, (times.get(key) ?? 0) + 1);
}
