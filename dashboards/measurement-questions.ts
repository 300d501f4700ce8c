/** What the page of measurement systems asks: which studies there are, and what one of them says. */
import {useQuery} from '@tanstack/react-query';
import type {
  AgreementQuestion,
  GageAnswer,
  GageQuestion,
  LinearityAnswer,
  LinearityQuestion,
  StudiesAnswer,
} from '../api/schemas.ts';
import {ask, segment} from './api.ts';
import {queryString, scopeOf} from './question.ts';

export const PATH = '/measurement';

export function useStudies(asOf: number | undefined) {
  return useQuery({
    queryKey: ['studies', {asOf}],
    queryFn: ({signal}) => ask<StudiesAnswer>(`/studies${queryString({asOf})}`, {signal}),
  });
}

export function useGage({parameter, ...question}: GageQuestion) {
  return useQuery({
    queryKey: ['gage', parameter, question],
    queryFn: ({signal}) => ask<GageAnswer>(`/gage/${segment(parameter)}${queryString(question)}`, {signal}),
  });
}

export function useLinearity({parameter, ...question}: LinearityQuestion) {
  return useQuery({
    queryKey: ['linearity', parameter, question],
    queryFn: ({signal}) => ask<LinearityAnswer>(`/linearity/${segment(parameter)}${queryString(question)}`, {signal}),
  });
}

/** A text of an address as a number; what is none is as good as not said. */
function numberOf(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)?.trim();
  return text && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

const textOf = (params: URLSearchParams, name: string): string | undefined => params.get(name) || undefined;

export function gageQuestionOf(params: URLSearchParams, parameter: string): GageQuestion {
  const appraiser = params.get('appraiser');
  return {
    parameter,
    ...scopeOf(params),
    lsl: numberOf(params, 'lsl'),
    usl: numberOf(params, 'usl'),
    appraiser: appraiser === 'operator' || appraiser === 'station' || appraiser === 'tool' ? appraiser : undefined,
    keepInteraction: params.get('keepInteraction') === 'true' || undefined,
    balancedSubset: params.get('balancedSubset') === 'true' || undefined,
    plots: true,
  };
}

export function linearityQuestionOf(params: URLSearchParams, parameter: string): LinearityQuestion {
  return {
    parameter,
    reference: params.get('reference') ?? '',
    ...scopeOf(params),
    processVariation: numberOf(params, 'processVariation'),
    plots: true,
  };
}

export function agreementQuestionOf(params: URLSearchParams): AgreementQuestion {
  return {
    ...scopeOf(params),
    step: textOf(params, 'step'),
    inspector: textOf(params, 'inspector'),
    reference: textOf(params, 'reference'),
  };
}

/** What an address says of a study. Its parts were often never inspected: a window would let none of them through. */
const wholeScope = (where: string | null) => ({product: null, from: null, to: null, where});

export const gageHref = ({parameter, appraiser, balanced, where}: StudiesAnswer['gage'][number]) => ({
  ...wholeScope(where),
  study: 'gage',
  parameter,
  appraiser: appraiser === 'operator' ? null : appraiser,
  balancedSubset: balanced ? null : 'true',
});

export const linearityHref = ({parameter, reference, where}: StudiesAnswer['linearity'][number]) => ({
  ...wholeScope(where),
  study: 'linearity',
  parameter,
  reference,
});

export const agreementHref = ({step}: StudiesAnswer['agreement'][number]) => ({study: 'agreement', step});
