/** What pages ask of holds. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {Hold, HoldEvidence} from '../api/schemas.ts';
import {ask, segment} from './api.ts';

/** The newest: a plant's holds of years are more than a page can show, or a server should tell at once. */
export function useHolds() {
  return useQuery({
    queryKey: ['holds'],
    queryFn: ({signal}) => ask<{holds: Hold[]; next: string | null}>(`/holds?limit=${NEWEST_HOLDS}`, {signal}),
  });
}
export const NEWEST_HOLDS = 200;

/** One hold; asked again every few seconds while a delivery is under way. */
export function useHold(id: string) {
  return useQuery({
    queryKey: ['hold', id],
    queryFn: ({signal}) => ask<Hold>(`/holds/${segment(id)}`, {signal}),
    refetchInterval: query =>
      query.state.data?.lots.some(lot => lot.delivery === 'queued' || lot.delivery === 'sending') ? 2_000 : false,
    placeholderData: undefined,
  });
}

export function useHoldEvidence(id: string) {
  return useQuery({
    queryKey: ['evidence', id],
    queryFn: ({signal}) => ask<HoldEvidence>(`/holds/${segment(id)}/evidence`, {signal}),
  });
}

export function useProposeHold() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (proposal: {contained: string; reason: string; text: string; by?: string; children?: boolean}) =>
      ask<Hold>('/holds', {body: proposal}),
    onSuccess: () => client.invalidateQueries({queryKey: ['holds']}),
  });
}

export type HoldDecision = 'approve' | 'refuse' | 'release' | 'scrap';

export function useDecideHold(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({decision, ...body}: {decision: HoldDecision; by?: string; reason?: string; lots?: string[]}) =>
      ask<Hold>(`/holds/${segment(id)}/${decision}`, {body}),
    onSuccess: async hold => {
      client.setQueryData(['hold', id], hold);
      await client.invalidateQueries({queryKey: ['holds']});
    },
  });
}

/** What a person says of a delivery that nobody else can tell of. */
export function useSettleDelivery(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      lot: string;
      receiver: string;
      action: 'hold' | 'release' | 'scrap';
      as: 'acknowledged' | 'send-again';
      reason: string;
      by?: string;
    }) => ask<Hold>(`/holds/${segment(id)}/settle`, {body}),
    onSuccess: hold => client.setQueryData(['hold', id], hold),
  });
}

/** Closes the review of what changed behind a hold. */
export function useReviewHold(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: {reason: string; asOf: number; by?: string}) =>
      ask<Hold>(`/holds/${segment(id)}/review`, {body}),
    onSuccess: hold => client.setQueryData(['hold', id], hold),
  });
}

type ReasonList = {only: boolean; codes: {code: string; meaning: string}[]};

export function useReasonCodes() {
  return useQuery({
    queryKey: ['reason-codes'],
    queryFn: ({signal}) => ask<Record<'hold' | 'release' | 'scrap', ReasonList>>('/reason-codes', {signal}),
  });
}
