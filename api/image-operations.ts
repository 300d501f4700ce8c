/** What is done with images. */
import {z} from 'zod';
import {utcTime} from '../inference/file-name.ts';
import {FishboneError} from './errors.ts';
import {InferAnswer, inferAndIngest, modelReference, ReferenceAnswer} from './infer-images.ts';
import {InspectedImage, inspectImage} from './inspect-image.ts';
import {refuseOtherStation} from './inspections/own-station.ts';
import {operation} from './operation.ts';

const Id = z.string().trim().min(1).max(300);
const KEEP = z.boolean().optional().describe('whether images are kept as evidence: they are, unless told');

export const AboutImage = z.strictObject({
  model: z.string().regex(/^\w[\w.-]*$/, {error: 'is no name of a model: letters, digits, dots, - and _'}),
  part: Id,
  step: Id.optional(),
  station: Id.optional(),
  at: z.string().optional().describe('when it was taken, with an offset; without it, that is not known'),
  keep: KEEP,
});

/** Of several in one request each may say for itself whose it is. */
export const AboutImages = AboutImage.partial({part: true}).extend({
  fileNames: z
    .string()
    .optional()
    .describe('of multipart/form-data: what names of files say that nothing else is said of, such as {part}_{*}'),
});

export const IMAGE_OPERATIONS = {
  infer: operation({
    summary: 'Images become inspections and defects, which are ingested',
    input: z.strictObject({
      paths: z.array(z.string()).min(1),
      model: z.string(),
      fileNames: z
        .string()
        .optional()
        .describe('what the names of the files say, such as {part}_{step}_{at}_{station}'),
      sidecar: z.string().optional().describe('"json": a file beside each image; otherwise the path of a CSV list'),
      keep: KEEP,
    }),
    output: InferAnswer,
    makes: true,
    run: (app, {paths, ...how}, {onProgress, signal}) =>
      inferAndIngest(app, paths, {
        ...how,
        signal,
        onProgress: onProgress && ((done, total) => onProgress(done, total, 'images')),
      }),
  }),
  'model.reference': operation({
    summary: 'What images look like to a model, for its card: what later images are held against',
    input: z.strictObject({
      paths: z.array(z.string()).min(1),
      model: z.string(),
      on: z.string().min(1).default('images of the plant').describe('what the card is to call these images'),
    }),
    output: ReferenceAnswer,
    run: (app, {paths, model, on}) => modelReference(app, paths, {model, on}),
  }),
  image: operation({
    summary: 'One image becomes an inspection as it comes; durable before it answers',
    input: AboutImage.extend({path: z.string()}),
    output: InspectedImage,
    makes: true,
    run: (app, {path, model, part, step, station, at, keep = true}, caller) => {
      refuseOtherStation(caller.station, [{what: `the image of ${part}`, station}]);
      const time = at === undefined ? null : utcTime(at);
      if (time === undefined) {
        throw new FishboneError('USAGE', `at: "${at}" is no time with an offset`, {hint: 'write 2026-03-01T06:15:00Z'});
      }
      const name = {part, step: step ?? null, station: station ?? null, inspected_at: time};
      return inspectImage(app, path, {model, keep, about: async () => name});
    },
  }),
} as const;
