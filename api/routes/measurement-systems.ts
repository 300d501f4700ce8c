import {z} from 'zod';
import {AgreementQuestion, GageQuestion, LinearityQuestion, StudiesQuestion} from '../../warehouse/msa-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {recent} from './recent.ts';

const Parameter = z.object({parameter: z.string().min(1)});

export async function measurementSystemRoutes(http: Http, app: App): Promise<void> {
  const cached = {config: {access: 'read'}, preHandler: recent(app)} as const;

  http.get(
    '/v1/studies',
    {...cached, schema: {...answersWith('studies'), querystring: asQuery(StudiesQuestion)}},
    ({query, caller}) => runOperation(app, 'studies', query, caller),
  );
  http.get(
    '/v1/gage/:parameter',
    {
      ...cached,
      schema: {...answersWith('gage'), params: Parameter, querystring: asQuery(GageQuestion.omit({parameter: true}))},
    },
    ({params, query, caller}) => runOperation(app, 'gage', {...query, ...params}, caller),
  );
  http.get(
    '/v1/linearity/:parameter',
    {
      ...cached,
      schema: {
        ...answersWith('linearity'),
        params: Parameter,
        querystring: asQuery(LinearityQuestion.omit({parameter: true})),
      },
    },
    ({params, query, caller}) => runOperation(app, 'linearity', {...query, ...params}, caller),
  );
  http.get(
    '/v1/agreement',
    {...cached, schema: {...answersWith('agreement'), querystring: asQuery(AgreementQuestion)}},
    ({query, caller}) => runOperation(app, 'agreement', query, caller),
  );
}
