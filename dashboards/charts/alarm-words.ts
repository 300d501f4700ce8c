/** An alarm in plain words. */
import type {Alarm} from '../../api/schemas.ts';
import {counted, percent} from '../format.ts';
import {nameOf} from './violations.ts';

/** "coat.gloss: the mean was higher than usual in 3 lots from L26-0139 on, 79.8 where 77.1 is usual" */
export function alarmSentence(alarm: Alarm): string {
  const {parameter, product, where, side, points, first, firstParts, worst, center, subgroup} = alarm;
  const only = [product, where].filter(text => text !== null).join(', ');
  const name = parameter === 'any-fail' ? 'failures' : parameter;
  const write = writer(alarm);
  const unit = subgroup === 'lot' ? 'lot' : firstParts === undefined ? 'point' : 'parts';
  // A single value is named by its time, which stands beside the sentence.
  const told = /^\d{4}-\d{2}-\d{2}T/.test(first) ? null : nameOf({x: first, parts: firstParts});
  const since = told === null ? '' : ` from ${firstParts?.first ?? told} on`;
  const many = `in ${counted(points, subgroup === 'lot' ? 'lot' : 'point')}${since}`;
  const at = points > 1 ? ` ${many}` : told === null ? '' : ` in ${unit} ${told}`;
  return `${name}${only === '' ? '' : ` (${only})`}: ${WHAT[alarm.what](alarm)} ${side === 'above' ? 'higher' : 'lower'} than usual${at}, ${write(worst.value)} where ${write(center)} is usual`;
}

const WHAT: Record<Alarm['what'], (alarm: Alarm) => string> = {
  mean: ({kind, subgroup}) => (kind === 'imr' || kind === 'mr' || subgroup === 1 ? 'the value was' : 'the mean was'),
  spread: () => 'the spread was',
  count: ({kind}) => (isShare(kind) ? 'the share was' : 'the number of defects a part was'),
  vector: () => 'the distance of all values together was',
};

const isShare = (kind: Alarm['kind']) => kind === 'p' || kind === 'np' || kind === 'laney-p';

/** Digits that tell the two values apart: a tenth of what lies between them. */
function writer({what, kind, worst, center}: Alarm): (value: number) => string {
  if (what === 'count' && isShare(kind)) return value => percent(value);
  const apart = Math.abs(worst.value - center);
  const digits = apart > 0 ? Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(apart)))) : 3;
  return value =>
    value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits}).replace('-', '−');
}
