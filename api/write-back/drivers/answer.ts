import {type AnyMessage, isResponse, type Outcome} from './driver.ts';

export interface HttpAnswer {
  status: number;
  /** Null when it was too long to be read whole. */
  body: string | null;
  retryAfterMs?: number;
}

/**
 * What a receiver's answer to a POST means. A system that says 200 and means no is an old acquaintance: a 2xx only counts
 * when its JSON body does not contradict it. An answer that breaks off, or is about another message, says nothing of ours.
 */
export function judge({status, body, retryAfterMs}: HttpAnswer, message?: AnyMessage): Outcome {
  const why = `HTTP ${status}${body ? `: ${body.slice(0, 200)}` : ''}`;
  if (status >= 200 && status < 300) {
    if (body === null) return {is: 'unknown', why: `HTTP ${status} with an answer too long to read`};
    const no = saysNo(body);
    if (no) return {is: 'rejected', why: `HTTP ${status}, but ${no}`};
    const useless = breaksOff(body) ?? (message ? isAboutAnother(body, message) : null);
    return useless ? {is: 'unknown', why: `HTTP ${status}, but ${useless}`} : {is: 'acknowledged'};
  }
  // Not carried out by definition: it came too early, too often or did not arrive whole.
  if (status === 408 || status === 425 || status === 429) return {is: 'not-delivered', why, retryAfterMs};
  if (status >= 400 && status < 500) {
    // Without a JSON body a 401 or 404 may come from something on the way there, which somebody will repair.
    const aboutMessage = [400, 409, 410, 413, 422].includes(status) || jsonObject(body) !== null;
    return aboutMessage ? {is: 'rejected', why} : {is: 'not-delivered', why};
  }
  if (status >= 300 && status < 400) return {is: 'unknown', why: `HTTP ${status}: redirects are not followed`};
  return {is: 'unknown', why, retryAfterMs};
}

/** In words, how a JSON body contradicts that something was carried out; null for all others. */
export function saysNo(body: string): string | null {
  const answer = jsonObject(body);
  if (!answer) return null;
  for (const field of ['ok', 'success', 'accepted', 'acknowledged']) {
    if (answer[field] === false) return `the body says ${field}: false`;
  }
  const {status, error, errors} = answer;
  if (typeof status === 'string' && NO.test(status)) return `the body says status: ${status}`;
  if (error) return `the body says error: ${JSON.stringify(error).slice(0, 200)}`;
  if (Array.isArray(errors) && errors.length > 0)
    return `the body says errors: ${JSON.stringify(errors).slice(0, 200)}`;
  return null;
}

/** In words, how a JSON body in the words of our webhook is about something else than the message; null when it is not. */
export function isAboutAnother(body: string, message: AnyMessage): string | null {
  const answer = jsonObject(body);
  if (!answer) return null;
  const sent: Record<string, unknown> = isResponse(message)
    ? {...message.content, ...message, 'webhook-id': message.id, type: `response.${message.action}`}
    : {...message, 'webhook-id': message.id, type: `lot.${message.action}`};
  for (const field of SAID.filter(name => sent[name] !== undefined && sent[name] !== null)) {
    const told = answer[field];
    const comparable = typeof told === 'string' || typeof told === 'number';
    if (comparable && String(told) !== String(sent[field])) return `the body is about ${field} ${told}`;
  }
  return null;
}

/** In words, that a body began as JSON and is none: its end, which may have said no, is missing. Null for all others. */
export function breaksOff(body: string): string | null {
  if (!/^\s*[[{]/.test(body)) return null;
  try {
    JSON.parse(body);
    return null;
  } catch {
    return 'the body breaks off';
  }
}

/** The status that a JSON body tells, if it does. */
export function statusIn(body: string): string | undefined {
  const status = jsonObject(body)?.status;
  return typeof status === 'string' ? status : undefined;
}

/** What an answer in the words of our webhook may repeat. */
const SAID = ['lot', 'hold', 'part', 'rule', 'response', 'action', 'type', 'plant', 'sequence', 'webhook-id'] as const;

/** Retry-After as seconds or as an HTTP date; at most an hour. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined;
}

const NO = /^(rejected|refused|denied|declined|failed|failure|error|not[ _-]?found|not[ _-]?accepted)$/i;

function jsonObject(body: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // Plain text is an answer too: it contradicts nothing.
  }
}
