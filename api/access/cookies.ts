import type {FastifyReply, FastifyRequest} from 'fastify';

interface CookieKind {
  name: string;
  /** Lax where the way back from another site has to bring it along. */
  sameSite: 'Strict' | 'Lax';
}

export const SESSION: CookieKind = {name: 'fishbone-session', sameSite: 'Strict'};
export const SIGN_IN: CookieKind = {name: 'fishbone-sign-in', sameSite: 'Lax'};

/** Over https no page of a neighbouring name, and none without https, can set it: the browser sees to that by the name. */
const nameOf = ({name}: CookieKind, {protocol}: FastifyRequest): string =>
  protocol === 'https' ? `__Host-${name}` : name;

export function cookieOf(request: FastifyRequest, kind: CookieKind): string | null {
  const wanted = `${nameOf(kind, request)}=`;
  const pair = (request.headers.cookie ?? '').split(/; */).find(part => part.startsWith(wanted));
  return pair ? pair.slice(wanted.length) : null;
}

/** @param value null: the browser forgets it; without an age it lasts as long as the browser is open */
export function setCookie(reply: FastifyReply, kind: CookieKind, value: string | null): void {
  const attributes = [
    `${nameOf(kind, reply.request)}=${value ?? ''}`,
    'Path=/',
    'HttpOnly',
    `SameSite=${kind.sameSite}`,
    ...(reply.request.protocol === 'https' ? ['Secure'] : []),
    ...(value === null ? ['Max-Age=0'] : []),
  ];
  reply.header('set-cookie', attributes.join('; '));
}
