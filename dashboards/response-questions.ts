/** What the page of response rules asks. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {ResponseRow, RuleRow, TryAnswer} from '../api/schemas.ts';
import {ask, segment} from './api.ts';

export function useRules() {
  return useQuery({
    queryKey: ['responses'],
    queryFn: ({signal}) => ask<{rules: RuleRow[]}>('/responses', {signal}),
    refetchInterval: query => (query.state.data?.rules.some(({open}) => open > 0) ? 2_000 : false),
  });
}

/** So many firings are listed; how many there would have been is told of all. */
export const LISTED = 50;

/** A dry run of one rule on history; null: none. */
export function useTry(question: {name: string; from?: string; to?: string} | null) {
  return useQuery({
    queryKey: ['responses', 'try', question],
    queryFn: ({signal}) => ask<TryAnswer>('/responses/try', {body: {...question, list: LISTED}, signal}),
    enabled: question !== null,
    placeholderData: undefined,
  });
}

/** Asked again every few seconds while a message is under way. */
export function useResponseLog() {
  return useQuery({
    queryKey: ['responses', 'log'],
    queryFn: ({signal}) =>
      ask<{responses: ResponseRow[]; next: string | null}>(`/responses/log?limit=${LISTED}`, {signal}),
    refetchInterval: query =>
      query.state.data?.responses.some(row => row.deliveries.some(isUnderWay)) ? 2_000 : false,
  });
}

const isUnderWay = ({state}: ResponseRow['deliveries'][number]) => state === 'queued' || state === 'sending';

/** What a person says of a message that nobody else can tell of. */
export function useSettleResponse(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: {as: 'acknowledged' | 'send-again'; reason: string; by?: string}) =>
      ask<ResponseRow>(`/responses/${segment(id)}/settle`, {body}),
    onSuccess: () => client.invalidateQueries({queryKey: ['responses']}),
  });
}
