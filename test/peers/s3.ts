// An S3-compatible store for the tests, in this process: it is strict about signatures and digests, and tells lists in short pieces.
// The one package of npm that is such a store takes any signature and overlooks folders; moto (PyPI) was tried by hand.
import {createHash, createHmac} from 'node:crypto';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {onTestFinished} from 'vitest';

/** Real stores tell a thousand at a time. */
const KEYS_AT_ONCE = 7;
const REGION = 'us-east-1';

export interface Store {
  endpoint: string;
  /** What it lets in. */
  accessKeyId: string;
  secretKey: string;
  /** What it was asked, the newest last: `PUT /plants/...` */
  asked: string[];
  stop(): Promise<void>;
}

interface Kept {
  bytes: Buffer;
  sha256: string;
}

export async function startStore(bucket: string): Promise<Store> {
  const [accessKeyId, secretKey] = ['AKIDEXAMPLE', 'a secret of the tests'];
  const asked: string[] = [];
  const files = new Map<string, Kept>();
  const server = createServer((request, response) => {
    const {method = '', url = ''} = request;
    asked.push(`${method} ${decodeURIComponent(url)}`);
    const tell = (status: number, body: string | Buffer = '', headers: Record<string, string> = {}) =>
      response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
    const refuse = (status: number, code: string, words: string) =>
      tell(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${words}</Message></Error>`);
    void buffer(request).then(bytes => {
      const sha256 = digest(bytes);
      const told = request.headers['x-amz-content-sha256'];
      if (
        signatureOf(request, {accessKeyId, secretKey}) !==
        /Signature=(\w+)/.exec(request.headers.authorization ?? '')?.[1]
      )
        return refuse(403, 'SignatureDoesNotMatch', 'The request signature does not match.');
      if (told !== 'UNSIGNED-PAYLOAD' && told !== sha256)
        return refuse(400, 'XAmzContentSHA256Mismatch', 'The digest is not that of what came.');
      const {pathname, searchParams} = new URL(url, 'http://store');
      const [, name, ...rest] = pathname.split('/').map(decodeURIComponent);
      if (name !== bucket) return refuse(404, 'NoSuchBucket', 'The bucket does not exist.');
      const key = rest.join('/');
      if (key === '') return tell(200, listing([...files], searchParams));
      if (method === 'PUT') {
        files.set(key, {bytes, sha256: String(request.headers['x-amz-meta-sha256'])});
        return tell(200);
      }
      if (method === 'DELETE') {
        files.delete(key);
        return tell(204);
      }
      const kept = files.get(key);
      if (!kept) return refuse(404, 'NoSuchKey', 'The key does not exist.');
      return tell(200, kept.bytes, {'x-amz-meta-sha256': kept.sha256});
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>(resolve => server.close(() => resolve()));
  };
  onTestFinished(stop);
  const {port} = server.address() as AddressInfo;
  return {endpoint: `http://127.0.0.1:${port}`, accessKeyId, secretKey, asked, stop};
}

/** ListObjectsV2: keys and the folders that the delimiter makes, together in their order, so many at a time. */
function listing(files: readonly [string, Kept][], asked: URLSearchParams): string {
  const [prefix, delimiter] = [asked.get('prefix') ?? '', asked.get('delimiter')];
  const told = new Map<string, number | null>();
  for (const [key, {bytes}] of files) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) told.set(key, bytes.length);
    else told.set(key.slice(0, end + 1), null);
  }
  const behind = [...told]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name]) => name > (asked.get('continuation-token') ?? ''));
  const now = behind.slice(0, KEYS_AT_ONCE);
  const rows = now.map(([name, size]) =>
    size === null
      ? `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`
      : `<Contents><Key>${escaped(name)}</Key><Size>${size}</Size></Contents>`,
  );
  const next =
    behind.length > now.length ? `<NextContinuationToken>${escaped(now.at(-1)![0])}</NextContinuationToken>` : '';
  return `<?xml version="1.0"?><ListBucketResult><Prefix>${escaped(prefix)}</Prefix>${rows.join('')}${next}</ListBucketResult>`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const digest = (what: Buffer | string) => createHash('sha256').update(what).digest('hex');
const mac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();

/** Signature version 4, worked out from the request as it came: docs.aws.amazon.com, "Authenticating Requests (AWS Signature Version 4)". */
function signatureOf(
  {method, url = '', headers}: IncomingMessage,
  {accessKeyId, secretKey}: {accessKeyId: string; secretKey: string},
): string | null {
  const [, id, day, signed] =
    /Credential=([^/]+)\/(\d{8})\/[^,]+, ?SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  if (id !== accessKeyId) return null;
  const [path, query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query.split('&').sort().join('&'),
    ...signed.split(';').map(name => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${REGION}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest(canonical)].join('\n');
  const key = [REGION, 's3', 'aws4_request'].reduce<Buffer>(mac, mac(`AWS4${secretKey}`, day));
  return mac(key, text).toString('hex');
}
