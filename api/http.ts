import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import fastify, {type FastifyInstance, type FastifyServerOptions, LogController} from 'fastify';
import {jsonSchemaTransform, validatorCompiler, type ZodTypeProvider} from 'fastify-type-provider-zod';
import type {z} from 'zod';
import {guard} from './access/guard.ts';
import {keepSessions} from './access/keep-sessions.ts';
import type {App} from './app.ts';
import {auditRequests} from './audit/audit.ts';
import {Metrics} from './metrics/metrics.ts';
import {refuseBroken, sendProblem} from './problem.ts';
import {refusals} from './refusals.ts';
import {logRequests, requestId} from './request-log.ts';
import {alertRoutes} from './routes/alerts.ts';
import {analysisRoutes} from './routes/analysis.ts';
import {auditRoutes} from './routes/audit.ts';
import {chartRoutes} from './routes/charts.ts';
import {companyRoutes} from './routes/company.ts';
import {dataRoutes} from './routes/data.ts';
import {docsRoutes} from './routes/docs.ts';
import {driftRoutes} from './routes/drift.ts';
import {eventRoutes} from './routes/events.ts';
import {feedRoutes} from './routes/feeds.ts';
import {healthRoutes} from './routes/health.ts';
import {holdRoutes} from './routes/holds.ts';
import {imageRoutes} from './routes/images.ts';
import {ingestRoutes} from './routes/ingest.ts';
import {inspectorRoutes} from './routes/inspectors.ts';
import {measurementSystemRoutes} from './routes/measurement-systems.ts';
import {operationRoutes} from './routes/operations.ts';
import {servePages} from './routes/pages.ts';
import {personRoutes} from './routes/persons.ts';
import {queryRoutes} from './routes/query.ts';
import {seeAcknowledged} from './routes/recent.ts';
import {responseRoutes} from './routes/responses.ts';
import {sessionRoutes} from './routes/session.ts';
import {tableRoutes} from './routes/tables.ts';
import {watchTraffic} from './traffic.ts';

export interface HttpOptions {
  /** What the command line on this machine shows; null: it has no way in. */
  localToken: string | null;
  /** The folder of the built dashboards; null: only the API is served. */
  dashboards: string | null;
  logger?: FastifyServerOptions['logger'];
  /** Fails where an answer is not what its schema promises: for tests. */
  checksAnswers?: boolean;
}

export type Http = FastifyInstance<
  import('fastify').RawServerDefault,
  import('http').IncomingMessage,
  import('http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  ZodTypeProvider
>;

const JSON_BODY_BYTES = 1_000_000;

/** The HTTP door over an application core; it does not listen. */
export async function buildHttp(
  app: App,
  {localToken, dashboards, logger, checksAnswers = false}: HttpOptions,
): Promise<Http> {
  const http: Http = fastify({
    bodyLimit: JSON_BODY_BYTES,
    logger: logger ?? false,
    // One line a request is written by ourselves.
    logController: new LogController({disableRequestLogging: true, requestIdLogLabel: 'request'}),
    genReqId: requestId,
    // What the router itself refuses (an address that cannot be decoded) comes to no error handler.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: refuseBroken,
    forceCloseConnections: 'idle',
    routerOptions: {maxParamLength: 500},
    trustProxy: app.config.proxies.length > 0 ? app.config.proxies : false,
  }).withTypeProvider<ZodTypeProvider>();
  http.setValidatorCompiler(validatorCompiler);
  // Answers are sent as they are: schemas say what is promised, they do not strip what is given beyond it.
  http.setSerializerCompiler<z.ZodType>(({schema}) => data => {
    if (checksAnswers) schema.parse(data);
    return JSON.stringify(data);
  });
  const told = refusals(app);
  http.setErrorHandler((error, request, reply) => told(sendProblem(error, request, reply)));
  await http.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // A chart that becomes a PNG is drawn from what the page itself made.
        imgSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Plants serve plain http inside their networks; these two would break that.
    strictTransportSecurity: false,
    originAgentCluster: false,
  });
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {title: 'Fishbone', description: 'Root-cause analytics and traceability warehouse', version: '1'},
      components: {securitySchemes: {key: {type: 'http', scheme: 'bearer', description: 'fb_...'}}},
      security: [{key: []}],
    },
    transform: jsonSchemaTransform,
  });
  logRequests(http);
  watchTraffic(http);
  const metrics = new Metrics(http, app);
  const sessions = await keepSessions(http, app);
  // Before the guard, so that what it refuses is recorded too.
  auditRequests(http, app);
  const door = guard(http, app, sessions, localToken);
  sessionRoutes(http, app, sessions, door);
  http.addHook('onRequest', async request => {
    request.caller.request = request.id;
  });
  seeAcknowledged(http, app);
  for (const routes of [
    analysisRoutes,
    companyRoutes,
    chartRoutes,
    inspectorRoutes,
    measurementSystemRoutes,
    holdRoutes,
    ingestRoutes,
    dataRoutes,
    tableRoutes,
    docsRoutes,
    eventRoutes,
    alertRoutes,
    auditRoutes,
    feedRoutes,
    imageRoutes,
    driftRoutes,
    responseRoutes,
    (instance: Http) => healthRoutes(instance, app, metrics),
    personRoutes,
    queryRoutes,
    operationRoutes,
  ])
    await http.register(instance => routes(instance.withTypeProvider<ZodTypeProvider>(), app));
  await servePages(http, dashboards);
  return http;
}
