import type {OutputOf} from '../../operations.ts';
import {bold, type Clock, count, counted, paragraphs} from './layout.ts';

export function alertsText({alerts, open}: OutputOf<'alerts'>, clock: Clock): string {
  if (alerts.length === 0)
    return open === 0 ? 'No alert is open.\n' : `None of ${counted(open, 'open alert')} is such.\n`;
  return paragraphs(
    ...alerts.map(alert => alertText(alert, clock)),
    open > 0 ? 'Close one with what came of it: fishbone alerts close ID --by NAME --reason TEXT' : '',
  );
}

export function alertText(alert: OutputOf<'alert.close'>, clock: Clock): string {
  const {id, name, source, text, times, raisedAt, lastAt, closed, batch} = alert;
  const often = times > 1 ? `${count(times)} times since ${clock(raisedAt)}, last ${clock(lastAt)}` : clock(raisedAt);
  const end = closed ? `  closed ${clock(closed.at)} by ${closed.by ?? 'itself'}: ${closed.reason}\n` : '';
  return `${bold(`${id}  ${name}  ${source}`)}\n  ${text}\n  ${often}${batch === null ? '' : `; batch ${batch}`}\n${end}`;
}
