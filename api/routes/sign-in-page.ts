import type {FastifyReply, FastifyRequest} from 'fastify';
import {cookieOf, SIGN_IN, setCookie} from '../access/cookies.ts';
import {problemOf, sendProblem} from '../problem.ts';

/** What went wrong with signing in: as a page for whom a browser was sent here, as a problem for programs. */
export function signInPage(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (cookieOf(request, SIGN_IN) !== null) setCookie(reply, SIGN_IN, null);
  reply.header('cache-control', 'no-store');
  if (!/\btext\/html\b/.test(request.headers.accept ?? '')) {
    sendProblem(error, request, reply);
    return;
  }
  const {status, detail, hint} = problemOf(error);
  if (status >= 500) request.log.error({err: error}, detail);
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Not signed in · Fishbone</title></head>
<body>
<h1>Not signed in</h1>
<p>${asHtml(detail)}</p>
${hint ? `<p>${asHtml(hint)}</p>` : ''}
<p><a href="/v1/session/sign-in">Try again</a> · <a href="/">Back</a></p>
</body>
</html>
`);
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const asHtml = (text: string): string => text.replaceAll(/[&<>"']/g, character => CHARACTERS[character]);
