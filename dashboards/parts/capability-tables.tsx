/** Parts per million by side, and every distribution that was tried. */
import type {CapabilityAnswer, Fit} from '../../api/schemas.ts';
import {count, counted, cut, probability} from '../format.ts';
import {Wide} from './wide.tsx';

export function CapabilityTables({answer}: {answer: CapabilityAnswer}) {
  return (
    <div className="capability-tables">
      <Beyond answer={answer} />
      <Distributions answer={answer} />
    </div>
  );
}

function Beyond({answer: {ppm, fitted, guard, lsl, usl}}: {answer: CapabilityAnswer}) {
  const {observed} = ppm;
  const expected: [string, {below: number; above: number; total: number} | null][] = [
    ['expected, normal, within', ppm.within],
    ['expected, normal, overall', ppm.overall],
    [`expected, ${fitted?.distribution}`, ppm.fitted],
  ];
  const side = (limit: number | null, value: number) => (limit === null ? '–' : parts(value));
  return (
    <section>
      <h2>Parts per million beyond the limits</h2>
      <Wide label="Parts per million beyond the limits">
        <table>
          <thead>
            <tr>
              <th> </th>
              <th className="number">below</th>
              <th className="number">above</th>
              <th className="number">total</th>
              <th className="number">95 %</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>observed</td>
              <td className="number">{side(lsl, observed.below.value)}</td>
              <td className="number">{side(usl, observed.above.value)}</td>
              <td className="number">{parts(observed.total.value)}</td>
              <td className="number">
                {parts(observed.total.low)} to {parts(observed.total.high)}
              </td>
            </tr>
            {expected.map(([name, beyond]) =>
              beyond === null ? null : (
                <tr key={name}>
                  <td>{name}</td>
                  <td className="number">{side(lsl, beyond.below)}</td>
                  <td className="number">{side(usl, beyond.above)}</td>
                  <td className="number">{parts(beyond.total)}</td>
                  <td />
                </tr>
              ),
            )}
          </tbody>
        </table>
      </Wide>
      {guard !== null && (
        <p className="subtitle">
          Guard band {cut(guard.band)} (ISO 14253-1): accepted {guard.lsl === null ? '' : `from ${cut(guard.lsl)} `}
          {guard.usl === null ? '' : `to ${cut(guard.usl)}`}. {counted(guard.observed.total, 'value')}{' '}
          {guard.observed.total === 1 ? 'is' : 'are'} not proved to conform; {count(guard.outside)} of them{' '}
          {guard.outside === 1 ? 'lies' : 'lie'} beyond the limits themselves.
        </p>
      )}
    </section>
  );
}

function Distributions({answer: {fits, fitted, notFitted, normal, pp}}: {answer: CapabilityAnswer}) {
  const ranked = fits.toSorted((a, b) => a.bic - b.bic);
  return (
    <section>
      <h2>By percentiles of each distribution</h2>
      <Wide label="By percentiles of each distribution">
        <table>
          <thead>
            <tr>
              <th>distribution</th>
              <th className="number">p of fit</th>
              {pp !== null && <th className="number">Pp</th>}
              <th className="number">Ppk</th>
              <th className="number">95 %</th>
              <th className="number">ppm</th>
              <th className="number">BIC over least</th>
            </tr>
          </thead>
          <tbody>
            {ranked.map(fit => (
              <tr key={fit.distribution} aria-current={fit.distribution === fitted?.distribution ? 'true' : undefined}>
                <td>
                  {fit.distribution}
                  {fit.distribution === fitted?.distribution && <small> {fitted.chosen}</small>}
                </td>
                <td className="number">{probability(fit.p)}</td>
                {pp !== null && <td className="number">{fit.pp?.toFixed(2) ?? '–'}</td>}
                <td className="number">{fit.ppk === null ? '–' : two(fit.ppk.value)}</td>
                <td className="number">{intervalOf(fit)}</td>
                <td className="number">{parts(fit.ppm.total)}</td>
                <td className="number">{fit === ranked[0] ? '' : parts(fit.bic - ranked[0].bic)}</td>
              </tr>
            ))}
            {normal.percentile !== null && (
              <tr>
                <td>the values themselves</td>
                <td />
                {pp !== null && <td className="number">{normal.percentile.pp?.toFixed(2) ?? '–'}</td>}
                <td className="number">{normal.percentile.ppk === null ? '–' : two(normal.percentile.ppk)}</td>
                <td />
                <td />
                <td />
              </tr>
            )}
          </tbody>
        </table>
      </Wide>
      <p className="subtitle">
        Pp and Ppk from the 0.135, 50 and 99.865&nbsp;% percentiles (ISO 22514-2), fitted by maximum likelihood; p by
        Anderson and Darling with the parameters estimated. A small p never switches the method.
        {normal.percentile === null && ' Percentiles of the values themselves want 2,000 of them.'}
        {notFitted.map(({distribution, reason}) => ` ${distribution} is not fitted: ${reason}.`)}
      </p>
    </section>
  );
}

function intervalOf({ppk}: Fit): string {
  return ppk === null || ppk.low === null || ppk.high === null ? '–' : `${two(ppk.low)} to ${two(ppk.high)}`;
}

const two = (value: number) => value.toFixed(2).replace('-', '−');

/** Parts per million with three digits; what is too small to matter is said to be so. */
function parts(value: number): string {
  if (value === 0) return '0';
  if (value < 0.001) return '< 0.001';
  return value >= 1000 ? count(value) : String(Number(value.toPrecision(3)));
}
