import {join} from 'node:path';
import fastifyStatic from '@fastify/static';
import {buildNotebooks} from '../../notebooks/build.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';

/**
 * The dashboards, and the notebooks under /notebooks/. Any path that is neither the API's nor a file's leads into them, because their pages are addresses too.
 * @param folder of the built dashboards; null: there are none
 */
export async function servePages(http: Http, folder: string | null): Promise<void> {
  if (folder !== null) {
    await http.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        // Names of assets carry their digest.
        const isAsset = path.startsWith(join(folder, 'assets'));
        reply.setHeader('vary', 'accept-encoding');
        reply.setHeader('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    // Built when first asked for; an edited notebook is there after a reload.
    let newest: string | null = null;
    http.get<{Params: {'*': string}}>('/notebooks/*', async ({params}, reply) => {
      const path = params['*'] || 'index.html';
      // Whether sources have changed is looked up for pages alone: what they consist of belongs to the build that they are of.
      if (newest === null || !path.startsWith('assets/')) newest = await buildNotebooks();
      return reply.sendFile(path, newest);
    });
  }
  http.setNotFoundHandler((request, reply) => {
    const {pathname} = new URL(request.url, 'http://here');
    const isPage = request.method === 'GET' && !/^\/(v1|assets|notebooks)(\/|$)/.test(pathname);
    if (isPage && folder !== null) return reply.sendFile('index.html');
    throw new FishboneError('NOT_FOUND', `there is no ${request.method} ${pathname}`, {
      hint: 'what there is: /v1/openapi.json',
    });
  });
}
