/** How the lots of a hold are at the MES: asked there when somebody wants to know, and shown as it was read. */
import {useQuery} from '@tanstack/react-query';
import type {LotAtMes} from '../../api/schemas.ts';
import {ask, usePlant} from '../api.ts';
import {moment} from '../format.ts';
import {ProblemNote} from './answer.tsx';
import {Wide} from './wide.tsx';

const STATES: Record<LotAtMes['state'], string> = {
  held: '● held',
  free: '○ free',
  scrapped: '✕ scrapped',
  otherwise: '▲ not as it was told',
  'not-told': 'not told yet',
  unreadable: '? cannot be read',
};

export function LotsAtMes({hold}: {hold: string}) {
  const timeZone = usePlant().data?.timeZone;
  const {data, error, isFetching, refetch} = useQuery({
    queryKey: ['at-mes', hold],
    queryFn: ({signal}) => ask<{askedAt: string; lots: LotAtMes[]}>(`/holds/${encodeURIComponent(hold)}/mes`, {signal}),
    enabled: false,
    placeholderData: undefined,
  });
  return (
    <section aria-label="At the MES now">
      <button type="button" className="button" disabled={isFetching} onClick={() => void refetch()}>
        Ask the MES how the lots are now
      </button>
      {error && <ProblemNote error={error} />}
      {data && <AsRead lots={data.lots} hold={hold} askedAt={moment(data.askedAt, timeZone)} />}
    </section>
  );
}

export function AsRead({lots, hold, askedAt}: {lots: readonly LotAtMes[]; hold: string; askedAt: string}) {
  return (
    <>
      <p className="subtitle" role="status">
        Read from the MES {askedAt}.
      </p>
      <Wide label="Lots at the MES">
        <table>
          <thead>
            <tr>
              <th>lot</th>
              <th>receiver</th>
              <th>at the MES</th>
              <th>told last</th>
            </tr>
          </thead>
          <tbody>
            {lots.map(lot => (
              <tr key={`${lot.lot} ${lot.receiver}`}>
                <td>
                  <code>{lot.lot}</code>
                </td>
                <td>{lot.receiver}</td>
                <td>
                  {STATES[lot.state]}
                  {lot.why && `: ${lot.why}`}
                </td>
                <td>{toldLast(lot, hold)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

function toldLast({action, hold: by}: LotAtMes, hold: string): string {
  if (by === null) return 'nothing';
  return by === hold ? `${action}, by this hold` : `${action}, by hold ${by}`;
}
