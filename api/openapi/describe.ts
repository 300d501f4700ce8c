import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {openApp} from '../app.ts';
import {buildHttp} from '../http.ts';

/** Where the document is kept that the API is held against. */
export const KEPT = fileURLToPath(new URL('openapi.json', import.meta.url));

/** The OpenAPI document as a server would serve it. */
export async function describeApi(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'fishbone-openapi-'));
  const app = await openApp(folder, {make: true});
  try {
    const http = await buildHttp(app, {localToken: null, dashboards: null});
    const {payload} = await http.inject({url: '/v1/openapi.json'});
    await http.close();
    return JSON.parse(payload) as Record<string, unknown>;
  } finally {
    await app.close();
    await rm(folder, {recursive: true, force: true});
  }
}
