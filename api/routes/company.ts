import {CompanyQuestion} from '../../warehouse/engines/answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {untilGone} from './analysis.ts';
import {answersWith} from './answers-with.ts';

export async function companyRoutes(http: Http, app: App): Promise<void> {
  http.post(
    '/v1/company',
    {config: {access: 'read'}, schema: {...answersWith('company'), body: CompanyQuestion}},
    ({body, caller}, reply) => runOperation(app, 'company', body, {...caller, signal: untilGone(reply)}),
  );
}
