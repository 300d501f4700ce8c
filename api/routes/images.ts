import {createReadStream} from 'node:fs';
import {mkdtemp, open, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import multipart from '@fastify/multipart';
import type {FastifyReply} from 'fastify';
import {z} from 'zod';
import {mediaTypeOf} from '../../inference/image-header.ts';
import {exists} from '../../warehouse/archive.ts';
import {findImage, thumbnailPath} from '../../warehouse/images.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {AboutImage, AboutImages} from '../image-operations.ts';
import {IMAGES_MAX, takeParts} from '../image-parts.ts';
import {InspectedImage, InspectedImages} from '../inspect-image.ts';
import {runOperation} from '../operations.ts';
import {Problem} from '../problem.ts';
import {asQuery} from '../query-string.ts';
import {MOST_BYTES, receiveImage} from '../receive-image.ts';
import {answersWith} from './answers-with.ts';

const Digest = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/, {error: 'is no SHA-256 in 64 hexadecimal digits'}),
});

/** What may be sent; the content says what it is. */
const MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/tiff', 'image/bmp', 'application/octet-stream'];

const DESCRIPTION = `The body is one image: ${MEDIA_TYPES.join(', ')}; at most ${MOST_BYTES / 1e6} MB. Or it is multipart/form-data with up to ${IMAGES_MAX} images, each of them on its way as it comes in:
what is said of a file comes before it, as fields (${Object.keys(AboutImage.pick({part: true, step: true, station: true, at: true}).shape).join(', ')}) or as its sidecar (a file \`image.png.json\` or \`image.json\`); else its name says it (\`fileNames\`). What is not said there is taken from the query.
The answer to one image is what became of it; to multipart/form-data a list with one answer a file: one that is refused has a reason and does not stop the others.`;

export async function imageRoutes(http: Http, app: App): Promise<void> {
  await http.register(async (streamed: Http) => {
    streamed.removeAllContentTypeParsers();
    await streamed.register(multipart);
    for (const type of MEDIA_TYPES) streamed.addContentTypeParser(type, (_request, body, done) => done(null, body));
    streamed.post(
      '/v1/images',
      {
        config: {access: 'append', limit: 'inspections', audit: false, ofStation: true},
        schema: {
          ...answersWith('image'),
          description: DESCRIPTION,
          consumes: [...MEDIA_TYPES, 'multipart/form-data'],
          querystring: asQuery(AboutImages),
          response: {200: z.union([InspectedImage, InspectedImages]), '4xx': Problem},
        },
      },
      async (request): Promise<InspectedImage | InspectedImages> => {
        const {body, query, caller} = request;
        const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'image-'));
        try {
          if (request.isMultipart()) return await takeParts(app, request, query, {folder, caller});
          const path = join(folder, 'image');
          await receiveImage(body instanceof Readable ? body : Readable.from([]), path);
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
