/** The same story as tables: every event, and every relative. */
import type {TracedAnswer, TraceEvent} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {moment, words} from '../format.ts';
import {useQuestion} from '../question.ts';
import {Shortened} from './shortened.tsx';
import {Wide} from './wide.tsx';

const ROWS_SHOWN = 50;

export function StoryTable({answer}: {answer: TracedAnswer}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  const relatives = [
    ...answer.backward.map(item => ({...item, direction: 'made from'})),
    ...answer.forward.map(item => ({...item, direction: 'went into'})),
  ];
  return (
    <>
      <Shortened items={answer.history} first={ROWS_SHOWN}>
        {some => (
          <Wide label="History as a table">
            <table>
              <thead>
                <tr>
                  <th>at</th>
                  <th>what</th>
                  <th>step</th>
                  <th>station</th>
                  <th>text</th>
                </tr>
              </thead>
              <tbody>
                {some.map(event => (
                  <tr key={eventKey(event)}>
                    <td>{moment(event.at, timeZone)}</td>
                    <td>{event.what}</td>
                    <td>{event.step ?? '–'}</td>
                    <td>{event.station ?? '–'}</td>
                    <td>{event.text}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        )}
      </Shortened>
      <Shortened items={relatives} first={ROWS_SHOWN}>
        {some => (
          <Wide label="Genealogy as a table">
            <table>
              <thead>
                <tr>
                  <th>direction</th>
                  <th className="number">depth</th>
                  <th>kind</th>
                  <th>id</th>
                  <th>detail</th>
                </tr>
              </thead>
              <tbody>
                {some.map(item => (
                  <tr key={`${item.direction} ${item.kind} ${item.id}`}>
                    <td>{item.direction}</td>
                    <td className="number">{item.depth}</td>
                    <td>{words(item.kind)}</td>
                    <td>
                      <a href={href('/trace', {id: item.id, kind: item.kind})}>
                        <code>{item.id}</code>
                      </a>
                    </td>
                    <td>{item.detail ?? '–'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        )}
      </Shortened>
    </>
  );
}

export function eventKey(event: TraceEvent): string {
  return `${event.at} ${event.what} ${event.step} ${event.station} ${event.text}`;
}
