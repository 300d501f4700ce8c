/** Crude beside adjusted: where the two part ways, somebody would have been misled. */
import type {Finding, Interval} from '../../api/schemas.ts';
import {difference, ratio} from '../format.ts';

export function crudeText({effect, crude}: Finding): string {
  return (effect.measure === 'riskRatio' ? ratio(crude) : difference(crude)).value;
}

export function CrudeAdjusted({finding}: {finding: Finding}) {
  const {effect, crude, adjustedFor, reversed} = finding;
  const isRatio = effect.measure === 'riskRatio';
  const scale = scaleOver([effect, crude], isRatio);
  const rows = [
    {name: 'crude', interval: crude},
    {name: adjustedFor.length > 0 ? `within ${adjustedFor.join(', ')}` : 'adjusted for nothing', interval: effect},
  ];
  const text = isRatio ? ratio : difference;
  return (
    <div className="crude-adjusted">
      {rows.map(({name, interval}, index) => (
        <div key={name}>
          <span className="name">{name}</span>
          <svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
            <path className="none" d={`M${scale(isRatio ? 1 : 0)} 0V16`} />
            <path className={index === 1 ? 'strong' : ''} d={`M${scale(interval.low)} 8H${scale(interval.high)}`} />
            <path className={index === 1 ? 'strong' : ''} d={`M${scale(interval.value)} 3V13`} />
          </svg>
          <span className="value">
            <b>{text(interval).value}</b> <span>{text(interval).interval}</span>
          </span>
        </div>
      ))}
      {reversed && <p className="reversed">⇄ The direction turns around once it is adjusted.</p>}
    </div>
  );
}

/** Places values on 2 to 98, ratios by their logarithm, "no effect" always on the scale. */
function scaleOver(intervals: readonly Interval[], isRatio: boolean): (value: number) => number {
  const to = isRatio ? (value: number) => Math.log(Math.max(value, 0.05)) : (value: number) => value;
  const ends = intervals.flatMap(({low, high}) => [to(low), to(Math.min(high, 1e6))]);
  const [from, until] = [Math.min(to(isRatio ? 1 : 0), ...ends), Math.max(to(isRatio ? 1 : 0), ...ends)];
  return value => 2 + (96 * (Math.max(from, Math.min(until, to(value))) - from)) / (until - from || 1);
}
