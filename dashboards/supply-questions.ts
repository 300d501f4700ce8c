/** What the page of data asks of batches, the quarantine and the supply, and what people decide there. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {
  AlertAnswer,
  BatchRow,
  QuarantinedBatch,
  QueueGroup,
  Receipt,
  RejectedRow,
  SupplyAnswer,
  Unresolved,
} from '../api/schemas.ts';
import {ask, segment} from './api.ts';
import {queryString} from './question.ts';

export function useBatches() {
  return useQuery({queryKey: ['batches'], queryFn: ({signal}) => ask<{batches: BatchRow[]}>('/batches', {signal})});
}

export function useQuarantine() {
  return useQuery({
    queryKey: ['quarantine'],
    queryFn: ({signal}) => ask<{batches: QuarantinedBatch[]; groups: QueueGroup[]}>('/quarantine', {signal}),
  });
}

/** What changes the quarantine changes what was accepted and what is told of it, too. */
function useQueueChange<B, T>(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: B) => ask<T>(path, {body}),
    onSuccess: () =>
      Promise.all(
        ['quarantine', 'batches', 'unresolved', 'supply', 'alerts', 'plant'].map(key =>
          client.invalidateQueries({queryKey: [key]}),
        ),
      ),
  });
}

interface Reasoned {
  reason: string;
  by?: string;
}

export const useReplay = (id: string) => useQueueChange<object, Receipt[]>(`/quarantine/${segment(id)}/replay`);

export const useSetAside = (id: string, did: 'set-aside' | 'reopen') =>
  useQueueChange<Reasoned, unknown>(`/quarantine/${segment(id)}/${did}`);

export function useAlerts(all: boolean) {
  return useQuery({
    queryKey: ['alerts', all],
    queryFn: ({signal}) => ask<AlertAnswer>(`/alerts${queryString(all ? {all} : {})}`, {signal}),
    refetchInterval: 30_000,
  });
}

export const useCloseAlert = (id: string) => useQueueChange<Reasoned, unknown>(`/alerts/${segment(id)}/close`);

export function useUnresolved() {
  return useQuery({
    queryKey: ['unresolved'],
    queryFn: ({signal}) => ask<Unresolved>('/unresolved', {signal}),
  });
}

export function useSupply() {
  return useQuery({queryKey: ['supply'], queryFn: ({signal}) => ask<SupplyAnswer>('/supply', {signal})});
}

export function useRejectedRows(id: string, {offset, limit}: {offset: number; limit: number}, enabled: boolean) {
  return useQuery({
    queryKey: ['quarantine', id, offset, limit],
    queryFn: ({signal}) =>
      ask<{rows: RejectedRow[]; total: number}>(`/quarantine/${segment(id)}${queryString({offset, limit})}`, {signal}),
    enabled,
  });
}
