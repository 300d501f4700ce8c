import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {answersWith} from './answers-with.ts';

export async function personRoutes(http: Http, app: App): Promise<void> {
  const access = {config: {access: 'administer'}} as const;
  http.get('/v1/persons', {...access, schema: answersWith('person.list')}, ({caller}) =>
    runOperation(app, 'person.list', {}, caller),
  );
  // The name comes in the body: addresses are written into logs.
  http.post(
    '/v1/persons/erase',
    {...access, schema: {...answersWith('person.erase'), body: OPERATIONS['person.erase'].input}},
    ({body, caller}) => runOperation(app, 'person.erase', body, caller),
  );
}
