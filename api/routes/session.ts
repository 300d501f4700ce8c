import {randomBytes} from 'node:crypto';
import type {FastifyReply, FastifyRequest} from 'fastify';
import {z} from 'zod';
import {cookieOf, SESSION, SIGN_IN, setCookie} from '../access/cookies.ts';
import type {Guard} from '../access/guard.ts';
import {digestOf} from '../access/keys.ts';
import {Oidc, type SignIn} from '../access/oidc.ts';
import {Pending} from '../access/pending.ts';
import {SessionAnswer} from '../access/session-answer.ts';
import type {Session, Sessions} from '../access/sessions.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {Problem} from '../problem.ts';
import {signInPage} from './sign-in-page.ts';

/** A way within this server: never an address of another. */
const ReturnTo = z
  .string()
  .max(2_000)
  .regex(/^\/(?![/\\])[^\\\s]*$/, {error: 'has to be a path of this server'});

/** Signing in and out of the dashboards, with a key or at the issuer; keys in headers need none of it. */
export function sessionRoutes(http: Http, app: App, sessions: Sessions, guard: Guard): void {
  const {oidc: settings, folder} = app.config;
  const oidc = settings ? new Oidc(settings, folder) : null;
  const pending = new Pending<SignIn & {returnTo: string}>();
  const answers = {200: SessionAnswer, '4xx': Problem};

  const told = (session: Session | null): SessionAnswer => ({
    mode: guard.isClosed() ? 'keys' : 'single-user',
    name: session?.name ?? null,
    role: session?.role ?? null,
    endsAt: session ? new Date(session.endsMs).toISOString() : null,
    csrf: session?.csrf ?? null,
    signIn: settings ? {issuer: settings.issuer, url: '/v1/session/sign-in'} : null,
  });

  /** A new token for whoever signs in: one that somebody else put there before is worth nothing. */
  const start = async (
    who: Parameters<Sessions['start']>[0],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Session> => {
    const {token, session} = await sessions.start(who, cookieOf(request, SESSION));
    setCookie(reply, SESSION, token);
    app.audit.record(request, 'sign-in', {who: who.name, role: who.role, status: 200});
    return session;
  };

  http.get(
    '/v1/session',
    {config: {access: 'open'}, schema: {summary: 'Who is signed in with this browser', response: answers}},
    (request, reply) => {
      const token = cookieOf(request, SESSION);
      const session = token === null ? null : sessions.find(token);
      if (token !== null && !session) setCookie(reply, SESSION, null);
      void reply.header('cache-control', 'no-store');
      return told(session);
    },
  );

  http.post(
    '/v1/session',
    {
      config: {access: 'open'},
      schema: {
        summary: 'Signs a browser in with a key, which it need not keep',
        body: z.strictObject({key: z.string().trim().min(1)}),
        response: answers,
      },
    },
    async (request, reply) => {
      if (!guard.isClosed())
        throw new FishboneError('CONFLICT', 'there are no keys here: whoever is on this machine is served', {
          hint: '"fishbone key create --role admin --name NAME" makes one, and closes the door for those without',
        });
      try {
        const {id, name, role, station, tables} = guard.keyOf(request.body.key, request, reply);
        const bound = station === null ? tables && 'of tables' : 'of a station';
        if (bound) {
          throw new FishboneError('FORBIDDEN', `${name} is a key ${bound}: nobody signs in with it`, {
            hint: 'use a key that is bound to nothing',
          });
        }
        void reply.header('cache-control', 'no-store');
        return told(await start({name, role, keyId: id, idToken: null}, request, reply));
      } catch (error) {
        if (error instanceof FishboneError && [401, 403].includes(error.status))
          app.audit.record(request, 'refused', {who: null, role: null, status: error.status});
        throw error;
      }
    },
  );

  http.delete(
    '/v1/session',
    {
      config: {access: 'any-role', audit: false},
      schema: {
        summary: 'Signs this browser out',
        response: {
          200: z.object({
            ended: z.boolean(),
            issuer: z.string().nullable().describe('where to go to end the session with the issuer too'),
          }),
          '4xx': Problem,
        },
      },
    },
    async (request, reply) => {
      const token = cookieOf(request, SESSION);
      const session = token === null ? null : await sessions.end(token);
      if (token !== null) setCookie(reply, SESSION, null);
      if (session) app.audit.record(request, 'sign-out', {who: session.name, role: session.role, status: 200});
      const issuer = session?.keyId === null ? await oidc?.endUrl(session.idToken) : null;
      return {ended: session !== null, issuer: issuer ?? null};
    },
  );

  if (!oidc) return;

  const redirected = {config: {access: 'open'}, schema: {hide: true}, errorHandler: signInPage} as const;
  http.get(
    '/v1/session/sign-in',
    {...redirected, schema: {hide: true, querystring: z.object({returnTo: ReturnTo.default('/')})}},
    async (request, reply) => {
      const {url, signIn} = await oidc.start(`${request.protocol}://${request.host}/v1/session/callback`);
      const token = `fl_${randomBytes(32).toString('base64url')}`;
      pending.keep(placeOf(token), {...signIn, returnTo: request.query.returnTo});
      setCookie(reply, SIGN_IN, token);
      return reply.header('cache-control', 'no-store').redirect(url.href, 303);
    },
  );

  http.get('/v1/session/callback', redirected, async (request, reply) => {
    const token = cookieOf(request, SIGN_IN);
    const signIn = token === null ? null : pending.take(placeOf(token));
    if (!signIn)
      throw new FishboneError('SIGN_IN_REFUSED', 'this browser did not begin to sign in, or too long ago', {
        hint: 'begin again',
      });
    try {
      const {issuer, subject, name, role, idToken} = await oidc.finish(
        new URL(request.url, 'http://here').search,
        signIn,
      );
      const known = await app.people.nameOf({issuer, subject, name}, taken => app.keys.hasName(taken));
      await start({name: known, role, keyId: null, idToken}, request, reply);
    } catch (error) {
      app.audit.record(request, 'refused', {who: null, role: null, status: 403});
      throw error;
    }
    setCookie(reply, SIGN_IN, null);
    return reply.header('cache-control', 'no-store').redirect(signIn.returnTo, 303);
  });
}

const placeOf = (token: string): string => digestOf(token).toString('hex');
