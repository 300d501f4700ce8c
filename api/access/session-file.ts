import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {writeWhole} from '../../warehouse/archive.ts';
import {digestOf} from './keys.ts';
import {Role} from './roles.ts';

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What is written down of a browser that somebody signed in with: nothing that could be shown as a cookie or a token. */
const SessionRow = z.strictObject({
  /** SHA-256 of the cookie's value. */
  sha256: Digest,
  name: z.string().min(1),
  role: Role,
  /** The key that it stands for; null: the issuer vouched for the person. */
  keyId: z.string().nullable(),
  /** Under which settings the issuer's word became this role; null for a key. */
  grants: Digest.nullable(),
  startedMs: z.number(),
  endsMs: z.number(),
  seenMs: z.number(),
});
export type SessionRow = z.infer<typeof SessionRow>;

/** The digest finds damage. It keeps nobody out who may write into the folder: they may write the ledger as well. */
const Content = z.strictObject({format: z.literal(1), sha256: Digest, sessions: z.array(SessionRow)});

const digestOfRows = (rows: unknown): string => digestOf(JSON.stringify(rows)).toString('hex');

/** `W/sessions.json`, mode 0600: who is signed in, so that a new version of the server signs nobody out. */
export class SessionFile {
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, 'sessions.json');
  }

  /** @returns none where there is no file. @throws Error that says what is wrong with it: then nobody is let in by it */
  async read(): Promise<SessionRow[]> {
    const text = await readFile(this.path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return null;
      throw new Error(`${this.path} cannot be read: ${cause.message}`, {cause});
    });
    if (text === null) return [];
    const content = Content.safeParse(parsed(text));
    if (!content.success) {
      // What stands there instead is not said: it may be anything.
      const place = content.error.issues[0].path.join('.');
      throw new Error(`${this.path} is no list of sessions${place && `: what is wrong is ${place}`}`);
    }
    const {sha256, sessions} = content.data;
    if (digestOfRows(sessions) !== sha256) throw new Error(`${this.path} is not as it was written`);
    return sessions;
  }

  /**
   * Where it cannot be written it is removed: an old one would let in who has signed out since.
   * @throws Error that says what that means
   */
  async write(sessions: readonly SessionRow[]): Promise<void> {
    const content = {format: 1, sha256: digestOfRows(sessions), sessions};
    await writeWhole(this.path, content, 0o600).catch(async (cause: Error) => {
      const meaning = await rm(this.path, {force: true}).then(
        () => 'after a restart everybody has to sign in anew',
        () =>
          'and an old one cannot be removed, which after a restart lets in who has signed out since: remove it by hand',
      );
      throw new Error(`${this.path} cannot be written, ${meaning}: ${cause.message}`, {cause});
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
