/** What the page of inspections asks, and what it says back: reviews. */
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import type {
  AgreementAnswer,
  AgreementQuestion,
  ChallengeAnswer,
  ChallengeQuestion,
  DefectMapAnswer,
  DefectMapQuestion,
  InspectionAnswer,
  InspectionListAnswer,
  InspectionListQuestion,
  QueueAnswer,
  QueueQuestion,
  ReviewAnswer,
  ReviewListAnswer,
  ReviewListQuestion,
  ScoreDriftAnswer,
  ScoreDriftQuestion,
  ThresholdAnswer,
  ThresholdQuestion,
} from '../api/schemas.ts';
import {ask, segment} from './api.ts';
import {queryString} from './question.ts';

export function useInspections(question: InspectionListQuestion) {
  return useQuery({
    queryKey: ['inspections', question],
    queryFn: ({signal}) => ask<InspectionListAnswer>(`/inspections${queryString(question)}`, {signal}),
  });
}

export function useInspection(id: string | null, asOf: number | undefined) {
  return useQuery({
    queryKey: ['inspection', id, asOf],
    queryFn: ({signal}) => ask<InspectionAnswer>(`/inspections/${segment(id ?? '')}${queryString({asOf})}`, {signal}),
    enabled: id !== null,
    placeholderData: undefined,
  });
}

export function useDefectMap(question: DefectMapQuestion) {
  return useQuery({
    queryKey: ['defect-map', question],
    queryFn: ({signal}) => ask<DefectMapAnswer>(`/defect-map${queryString(question)}`, {signal}),
  });
}

export function useReviewQueue(question: QueueQuestion) {
  return useQuery({
    queryKey: ['review-queue', question],
    queryFn: ({signal}) => ask<QueueAnswer>(`/reviews/queue${queryString(question)}`, {signal}),
  });
}

const TOLD_OF_REVIEWS = [
  'inspection',
  'inspections',
  'reviews',
  'review-queue',
  'agreement',
  'thresholds',
  'challenge',
  'defect-map',
];

/** What was said changes what is told of inspectors too: it is asked anew where it is shown. */
export function useReview() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      inspection,
      ...body
    }: {
      inspection: string;
      verdict: 'agree' | 'disagree' | 'withdrawn';
      defect?: string;
      reason?: string;
      sampled?: number;
      by?: string;
    }) => ask<ReviewAnswer>(`/inspections/${segment(inspection)}/review`, {body}),
    // Nobody waits for what follows: the next one is on its way to be reviewed.
    onSuccess: () => {
      for (const key of TOLD_OF_REVIEWS) void client.invalidateQueries({queryKey: [key]});
    },
  });
}

export function useReviews(question: ReviewListQuestion) {
  return useQuery({
    queryKey: ['reviews', question],
    queryFn: ({signal}) => ask<ReviewListAnswer>(`/reviews${queryString(question)}`, {signal}),
  });
}

export function useAgreement(question: AgreementQuestion) {
  return useQuery({
    queryKey: ['agreement', question],
    queryFn: ({signal}) => ask<AgreementAnswer>(`/agreement${queryString(question)}`, {signal}),
  });
}

export function useThresholds({inspector, at, ...question}: ThresholdQuestion) {
  return useQuery({
    queryKey: ['thresholds', inspector, at, question],
    queryFn: ({signal}) =>
      ask<ThresholdAnswer>(
        `/inspectors/${segment(inspector)}/thresholds${queryString({...question, at: at?.join(',')})}`,
        {signal},
      ),
  });
}

export function useChallenge(question: ChallengeQuestion) {
  return useQuery({
    queryKey: ['challenge', question],
    queryFn: ({signal}) => ask<ChallengeAnswer>(`/inspectors/challenge${queryString(question)}`, {signal}),
  });
}

export function useScoreDrift(question: ScoreDriftQuestion) {
  return useQuery({
    queryKey: ['score-drift', question],
    queryFn: ({signal}) => ask<ScoreDriftAnswer>(`/inspectors/drift${queryString(question)}`, {signal}),
  });
}
