import {AlertBook, type AlertEntry} from '../../warehouse/alerts.ts';
import type {LedgerEntry} from '../../warehouse/ledger.ts';
import {idOf} from './fail-triggers.ts';
import type {Trigger} from './judge.ts';

/** Alerts that responses raise themselves, which no rule may answer. */
export const OWN_ALERTS = 'response.';

/**
 * Alerts that were opened; one that is open already and is told again is none.
 * @param entries all of the ledger
 * @param when a name, or `drift.*`
 */
export function alertTriggers(
  plant: string,
  rule: string,
  when: string,
  entries: readonly LedgerEntry[],
  {after, to}: {after: number; to: number},
): Trigger[] {
  const raised = entries.slice(after, to).filter(({kind, body}) => kind === 'alert' && opens(when, body as AlertEntry));
  if (raised.length === 0) return [];
  const book = new AlertBook().follow(entries.slice(0, to));
  return raised.flatMap(({seq, at, body}) => {
    const alert = book.find(`a${seq}`);
    if (!alert) return [];
    const {name, source, text, figures, permalink = '/data', batch} = body as Extract<AlertEntry, {did: 'raise'}>;
    const about = {
      kind: 'alert',
      text: `${name} ${source}: ${text}`,
      permalink,
      alert: alert.id,
      name,
      source,
      figures,
    };
    const ms = Date.parse(at);
    const keys = {cause: JSON.stringify([name, source])};
    return [{id: idOf(plant, rule, ['alert', alert.id, at]), atMs: ms, cameMs: ms, batch, keys, about}];
  });
}

function opens(when: string, body: AlertEntry): boolean {
  if (body.did !== 'raise' || body.name.startsWith(OWN_ALERTS)) return false;
  return when.endsWith('.*') ? body.name.startsWith(when.slice(0, -1)) : body.name === when;
}
