import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import type {FastifyReply} from 'fastify';
import {z} from 'zod';
import {mediaTypeOf} from '../../inference/image-header.ts';
import {findImage, thumbnailPath} from '../../warehouse/images.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {Problem} from '../problem.ts';

const Digest = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/, {error: 'is no SHA-256 in 64 hexadecimal digits'}),
});

export async function imageRoutes(http: Http, app: App): Promise<void> {
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
    kept('A small picture of an image, at most 256 x 256 pixels', 'WebP'),
    async ({params: {digest}}, reply) => {
      await keptImage(app, digest);
      return sendFile(reply, thumbnailPath(app.warehouse.folder, digest), 'image/webp');
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
