/** Response rules: what each does when something happens, what it would have done, and what came of what it did. */
import '../style/pages.css';
import '../style/holds.css';
import type {ResponseRow, RuleRow, TryAnswer} from '../../api/schemas.ts';
import {usePlant} from '../api.ts';
import {count, counted, moment} from '../format.ts';
import {Answer, Empty} from '../parts/answer.tsx';
import {Delivery} from '../parts/delivery.tsx';
import {Heading} from '../parts/heading.tsx';
import {SettleForm} from '../parts/settle-form.tsx';
import {Wide} from '../parts/wide.tsx';
import {useQuestion} from '../question.ts';
import {LISTED, useResponseLog, useRules, useSettleResponse, useTry} from '../response-questions.ts';

export function Responses() {
  const {params} = useQuestion();
  const tried = params.get('try');
  return (
    <>
      <Heading name="Response rules">Response rules</Heading>
      <Answer query={useRules()}>
        {({rules}) =>
          rules.length === 0 ? (
            <Empty title="Nothing responds by itself" command="npx fishbone responses try --file rules.json">
              <p>
                Rules are written into <code>fishbone.json</code> under <code>responses</code>: when a fail, an alert, a
                signal of a chart or a finding comes, tell the MES, propose a hold, notify somebody. Try them on history
                first.
              </p>
            </Empty>
          ) : (
            <>
              <RulesTable rules={rules} />
              {tried !== null && <Tried key={tried} name={tried} />}
              <Log />
            </>
          )
        }
      </Answer>
    </>
  );
}

function RulesTable({rules}: {rules: RuleRow[]}) {
  const {href} = useQuestion();
  const timeZone = usePlant().data?.timeZone;
  return (
    <Wide label="Response rules">
      <table>
        <thead>
          <tr>
            <th>rule</th>
            <th>when</th>
            <th>does</th>
            <th>state</th>
            <th className="number">fired</th>
            <th className="number">withheld</th>
            <th>messages</th>
            <th>last</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(rule => (
            <tr key={rule.rule}>
              <td>
                {rule.rule}
                <div>
                  <a href={href('/responses', {try: rule.rule})} aria-label={`Try ${rule.rule} on history`}>
                    try on history
                  </a>
                </div>
              </td>
              <td>{rule.when}</td>
              <td>{rule.actions.join('; ')}</td>
              <td>
                {rule.state}
                {rule.since && <div className="faint">since {moment(rule.since, timeZone)}</div>}
                {rule.problem && <div>△ {rule.problem}</div>}
              </td>
              <td className="number">{count(rule.fired)}</td>
              <td className="number">{count(rule.withheld)}</td>
              <td>{messagesOf(rule)}</td>
              <td>{rule.last && moment(rule.last, timeZone)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function messagesOf({open, failed, askPerson}: RuleRow): string {
  const told = [
    open > 0 && `${count(open)} on their way`,
    failed > 0 && `${count(failed)} rejected`,
    askPerson > 0 && `${count(askPerson)} for a person`,
  ].filter(words => words !== false);
  return told.join(', ') || 'none waits';
}

/** What the rule would have done in the time that the address asks about, all of it by default. */
function Tried({name}: {name: string}) {
  const {scope} = useQuestion();
  const {from, to} = scope;
  return (
    <section aria-labelledby="tried">
      <h2 id="tried">{name} on history</h2>
      <Answer query={useTry({name, from, to})}>{answer => <TriedAnswer answer={answer} />}</Answer>
    </section>
  );
}

function TriedAnswer({answer}: {answer: TryAnswer}) {
  const timeZone = usePlant().data?.timeZone;
  const {from, to, rules} = answer;
  const [rule] = rules;
  if (!rule) return <p>The rule is not known any more.</p>;
  const {fired, withheld, firings, notes} = rule;
  const held = withheld.once + withheld.budget;
  const window = `${from === null ? '' : ` from ${moment(from, timeZone)}`}${to === null ? '' : ` to ${moment(to, timeZone)}`}`;
  return (
    <>
      <p className="finding-sentence">
        It would have fired {fired === 1 ? 'once' : `${count(fired)} times`}
        {window || ' in all that is known'}
        {held === 0 ? '' : ` and been withheld ${held === 1 ? 'once' : `${count(held)} times`}`}. Nothing was sent.
      </p>
      {withheld.once > 0 && (
        <p>{counted(withheld.once, 'time')} the same had been told before: a rule fires once for one thing.</p>
      )}
      {withheld.budget > 0 && <p>{counted(withheld.budget, 'time')} its budget was used up.</p>}
      {notes.map(note => (
        <p key={note}>{note}</p>
      ))}
      {firings.length > 0 && (
        <Wide label="What it would have fired on">
          <table>
            <thead>
              <tr>
                <th>when</th>
                <th>what</th>
                <th>part</th>
                <th>lot</th>
                <th>station</th>
                <th>would do</th>
              </tr>
            </thead>
            <tbody>
              {firings.map(firing => (
                <tr key={firing.id}>
                  <td>{moment(firing.at, timeZone)}</td>
                  <td>{firing.text}</td>
                  <Places row={firing} />
                  <td>
                    {firing.actions.map(({do: what, receiver}) => (
                      <div key={`${what} ${receiver}`}>
                        {what} → {receiver}
                      </div>
                    ))}
                    {firing.lacking.map(({do: what, why}) => (
                      <div key={what} className="faint">
                        not {what}: {why}
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {fired > firings.length && (
        <p className="subtitle">
          The first {count(firings.length)} are listed; <code>npx fishbone responses try</code> lists more.
        </p>
      )}
    </>
  );
}

/** Where something happened: to part and lot there are ways. */
function Places({row}: {row: Pick<ResponseRow, 'part' | 'lot' | 'station'>}) {
  const {href} = useQuestion();
  const way = (kind: 'part' | 'lot', id: string | null) =>
    id === null ? null : <a href={href('/trace', {[kind]: id})}>{id}</a>;
  return (
    <>
      <td>{way('part', row.part)}</td>
      <td>{way('lot', row.lot)}</td>
      <td>{row.station}</td>
    </>
  );
}

function Log() {
  const timeZone = usePlant().data?.timeZone;
  return (
    <section aria-labelledby="responded">
      <h2 id="responded">What they did</h2>
      <Answer query={useResponseLog()}>
        {({responses, next}) =>
          responses.length === 0 ? (
            <p>No rule has fired yet.</p>
          ) : (
            <>
              <Wide label="What rules did">
                <table>
                  <thead>
                    <tr>
                      <th>when</th>
                      <th>rule</th>
                      <th>what</th>
                      <th>part</th>
                      <th>lot</th>
                      <th>station</th>
                      <th>became of it</th>
                    </tr>
                  </thead>
                  <tbody>
                    {responses.map(row => (
                      <tr key={`${row.rule} ${row.id}`}>
                        <td>{moment(row.at, timeZone)}</td>
                        <td>{row.rule}</td>
                        <td>{row.text}</td>
                        <Places row={row} />
                        <td>
                          <Became row={row} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Wide>
              {next && (
                <p className="subtitle">
                  The newest {LISTED}; <code>npx fishbone responses log</code> has all.
                </p>
              )}
            </>
          )
        }
      </Answer>
    </section>
  );
}

function Became({row}: {row: ResponseRow}) {
  if (row.withheld !== null) return <span className="faint">withheld: {row.withheld}</span>;
  return (
    <>
      {row.deliveries.map(message => (
        <div key={message.id}>
          {message.do} → {message.receiver}: <Delivery delivery={message.state} />
          {(message.askPerson || message.state === 'rejected') && <Settle message={message} />}
        </div>
      ))}
      {row.lacking.map(({do: what, why}) => (
        <div key={what} className="faint">
          not {what}: {why}
        </div>
      ))}
    </>
  );
}

function Settle({message}: {message: ResponseRow['deliveries'][number]}) {
  const {mutate, error, isPending} = useSettleResponse(message.id);
  return (
    <SettleForm
      title={`${message.do} at ${message.receiver}`}
      waits={message}
      settle={mutate}
      error={error}
      isPending={isPending}
    />
  );
}
