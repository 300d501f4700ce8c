import {z} from 'zod';
import {CapabilityQuestion, ParametersQuestion} from '../../warehouse/capability-answers.ts';
import {AlarmQuestion, ChartQuestion, ScanQuestion} from '../../warehouse/chart-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {recent} from './recent.ts';

const Id = z.object({id: z.string().min(1)});
const Parameter = z.object({parameter: z.string().min(1)});

export async function chartRoutes(http: Http, app: App): Promise<void> {
  const read = {config: {access: 'read'}} as const;
  const cached = {...read, preHandler: recent(app)} as const;

  http.get(
    '/v1/charts/:parameter',
    {
      ...cached,
      schema: {...answersWith('chart'), params: Parameter, querystring: asQuery(ChartQuestion.omit({parameter: true}))},
    },
    ({params, query, caller}) => runOperation(app, 'chart', {...query, ...params}, caller),
  );
  http.get(
    '/v1/capability/:parameter',
    {
      ...cached,
      schema: {
        ...answersWith('capability'),
        params: Parameter,
        querystring: asQuery(CapabilityQuestion.omit({parameter: true})),
      },
    },
    ({params, query, caller}) => runOperation(app, 'capability', {...query, ...params}, caller),
  );
  http.get(
    '/v1/parameters',
    {...cached, schema: {...answersWith('parameters'), querystring: asQuery(ParametersQuestion)}},
    ({query, caller}) => runOperation(app, 'parameters', query, caller),
  );
  http.get(
    '/v1/scan',
    {...cached, schema: {...answersWith('scan'), querystring: asQuery(ScanQuestion)}},
    ({query, caller}) => runOperation(app, 'scan', query, caller),
  );
  http.get(
    '/v1/alarms',
    {...cached, schema: {...answersWith('alarms'), querystring: asQuery(AlarmQuestion)}},
    ({query, caller}) => runOperation(app, 'alarms', query, caller),
  );
  http.get(
    '/v1/baselines',
    {
      ...cached,
      schema: {...answersWith('baseline.list'), querystring: asQuery(OPERATIONS['baseline.list'].input)},
    },
    ({query, caller}) => runOperation(app, 'baseline.list', query, caller),
  );
  http.post(
    '/v1/baselines',
    {
      config: {access: 'propose'},
      schema: {...answersWith('baseline.freeze'), body: OPERATIONS['baseline.freeze'].input},
    },
    ({body, caller}) => runOperation(app, 'baseline.freeze', body, caller),
  );
  http.post(
    '/v1/baselines/:id/retire',
    {
      config: {access: 'propose'},
      schema: {
        ...answersWith('baseline.retire'),
        params: Id,
        body: OPERATIONS['baseline.retire'].input.omit({id: true}),
      },
    },
    ({params, body, caller}) => runOperation(app, 'baseline.retire', {...body, ...params}, caller),
  );
}
