import type { z } from 'zod';
import { type ConfigSources, loadConfig } from '#lib/config/load-config.ts';
import { BelayError } from '#lib/errors.ts';
import type { Component, Service } from '#lib/lifecycle/component.ts';
import { exitCodeOf, formatError } from '#lib/lifecycle/format-error.ts';
import { opsServer } from '#lib/lifecycle/ops-server.ts';
import { ProcessState } from '#lib/lifecycle/process-state.ts';
import { runUntilSignal } from '#lib/lifecycle/run-service.ts';
import { type OpenPlatform, openPlatform } from './open-platform.ts';
import type { Platform } from './platform.ts';
import type { PlatformConfig } from './platform-config.ts';

export interface Servable<Config extends PlatformConfig> {
  readonly name: string;
  readonly schema: z.ZodType<Config>;
  readonly create: (config: Config, platform: Platform) => Service;
}

/** What `belay serve` does: one service, from its configuration to its last drained event. */
export async function serve<Config extends PlatformConfig>(
  { name, schema, create }: Servable<Config>,
  sources: ConfigSources,
): Promise<never> {
  const state = new ProcessState();
  const { config, platform, service } = await orEnd(async () => {
    const config = loadConfig(schema, sources);
    const platform = await openPlatform(config, { name, fail: (error) => state.fail(error) });
    return { config, platform, service: create(config, platform) };
  });
  const ops = opsServer({
    ...config.ops,
    state,
    checks: () => [...platform.checks(), ...service.checks()],
    metrics: platform.telemetry.metricsHandler,
    logger: platform.logger,
  });
  return runUntilSignal([ops, closing(platform), service, listening(platform)], {
    logger: platform.logger,
    state,
    onReady: () => platform.logger.info({ opsPort: ops.port() }, 'ready'),
  });
}

/** Before there is a logger: what, why and next on stderr, and the exit code that says whether to try again. */
async function orEnd<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    process.stderr.write(formatError(error));
    process.exit(exitCodeOf(error));
  }
}

/** Opened before everything that uses it, closed after. */
export function closing(platform: OpenPlatform): Component {
  return { name: 'platform', start: async () => {}, stop: () => platform.close() };
}

const GRACE_MS = 10_000;

/** Calls come in last and stop first: whoever is let in finds everything running. */
export function listening(platform: OpenPlatform): Component {
  return {
    name: 'grpc server',
    start: async () => {
      const { endpoint } = await platform.grpc.start();
      platform.logger.info({ endpoint }, 'grpc listens');
    },
    stop: () => platform.grpc.stop(GRACE_MS),
  };
}
