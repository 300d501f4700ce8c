/** What a firing says to whom. */
import {createHash} from 'node:crypto';
import {type Completion, completions} from '../../warehouse/arrived-fails.ts';
import {canonicalJson} from '../../warehouse/ledger-chain.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {type Firing, type ResponseAction, WITHIN} from '../write-back/response-entries.ts';
import type {Trigger} from './judge.ts';
import {spanMs} from './period.ts';
import type {Action, Rule} from './settings.ts';

/**
 * Firings as they are recorded: what is told is what was known then, so that a repetition says the same.
 * @param asOf the position that work orders are counted at
 */
export async function composed(
  warehouse: Warehouse,
  rule: {name: string; rule: Rule},
  triggers: readonly Trigger[],
  asOf: number,
): Promise<Firing[]> {
  const orders = rule.rule.then.some(action => action.do === 'completion')
    ? [...new Set(triggers.flatMap(({keys}) => (keys.workOrder === undefined ? [] : [keys.workOrder])))]
    : [];
  const counts = orders.length > 0 ? await completions(warehouse, orders, asOf) : new Map<string, Completion>();
  return triggers.map(trigger => firing(rule, trigger, counts));
}

function firing({name, rule}: {name: string; rule: Rule}, trigger: Trigger, counts: Map<string, Completion>): Firing {
  const {id, atMs, cameMs, keys, about} = trigger;
  const actions: ResponseAction[] = [];
  const lacking: Firing['lacking'] = [];
  rule.then.forEach((action, place) => {
    const made = contentOf(action, trigger, counts);
    if ('why' in made) {
      lacking.push({do: action.do, why: made.why});
      return;
    }
    const receiver = action.do === 'hold' ? WITHIN : action.to;
    actions.push({
      id: createHash('sha256')
        .update(canonicalJson([id, place, action.do, receiver]))
        .digest('hex'),
      do: action.do,
      receiver,
      lane: made.lane,
      notAfter: action.do === 'adjust' ? new Date(cameMs + spanMs(rule.limits.notAfter)).toISOString() : null,
      content: {...made.content, ...(action.do === 'notify' && {subject: `${name}: ${about.text as string}`})},
    });
  });
  return {id, at: new Date(atMs).toISOString(), keys, about, actions, lacking};
}

type Made = {lane: string; content: Record<string, unknown>} | {why: string};

function contentOf(action: Action, {id, keys, about}: Trigger, counts: Map<string, Completion>): Made {
  // Of one kind about one part: the newer word comes last. Different kinds do not wait for each other.
  const lane = `${action.do} ${keys.part ?? id}`;
  switch (action.do) {
    case 'result':
      return {lane, content: {}};
    case 'rework':
      return {lane, content: {route: action.route ?? null}};
    case 'nonconformance':
      return {lane, content: {code: action.code ?? (about.defect as string | undefined) ?? null}};
    case 'notify':
      // Nobody waits for the mail before: each goes by itself.
      return {lane: id, content: {note: action.text ?? null}};
    case 'completion': {
      const {workOrder} = keys;
      if (workOrder === undefined)
        return {why: `part ${keys.part} belonged to no work order that was known when it came`};
      const {good = 0, failed = 0, quantity = null} = counts.get(workOrder) ?? {};
      return {lane: `order ${workOrder}`, content: {good, failed, inspected: good + failed, quantity}};
    }
    case 'hold': {
      const target = (about.finding ?? about.lot ?? null) as string | null;
      if (target === null) return {why: `part ${keys.part} belonged to no lot that was known when it came`};
      return {lane: `hold ${target}`, content: {target, reason: action.reason, note: action.text}};
    }
    case 'adjust': {
      const {set, value, step, call, arguments: given} = action;
      return set === undefined
        ? {lane: `call ${call}`, content: {call, arguments: given ?? []}}
        : {lane: `set ${set}`, content: {set, ...(value === undefined ? {step} : {value})}};
    }
  }
}
