import {createReadStream, createWriteStream} from 'node:fs';
import {mkdtemp, open, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable, Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {FastifyReply} from 'fastify';
import {z} from 'zod';
import {mediaTypeOf} from '../../inference/image-header.ts';
import {exists} from '../../warehouse/archive.ts';
import {findImage, thumbnailPath} from '../../warehouse/images.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {AboutImage} from '../image-operations.ts';
import {runOperation} from '../operations.ts';
import {Problem} from '../problem.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';

/** A larger one is no image of a part. */
const MOST_BYTES = 128_000_000;

const Digest = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/, {error: 'is no SHA-256 in 64 hexadecimal digits'}),
});

/** What may be sent; the content says what it is. */
const MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/tiff', 'image/bmp', 'application/octet-stream'];

export async function imageRoutes(http: Http, app: App): Promise<void> {
  await http.register(async (streamed: Http) => {
    streamed.removeAllContentTypeParsers();
    for (const type of MEDIA_TYPES) streamed.addContentTypeParser(type, (_request, body, done) => done(null, body));
    streamed.post(
      '/v1/images',
      {
        config: {access: 'append', limit: 'inspections', audit: false},
        schema: {
          ...answersWith('image'),
          description: `The body is the image: ${MEDIA_TYPES.join(', ')}; at most ${MOST_BYTES / 1e6} MB.`,
          querystring: asQuery(AboutImage),
        },
      },
      async ({body, query, caller}) => {
        const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'image-'));
        try {
          const path = join(folder, 'image');
          await receive(body instanceof Readable ? body : Readable.from([]), path);
          return await runOperation(app, 'image', {...query, path}, caller);
        } finally {
          await rm(folder, {recursive: true, force: true});
        }
      },
    );
  });

  const kept = (summary: string, what: string) => ({
    config: {access: 'read'} as const,
    schema: {summary, params: Digest, response: {200: z.unknown().describe(what), '4xx': Problem}},
  });
  http.get(
    '/v1/images/:digest',
    kept('An image of an inspection, its bytes as they came', 'PNG, JPEG, TIFF or BMP'),
    async ({params: {digest}}, reply) => {
      const {path} = await keptImage(app, digest);
      return sendFile(reply, path, await mediaTypeIn(path));
    },
  );
  http.get(
    '/v1/images/:digest/thumbnail',
    kept('A small picture of an image, at most 256 x 256 pixels', 'WebP, or the image itself where it is no larger'),
    async ({params: {digest}}, reply) => {
      const {path} = await keptImage(app, digest);
      const small = thumbnailPath(app.warehouse.folder, digest);
      const isThere = await exists(small);
      return sendFile(reply, isThere ? small : path, isThere ? 'image/webp' : await mediaTypeIn(path));
    },
  );
}

/** From the connection to the disk; not collected in memory. @throws FishboneError TOO_LARGE */
async function receive(body: Readable, path: string): Promise<void> {
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) return done(null, chunk);
      const message = `an image of more than ${MOST_BYTES / 1e6} MB is not taken`;
      done(new FishboneError('TOO_LARGE', message, {hint: 'send it compressed, or smaller'}));
    },
  });
  await pipeline(body, counting, createWriteStream(path));
}

async function keptImage(app: App, digest: string) {
  const image = await findImage(app.warehouse.folder, digest);
  if (image) return image;
  throw new FishboneError('NOT_FOUND', `there is no image ${digest}`, {
    hint: 'it was never kept here, or a retention rule took it: its inspection stays',
  });
}

/** Bytes that are named by their digest never change. */
function sendFile(reply: FastifyReply, path: string, mediaType: string): FastifyReply {
  return reply
    .header('cache-control', 'private, max-age=31536000, immutable')
    .type(mediaType)
    .send(createReadStream(path));
}

async function mediaTypeIn(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(16), 0, 16, 0);
    return mediaTypeOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
