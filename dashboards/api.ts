/** The one way to the server: JSON in, JSON out, and every failure as a Problem that says what to do. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {
  AlarmAnswer,
  AlarmQuestion,
  CapabilityAnswer,
  ChartAnswer,
  ChartQuestion,
  ContainAnswer,
  ContainQuestion,
  FindAnswer,
  FindingAnswer,
  ItemKind,
  ParameterRow,
  ParetoAnswer,
  ParetoQuestion,
  Plant,
  ScanAnswer,
  ScanQuestion,
  Scope,
  ScreenAnswer,
  ScreenQuestion,
  SessionAnswer,
  StatementsAnswer,
  StatementsQuestion,
  TracedAnswer,
  YieldAnswer,
  YieldQuestion,
} from '../api/schemas.ts';
import {queryString} from './question.ts';

/** A problem+json answer (RFC 9457), or what comes nearest to it when the server could not be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly hint: string | undefined;

  constructor(status: number, body: {title?: string; detail?: string; hint?: string}) {
    super(body.detail ?? body.title ?? `The server answered ${status}`);
    this.status = status;
    this.title = body.title ?? 'The server could not answer';
    this.hint = body.hint;
  }
}

/** The question was understood and cannot be answered, whoever asks it how often. */
export const isRefused = (error: Error | null): error is Problem => error instanceof Problem && error.status === 400;

/** What a page of this server shows with whatever changes something; asked for once it is needed. */
let csrf: Promise<string | null> | null = null;

const OWN_CHANGE_MS = 5_000;
let changedMs = Number.NEGATIVE_INFINITY;
let heardOld: () => void = () => undefined;

/** Hears of answers that were newer before they came: a newer one is being made. */
export function onOldAnswer(listener: () => void): void {
  heardOld = listener;
}

export async function ask<T>(
  path: string,
  {
    body,
    signal,
    method = body === undefined ? 'GET' : 'POST',
  }: {body?: unknown; signal?: AbortSignal; method?: string} = {},
): Promise<T> {
  const headers: Record<string, string> = {accept: 'application/json, application/problem+json'};
  if (method !== 'GET') changedMs = Date.now();
  // Rather the last answer at once and the newest right after it than nothing for as long as that takes; but who has just
  // changed something wants to see it.
  else if (Date.now() - changedMs > OWN_CHANGE_MS) headers['cache-control'] = 'max-age=1, max-stale=600';
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && !(path === '/session' && method === 'POST')) {
    csrf ??= ask<SessionAnswer>('/session').then(session => session.csrf);
    const token = await csrf.catch((error: unknown) => {
      csrf = null;
      throw error;
    });
    if (token !== null) headers['x-csrf-token'] = token;
  }
  const response = await fetch(`/v1${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new Problem(0, {
      title: 'The server cannot be reached',
      detail: 'What you see is the last answer that arrived. Nothing is lost.',
      hint: 'Is it still running? Start it with: npx fishbone serve',
    });
  });
  const answer: unknown = await response.json().catch(() => null);
  // A session that ended takes its token along.
  if (response.status === 401 || response.status === 403) csrf = null;
  if (response.headers.has('age')) heardOld();
  if (!response.ok) throw new Problem(response.status, (answer ?? {}) as ConstructorParameters<typeof Problem>[1]);
  return answer as T;
}

export const segment = encodeURIComponent;

/** Who is signed in with this browser. */
export function useSession() {
  return useQuery({queryKey: ['session'], queryFn: ({signal}) => ask<SessionAnswer>('/session', {signal})});
}

/** Another person may see other things: everything is asked anew. */
function useSigning<I, T>(mutationFn: (input: I) => Promise<T>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => {
      csrf = null;
      return client.resetQueries();
    },
  });
}

export const useSignIn = () => useSigning((key: string) => ask<SessionAnswer>('/session', {body: {key}}));

export const useSignOut = () =>
  useSigning(() => ask<{ended: boolean; issuer: string | null}>('/session', {method: 'DELETE'}));

export function usePlant() {
  return useQuery({
    queryKey: ['plant'],
    queryFn: ({signal}) => ask<Plant>('/plant', {signal}),
    refetchInterval: 30_000,
  });
}

export function usePareto(question: ParetoQuestion) {
  return useQuery({
    queryKey: ['pareto', question],
    queryFn: ({signal}) => ask<ParetoAnswer>(`/pareto${queryString(question)}`, {signal}),
  });
}

export function useYield(question: YieldQuestion) {
  return useQuery({
    queryKey: ['yield', question],
    queryFn: ({signal}) => ask<YieldAnswer>(`/yield${queryString(question)}`, {signal}),
  });
}

export function useScreen(question: ScreenQuestion) {
  return useQuery({
    queryKey: ['screen', question],
    queryFn: ({signal}) => ask<ScreenAnswer>('/screen', {body: question, signal}),
  });
}

export function useFinding(id: string | null) {
  return useQuery({
    queryKey: ['finding', id],
    queryFn: ({signal}) => ask<FindingAnswer>(`/findings/${segment(id ?? '')}`, {signal}),
    enabled: id !== null,
    placeholderData: undefined,
  });
}

/** Whether the question of a finding still gives it; asked only when somebody wants to know. */
export function useRecomputed(id: string, wanted: boolean) {
  return useQuery({
    queryKey: ['recomputed', id],
    queryFn: ({signal}) =>
      ask<{recomputed: {same: boolean; code: string; differs: {field: string}[]}}>(
        `/findings/${segment(id)}?recompute=true`,
        {signal},
      ),
    enabled: wanted,
  });
}

/** A capability with its panels; asked when a parameter is chosen. */
export function useCapability(
  parameter: string,
  question: Record<string, string | number | undefined>,
  enabled: boolean,
) {
  return useQuery({
    queryKey: ['capability', parameter, question],
    queryFn: ({signal}) =>
      ask<CapabilityAnswer>(`/capability/${segment(parameter)}${queryString({...question, sixPack: true})}`, {signal}),
    enabled,
  });
}

export function useParameters(question: Pick<Scope, 'product' | 'asOf'>) {
  return useQuery({
    queryKey: ['parameters', question],
    queryFn: ({signal}) => ask<{parameters: ParameterRow[]}>(`/parameters${queryString(question)}`, {signal}),
  });
}

export function useTrace(id: string | null, kind: ItemKind | null, asOf: number | undefined) {
  return useQuery({
    queryKey: ['trace', id, kind, asOf],
    queryFn: ({signal}) =>
      ask<TracedAnswer>(`/trace/${kind ?? 'any'}/${segment(id ?? '')}${queryString({asOf})}`, {signal}),
    enabled: id !== null,
  });
}

/** Parts, lots and work orders whose id begins like this. */
export function useFound(text: string, asOf: number | undefined) {
  return useQuery({
    queryKey: ['find', text, {asOf}],
    queryFn: ({signal}) => ask<FindAnswer>(`/find${queryString({text, asOf})}`, {signal}),
    enabled: text !== '',
  });
}

/** A population: one that was found earlier, by its id, or what a question asks for; null where nothing is asked. */
export function useContained(asked: {id: string} | ContainQuestion | null) {
  return useQuery({
    queryKey: ['contain', asked],
    queryFn: ({signal}) =>
      asked !== null && 'id' in asked
        ? ask<ContainAnswer>(`/contained/${segment(asked.id)}`, {signal})
        : ask<ContainAnswer>('/contain', {body: asked ?? {}, signal}),
    enabled: asked !== null,
  });
}

/** The SQL behind an answer. */
export function useStatements(asked: StatementsQuestion) {
  return useQuery({
    queryKey: ['statements', asked],
    queryFn: ({signal}) => ask<StatementsAnswer>('/statements', {body: asked, signal}),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useChart({parameter, ...question}: ChartQuestion, enabled = true) {
  return useQuery({
    queryKey: ['chart', parameter, question],
    queryFn: ({signal}) => ask<ChartAnswer>(`/charts/${segment(parameter)}${queryString(question)}`, {signal}),
    enabled,
  });
}

export function useAlarms(question: AlarmQuestion) {
  return useQuery({
    queryKey: ['alarms', question],
    queryFn: ({signal}) => ask<AlarmAnswer>(`/alarms${queryString(question)}`, {signal}),
  });
}

export function useScan(question: ScanQuestion) {
  return useQuery({
    queryKey: ['scan', question],
    queryFn: ({signal}) => ask<ScanAnswer>(`/scan${queryString(question)}`, {signal}),
  });
}
