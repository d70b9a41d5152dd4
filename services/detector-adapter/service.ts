import { DetectorServiceService } from '#gen/belay/v1/detector_service.ts';
import { prepareTopics, topicSpecs } from '#lib/bus/topics.ts';
import { messageOf } from '#lib/errors.ts';
import { createAuthenticator } from '#lib/identity/create-authenticator.ts';
import {
  type Component,
  type HealthCheck,
  type Service,
  startAll,
  stopAll,
} from '#lib/lifecycle/component.ts';
import type { Platform } from '#lib/platform/platform.ts';
import { publisher } from '#lib/platform/publisher.ts';
import { refusalRecorder } from '#lib/platform/record-refusal.ts';
import { WorkLoop } from '#lib/sql/work-loop.ts';
import { connectRedis } from './adapters/connect-redis.ts';
import { createHttpServer, type HttpServer } from './adapters/http-server.ts';
import { memoryEpisodes } from './adapters/memory-episodes.ts';
import { redisEpisodes } from './adapters/redis-episodes.ts';
import type { DetectorAdapterConfig } from './config.ts';
import type { EpisodePolicy } from './domain/episode.ts';
import { type Announcer, createAnnouncer } from './handlers/announcer.ts';
import { access, detectorService, schemas } from './handlers/detector-service.ts';
import { type HttpRoute, httpRoutes } from './handlers/http-routes.ts';
import { reportIncident } from './handlers/report-incident.ts';
import { resolveIncident } from './handlers/resolve-incident.ts';
import { incidentMetrics } from './metrics.ts';
import type { Episodes } from './ports.ts';
import { readLog } from './workers/read-log.ts';
import { episodesRebuilder } from './workers/rebuild-episodes.ts';
import { sweepEpisodes } from './workers/sweep-episodes.ts';

const NAME = 'detector-adapter';
const GRPC_NAME = 'belay.v1.DetectorService';
const HTTP_GRACE_MS = 10_000;
const COOLING_MS = 300_000;
/** Longer than a send may take: what is on its way is not sent by the sweeper too. */
const ANNOUNCE_AGAIN_MS = 30_000;
/** With the 10 s that a send may take, less than a rebuild waits (episodes.publishWithinMs). */
const SEND_WITHIN_MS = 2_000;

export interface DetectorAdapter extends Service {
  /** host:port, once it runs. */
  httpEndpoint(): string | undefined;
}

export function createDetectorAdapter(config: DetectorAdapterConfig, platform: Platform): DetectorAdapter {
  const { clock } = platform;
  const logger = platform.loggerFor(NAME);
  const policy = episodePolicy(config);
  const store = openEpisodes(config, platform, policy);
  const publish = publisher(platform.bus, NAME);
  const metrics = incidentMetrics(platform.meter);
  const shared = { episodes: store.episodes, publish, clock, logger, metrics };
  const announcer = createAnnouncer({ ...shared, sendWithinMs: SEND_WITHIN_MS });
  const doors = {
    report: reportIncident({ announcer, policy: reportPolicy(config), metrics }),
    resolve: resolveIncident({ ...shared, announcer }),
    clock,
  };
  platform.grpc.addService(DetectorServiceService, detectorService(doors), access, schemas);
  const http = httpDoor(config, platform, httpRoutes(doors));
  const parts = [
    topicsPart(platform),
    store.connection,
    rebuilderPart(config, platform, store.episodes, policy),
    sweeperPart(platform, store.episodes, announcer),
    http,
  ];
  let running: readonly Component[] = [];
  return {
    name: NAME,
    start: async () => {
      running = await startAll(parts);
    },
    stop: async () => {
      platform.grpc.setServing(GRPC_NAME, false);
      const [failure] = await stopAll(running);
      if (failure) throw failure.error;
    },
    checks: () => [episodesCheck(store.episodes)],
    httpEndpoint: () => http.endpoint(),
  };
}

function episodePolicy({ incidents }: DetectorAdapterConfig): EpisodePolicy {
  return {
    staleAfterMs: incidents.staleAfterMs,
    coolingMs: COOLING_MS,
    rememberMs: incidents.maxStartAgeMs + incidents.maxSkewMs,
    announceAgainMs: ANNOUNCE_AGAIN_MS,
  };
}

const reportPolicy = ({ incidents: { defaultTarget, maxSkewMs, maxStartAgeMs } }: DetectorAdapterConfig) => ({
  defaultTarget,
  maxSkewMs,
  maxStartAgeMs,
});

interface EpisodeStore {
  readonly episodes: Episodes;
  readonly connection: Component;
}

function openEpisodes(
  { episodes: config }: DetectorAdapterConfig,
  platform: Platform,
  policy: EpisodePolicy,
): EpisodeStore {
  const { clock } = platform;
  const name = 'episode store';
  if (config.kind === 'memory') {
    return {
      episodes: memoryEpisodes(policy),
      connection: { name, start: async () => {}, stop: async () => {} },
    };
  }
  const logger = platform.loggerFor(NAME);
  const redis = connectRedis(config, (error) => logger.debug({ reason: messageOf(error) }, 'Redis is away'));
  const { prefix, publishWithinMs } = config;
  return {
    episodes: redisEpisodes({ redis, clock, policy, prefix, publishWithinMs }),
    connection: {
      name,
      // It goes on trying by itself; until it gets through, everything is refused.
      start: async () => void redis.connect().catch(() => {}),
      stop: async () => redis.disconnect(),
    },
  };
}

const topicsPart = ({ bus, topics }: Platform): Component => ({
  name: 'topics',
  start: () => prepareTopics(bus, topicSpecs(['incident', 'audit'], topics)),
  stop: async () => {},
});

function rebuilderPart(
  config: DetectorAdapterConfig,
  platform: Platform,
  episodes: Episodes,
  policy: EpisodePolicy,
): Component {
  const { bus, clock, grpc } = platform;
  const logger = platform.loggerFor(NAME);
  const step = episodesRebuilder({
    episodes,
    readLog: (signal) => readLog({ bus, policy, clock, logger }, signal),
    onLooked: (ready) => grpc.setServing(GRPC_NAME, ready),
    logger,
  });
  const loop = new WorkLoop({ clock, step, onError: (error) => platform.fail(asError(error)) });
  return {
    name: 'episode rebuilder',
    start: async () => {
      // What is in memory is empty for certain, and nobody else is to be waited for.
      if (config.episodes.kind === 'memory') await step(new AbortController().signal);
      loop.start();
    },
    stop: () => loop.stop(),
  };
}

function sweeperPart(platform: Platform, episodes: Episodes, announcer: Announcer): Component {
  const { clock } = platform;
  const logger = platform.loggerFor(NAME);
  const loop = new WorkLoop({
    clock,
    step: () => sweepEpisodes({ episodes, announcer, clock }),
    onError: (error) => logger.warn({ err: error }, 'some episodes could not be swept, and are tried again'),
  });
  return {
    name: 'episode sweeper',
    start: async () => loop.start(),
    stop: async () => {
      await loop.stop();
      await announcer.idle();
    },
  };
}

function httpDoor(
  config: DetectorAdapterConfig,
  platform: Platform,
  routes: readonly HttpRoute[],
): Component & { endpoint(): string | undefined } {
  const { bus, clock } = platform;
  const logger = platform.loggerFor(NAME);
  const server: HttpServer = createHttpServer({
    ...config.http,
    authenticator: createAuthenticator(config.auth, {
      hosts: [config.http.host],
      clock,
    }),
    onRefused: refusalRecorder({ bus, service: NAME, clock, logger }),
    routes,
    clock,
    logger,
  });
  let endpoint: string | undefined;
  return {
    name: 'http server',
    start: async () => {
      endpoint = await server.start();
      logger.info({ endpoint }, 'http listens');
    },
    stop: () => server.stop(HTTP_GRACE_MS),
    endpoint: () => endpoint,
  };
}

const episodesCheck = (episodes: Episodes): HealthCheck => ({
  name: 'episodes',
  check: async () => {
    if (await episodes.isReady()) return { ok: true, detail: 'ready' };
    return {
      ok: false,
      detail: 'not ready: rebuilt from the log, incidents are refused until then',
      fix: 'wait; if it lasts, the log of this service says what it waits for',
    };
  },
});

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
