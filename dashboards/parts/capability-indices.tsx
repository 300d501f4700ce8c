/** The indices with their intervals, each with the sigma that it is worked out from. */
import type {CapabilityAnswer} from '../../api/schemas.ts';

interface Shown {
  name: string;
  value: number;
  low: number | null;
  high: number | null;
  by: string;
}

export function CapabilityIndices({answer}: {answer: CapabilityAnswer}) {
  return (
    <>
      <dl className="figures indices">
        {indicesOf(answer).map(({name, value, low, high, by}) => (
          <div key={`${name} ${by}`}>
            <dt>{name}</dt>
            <dd>
              <b>{two(value)}</b>
              <span className="index-interval">
                {low === null || high === null ? 'no interval' : `${two(low)} to ${two(high)}`}
              </span>
              <small>{by}</small>
            </dd>
          </div>
        ))}
      </dl>
      <p className="subtitle">{answer.interval.text}</p>
    </>
  );
}

function indicesOf({cp, cpk, pp, ppk, cpm, fits, fitted, normal}: CapabilityAnswer): Shown[] {
  const shown: Shown[] = [];
  const add = (name: string, index: {value: number; low: number | null; high: number | null} | null, by: string) => {
    if (index !== null) shown.push({name, ...index, by});
  };
  add('Cp', cp, 'sigma within subgroups');
  add('Cpk', cpk, 'sigma within subgroups');
  add('Pp', pp, 'overall sigma');
  add('Ppk', ppk, 'overall sigma');
  add('Cpm', cpm, 'overall, about the target');
  const fit = fits.find(({distribution}) => distribution === fitted?.distribution);
  if (fit && fit.distribution !== 'normal')
    add('Ppk, percentiles', fit.ppk, `of the ${fit.distribution} fit (${fitted?.chosen})`);
  if (normal.percentile?.ppk != null)
    add('Ppk, percentiles', {value: normal.percentile.ppk, low: null, high: null}, 'of the values themselves');
  return shown;
}

const two = (value: number) => value.toFixed(2).replace('-', '−');
