/** What pages ask of holds besides showing and deciding on them. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {Hold} from '../api/schemas.ts';
import {ask, segment} from './api.ts';

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
