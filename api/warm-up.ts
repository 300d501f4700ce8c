/** What everybody looks at first is asked by the server itself once it is up: over ten million inspections that takes more than half a minute. */
import type {BatchBody} from '../warehouse/project.ts';
import type {App} from './app.ts';
import type {Http} from './http.ts';

/** What the overview asks before anybody chose anything (a test opens it and compares). */
export const OVERVIEW = [
  '/v1/yield?by=product',
  '/v1/pareto?by=defect&weight=count&top=10',
  '/v1/charts/any-fail?kind=laney-p&last=2000',
];

/** Of fewer inspections people do not wait long. */
const LARGE = 200_000;

/**
 * One after the other, in turn with whatever people ask meanwhile; what fails is told and does no harm.
 * @param token of the command line
 * @param from so many inspections on
 */
export async function warmUp(http: Http, app: App, token: string, from = LARGE): Promise<void> {
  if (inspectionsOf(app) < from) return;
  const begun = performance.now();
  for (const url of OVERVIEW) {
    if (http.traffic.isClosing) return;
    const {statusCode} = await http.inject({url, headers: {host: 'localhost', authorization: `Bearer ${token}`}});
    if (statusCode !== 200)
      return http.log.warn({url, statusCode}, 'what the overview asks was not answered in advance');
  }
  http.log.info({ms: Math.round(performance.now() - begun)}, 'what the overview asks is answered in advance');
}

const inspectionsOf = ({warehouse}: App): number =>
  warehouse
    .entries()
    .filter(({kind}) => kind === 'batch')
    .flatMap(({body}) => (body as BatchBody).tables ?? [])
    .reduce((sum, {table, accepted}) => sum + (table === 'inspections' ? accepted : 0), 0);
