import type {OutputOf} from '../../operations.ts';
import {bold, type Clock, count, paragraphs} from './layout.ts';

export function driftListText({drift}: OutputOf<'drift'>, clock: Clock): string {
  if (drift.length === 0) return 'No file differs from what was accepted before.\n';
  return paragraphs(
    ...drift.map(one => driftText(one, clock)),
    drift.some(({state}) => state === 'open') ? 'If it is right: fishbone drift accept ID --by NAME --reason TEXT' : '',
  );
}

export function driftText(one: OutputOf<'drift.accept'>, clock: Clock): string {
  const {id, name, source, text, quarantined, batch, at, times, accepted, state} = one;
  const often = times > 1 ? `, in ${count(times)} files` : '';
  const waits = quarantined
    ? `  its values wait in the quarantine${state === 'accepted' ? `: fishbone quarantine replay ${batch}` : ''}\n`
    : '';
  const end = accepted ? `  accepted ${clock(accepted.at)} by ${accepted.by}: ${accepted.reason}\n` : '';
  return `${bold(`${id}  ${name}  ${source}`)}\n  ${text}\n  batch ${batch}, ${clock(at)}${often}${state === 'over' ? '; over' : ''}\n${end}${waits}`;
}
