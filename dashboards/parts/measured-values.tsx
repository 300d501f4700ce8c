/** What was measured on a part against the spec that was valid then, step by step; what is outside stands first. */
import type {MeasuredValue} from '../../api/schemas.ts';
import {count, counted} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Wide} from './wide.tsx';

const SIDES = {inside: '', below: '▼ below', above: '▲ above'};

export function MeasuredValues({measured}: {measured: readonly MeasuredValue[]}) {
  if (measured.length === 0) return null;
  const outside = measured.filter(({against}) => against === 'below' || against === 'above');
  const judged = measured.filter(({against}) => against !== null).length;
  const steps = new Map<string, MeasuredValue[]>();
  for (const value of measured) {
    const step = `${value.step ?? 'no step'}${value.run > 1 ? `, run ${value.run}` : ''}`;
    steps.set(step, [...(steps.get(step) ?? []), value]);
  }
  return (
    <section aria-label="Parameters against spec">
      <h2>
        {outside.length === 0
          ? `All ${counted(judged, 'value')} within spec`
          : `${count(outside.length)} of ${counted(judged, 'value')} out of spec`}
      </h2>
      <p className="subtitle">
        Against the limits that were valid then.
        {judged < measured.length && ` ${counted(measured.length - judged, 'value')} without limits.`}
      </p>
      {outside.length > 0 && <Values label="Values out of spec" values={outside} />}
      {[...steps].map(([step, values]) => (
        <details key={step} className="step-values">
          <summary>
            <b>{step}</b> <small>{counted(values.length, 'value')}</small>
          </summary>
          <Values label={`Values of ${step}`} values={values} />
        </details>
      ))}
    </section>
  );
}

function Values({label, values}: {label: string; values: readonly MeasuredValue[]}) {
  const {href} = useQuestion();
  return (
    <Wide label={label}>
      <table className="values">
        <thead>
          <tr>
            <th>parameter</th>
            <th className="number">value</th>
            <th>unit</th>
            <th className="number">lower</th>
            <th>
              <span className="sr-only">within</span>
            </th>
            <th className="number">upper</th>
            <th>spec</th>
          </tr>
        </thead>
        <tbody>
          {values.map(row => (
            <tr key={`${row.step} ${row.run} ${row.parameter}`}>
              <td>
                <a href={href(`/charts/${encodeURIComponent(nameOf(row))}`)}>{row.parameter}</a>
              </td>
              <td className="number">{row.value === null ? row.text : written(row.value)}</td>
              <td>
                <small>{row.unit}</small>
              </td>
              <td className="number">{row.lsl === null ? '–' : written(row.lsl)}</td>
              <td>
                <Within {...row} />
              </td>
              <td className="number">{row.usl === null ? '–' : written(row.usl)}</td>
              <td className={row.against === 'inside' ? 'faint' : 'out'}>
                {row.against === null ? '' : SIDES[row.against] || '● in'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

/** As factors are named. */
const nameOf = ({step, parameter}: MeasuredValue) => (step === null ? parameter : `${step}.${parameter}`);

/** As it was recorded, but for the noise of binary fractions. */
const written = (value: number) => String(Number(value.toPrecision(7))).replace('-', '−');

/** The value between its limits, a third of the room on either side for what is outside. */
function Within({value, lsl, usl, target, against}: MeasuredValue) {
  if (value === null || lsl === null || usl === null || usl <= lsl) return null;
  const place = (x: number) => Math.max(2, Math.min(98, 20 + (60 * (x - lsl)) / (usl - lsl)));
  return (
    <svg className={`within ${against}`} viewBox="0 0 100 14" aria-hidden="true">
      <path className="room" d="M20 7H80" />
      <path className="limit" d="M20 3V11M80 3V11" />
      {target !== null && <path className="target" d={`M${place(target)} 4.500V9.500`} />}
      <circle cx={place(value)} cy="7" r="3.500" />
    </svg>
  );
}
