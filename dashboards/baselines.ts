/** Frozen limits of control charts. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {ChartQuestion, FrozenBaseline} from '../api/schemas.ts';
import {ask, segment} from './api.ts';
import {queryString} from './question.ts';

export function useBaselines(asOf: number | undefined) {
  return useQuery({
    queryKey: ['baselines', asOf],
    queryFn: ({signal}) => ask<{baselines: FrozenBaseline[]}>(`/baselines${queryString({asOf})}`, {signal}),
  });
}

/** Frozen limits change what charts show and which alarms are raised. */
function useFrozenAnew<T>(mutationFn: (body: T) => Promise<FrozenBaseline>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all(['chart', 'alarms', 'baselines'].map(key => client.invalidateQueries({queryKey: [key]}))),
  });
}

type Freezing = Omit<ChartQuestion, 'asOf' | 'from' | 'to'> & {validFrom?: string; reason: string; by?: string};

export const useFreezeBaseline = () => useFrozenAnew((body: Freezing) => ask<FrozenBaseline>('/baselines', {body}));

export const useRetireBaseline = (id: string) =>
  useFrozenAnew((body: {reason: string; by?: string}) =>
    ask<FrozenBaseline>(`/baselines/${segment(id)}/retire`, {body}),
  );
