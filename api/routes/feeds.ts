import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {answersWith} from './answers-with.ts';

export async function feedRoutes(http: Http, app: App): Promise<void> {
  http.get('/v1/feeds', {config: {access: 'read'}, schema: answersWith('feeds')}, ({caller}) =>
    runOperation(app, 'feeds', {}, caller),
  );
}
