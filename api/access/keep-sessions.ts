import type {FastifyInstance} from 'fastify';
import type {App} from '../app.ts';
import {SessionFile, type SessionRow} from './session-file.ts';
import {Sessions} from './sessions.ts';
import {digestOfGrants} from './settings.ts';

/** When each was seen is noted so many times within the time that one may be idle: a crash takes one of these parts from it. */
const IDLE_PARTS = 12;
const MOST_MS = 10 * 60_000;

/**
 * The sessions of a server that goes on with those of the one before it.
 * A file that is damaged lets nobody in and keeps nobody from signing in anew.
 */
export async function keepSessions(http: FastifyInstance, app: App): Promise<Sessions> {
  const {keys, config, troubles} = app;
  const file = new SessionFile(config.folder);
  const keep = (rows: SessionRow[]): Promise<boolean> =>
    file.write(rows).then(
      () => {
        troubles.over(file.path, `${file.path} is written again: who is signed in stays so when the server restarts`);
        return true;
      },
      (error: Error) => {
        troubles.began(file.path, error.message);
        return false;
      },
    );
  const grants = config.oidc ? digestOfGrants(config.oidc) : null;
  const sessions = new Sessions(keys, config.sessions, {grants, keep});
  const rows = await file.read().catch((error: Error) => {
    app.log(`${error.message}: nobody is let in by it, and who was signed in signs in anew; it is made anew now`);
    return null;
  });
  if (rows === null) await keep([]);
  else {
    const others = sessions.restore(rows);
    if (others > 0)
      app.log(
        `"oidc" in fishbone.json gives roles otherwise than before: ${others} session${others === 1 ? '' : 's'} ended, which were given by it as it was`,
      );
    await sessions.tidy();
  }
  const everyMs = Math.min(MOST_MS, (config.sessions.idleMinutes * 60_000) / IDLE_PARTS);
  const tidying = setInterval(() => void sessions.tidy(), everyMs).unref();
  http.addHook('onClose', async () => {
    clearInterval(tidying);
    await sessions.tidy();
  });
  return sessions;
}
