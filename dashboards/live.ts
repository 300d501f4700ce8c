/** Keeps the pages at what is newest: told by the server as it happens, asked every half minute where that fails. */
import {type Query, type QueryClient, useQueryClient} from '@tanstack/react-query';
import {useEffect, useRef, useState, useSyncExternalStore} from 'react';
import type {LiveName} from '../api/schemas.ts';
import {onOldAnswer, usePlant} from './api.ts';

/** Between two times that the pages are asked anew: a station may deliver a hundred batches a second. */
const PAUSE_MS = 2_000;
const AGAIN_MS = 5_000;

/** What an event makes old; of what a new position makes old, see `useNewest`. */
const CHANGED: Partial<Record<LiveName, readonly string[]>> = {
  hello: ['plant'],
  batch: ['plant'],
  hold: ['holds', 'hold', 'trace'],
  delivery: ['holds', 'hold', 'trace'],
  alert: ['plant', 'alerts'],
};

/** What is worked out for long, or was kept as it was found: asked again when somebody wants it. */
const ASKED_BY_PEOPLE: ReadonlySet<unknown> = new Set(['plant', 'screen', 'contain', 'finding', 'recomputed']);

let isLive = false;
/** Whatever is shown, other than what people ask for and what is pinned. */
const ALL = ['*'];

const listeners = new Set<() => void>();

function setLive(now: boolean): void {
  if (isLive === now) return;
  isLive = now;
  for (const listener of listeners) listener();
}

/** Whether the server tells what happens; otherwise it is asked now and then. */
export function useIsLive(): boolean {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
  );
}

/** How old data are changes while nothing else does. */
export function useNow(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick(n => n + 1), 15_000);
    return () => clearInterval(timer);
  }, []);
}

/** Listens as long as the page is looked at: a browser has few connections to a server, and hidden pages need none. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const refresh = refresher(client);
    onOldAnswer(() => refresh(ALL));
    let place: string | null = null;
    let listening: AbortController | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      if (document.hidden || listening) return;
      const here = new AbortController();
      listening = here;
      listen(place, here.signal, (name, id) => {
        place = id ?? place;
        setLive(name !== 'end');
        refresh(CHANGED[name] ?? []);
      })
        .catch(() => undefined)
        .finally(() => {
          if (listening !== here) return;
          listening = null;
          setLive(false);
          timer = setTimeout(begin, AGAIN_MS);
        });
    };
    const stop = () => {
      clearTimeout(timer);
      listening?.abort();
      listening = null;
      setLive(false);
    };
    const lookedAt = () => (document.hidden ? stop() : begin());
    document.addEventListener('visibilitychange', lookedAt);
    begin();
    return () => {
      document.removeEventListener('visibilitychange', lookedAt);
      stop();
    };
  }, [client]);
}

/** Asks anew what the pages show when there is a newer batch, however that became known. What is pinned to a batch stays. */
export function useNewest(): void {
  const client = useQueryClient();
  const position = usePlant().data?.asOf;
  const shown = useRef(position);
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== position)
      void client.invalidateQueries({
        predicate: ({queryKey: [name, ...question]}) => followsNewest(name, question),
      });
    shown.current = position;
  }, [client, position]);
}

const followsNewest = (name: unknown, question: readonly unknown[]): boolean =>
  !ASKED_BY_PEOPLE.has(name) && !question.some(isPinned);

function isPinned(part: unknown): boolean {
  if (typeof part === 'number') return true;
  return typeof part === 'object' && part !== null && 'asOf' in part && part.asOf !== undefined;
}

/** Asks anew what is old, a while after it became so; all of that time's changes at once. */
function refresher(client: QueryClient): (names: readonly string[]) => void {
  const old = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastMs = 0;
  const ask = () => {
    timer = undefined;
    // The answers of the last time come first.
    if (client.isFetching() > 0) {
      timer = setTimeout(ask, PAUSE_MS);
      return;
    }
    lastMs = Date.now();
    const names = new Set(old);
    old.clear();
    const isOld = ({queryKey: [name, ...question]}: Query) =>
      names.has(String(name)) || (names.has('*') && (name === 'plant' || followsNewest(name, question)));
    void client.invalidateQueries({predicate: isOld});
  };
  return names => {
    for (const name of names) old.add(name);
    if (old.size === 0 || timer !== undefined) return;
    timer = setTimeout(ask, Math.max(100, lastMs + PAUSE_MS - Date.now()));
  };
}

/** One connection, until it ends. Not an EventSource: that cannot show a key. */
async function listen(
  place: string | null,
  signal: AbortSignal,
  told: (name: LiveName, id: string | null) => void,
): Promise<void> {
  const headers: Record<string, string> = place === null ? {} : {'last-event-id': place};
  const response = await fetch('/v1/events', {headers, signal});
  if (!response.ok || !response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const name = /^event: (.+)$/m.exec(block)?.[1];
      if (name !== undefined) told(name as LiveName, /^id: (.+)$/m.exec(block)?.[1] ?? null);
    }
  }
}
