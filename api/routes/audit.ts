import type {App} from '../app.ts';
import {AuditQuestion} from '../audit/read-audit.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';

export async function auditRoutes(http: Http, app: App): Promise<void> {
  http.get(
    '/v1/audit',
    {config: {access: 'administer'}, schema: {...answersWith('audit'), querystring: asQuery(AuditQuestion)}},
    ({query, caller}) => runOperation(app, 'audit', query, caller),
  );
}
