import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import type {FastifyReply} from 'fastify';
import type {Http} from '../http.ts';

const require = createRequire(import.meta.url);

const FILES: Readonly<Record<string, {path: string; mediaType: string}>> = {
  '': {path: fileURLToPath(new URL('../openapi/docs.html', import.meta.url)), mediaType: 'text/html; charset=utf-8'},
  'docs.js': {
    path: fileURLToPath(new URL('../openapi/docs.js', import.meta.url)),
    mediaType: 'text/javascript; charset=utf-8',
  },
  'swagger-ui.css': {path: require.resolve('swagger-ui-dist/swagger-ui.css'), mediaType: 'text/css; charset=utf-8'},
  'swagger-ui-bundle.js': {
    path: require.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
    mediaType: 'text/javascript; charset=utf-8',
  },
};

/** The documentation of the API as a page, from files of this installation only. */
export async function docsRoutes(http: Http): Promise<void> {
  for (const [name, {path, mediaType}] of Object.entries(FILES))
    http.get(`/docs${name && '/'}${name}`, {config: {access: 'open'}, schema: {hide: true}}, async (_request, reply) =>
      pictured(reply)
        .type(mediaType)
        .send(await readFile(path)),
    );
  http.get('/v1/openapi.json', {config: {access: 'open'}, schema: {hide: true}}, (_request, reply) =>
    reply.send(http.swagger()),
  );
}

/** Its arrows are pictures within the style sheet. */
function pictured(reply: FastifyReply): FastifyReply {
  const policy = String(reply.getHeader('content-security-policy'));
  return reply.header('content-security-policy', `${policy};img-src 'self' data:`);
}
