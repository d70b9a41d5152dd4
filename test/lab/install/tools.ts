import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CachedTool, findCommand, toolFolder, versions } from '../cache.ts';
import { aptInstall, canUseApt } from './apt.ts';
import type { PrerequisiteName } from './prerequisites.ts';
import { run } from './run.ts';

export interface Tool {
  readonly label: string;
  /** How long to expect, where it is long. */
  readonly hint?: string;
  readonly builtWith: readonly PrerequisiteName[];
  /** Asked for also when the tool is in the cache, which may have come from another machine. */
  readonly runsOn?: readonly PrerequisiteName[];
  isInstalled(): boolean;
  /** `into` is an empty folder that becomes the tool's own when this is done. */
  install(into: string, logFile: string): Promise<void>;
}

const copyPluginVersion = '3.8.1';

export const tools = {
  redis: {
    label: 'redis-server',
    builtWith: [],
    isInstalled: () => findCommand('redis-server') !== undefined,
    async install(_into, logFile) {
      if (!canUseApt()) throw new Error('needs redis-server: apt-get install redis-server, as root');
      await aptInstall('redis-server', logFile);
    },
  },
  kafka: { ...cached('kafka', ['java', 'maven'], copyKafkaJars), runsOn: ['java'] },
  toxiproxy: cached('toxiproxy', ['go'], (into, logFile) =>
    goInstall(`github.com/Shopify/toxiproxy/v2/cmd/server@v${versions.toxiproxy}`, into, logFile),
  ),
  grpcurl: cached('grpcurl', ['go'], (into, logFile) =>
    goInstall(`github.com/fullstorydev/grpcurl/cmd/grpcurl@v${versions.grpcurl}`, into, logFile),
  ),
  kwok: {
    ...cached('kwok', ['go'], (into, logFile) =>
      goInstall(`sigs.k8s.io/kwok/cmd/kwok@v${versions.kwok}`, into, logFile),
    ),
    hint: '1 to 3 minutes',
  },
  kubernetes: { ...cached('kubernetes', ['go'], buildKubernetes), hint: '4 to 7 minutes the first time' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

function cached(name: CachedTool, builtWith: Tool['builtWith'], install: Tool['install']): Tool {
  const isInstalled = () => existsSync(toolFolder(name));
  return { label: `${name} ${versions[name]}`, builtWith, isInstalled, install };
}

async function copyKafkaJars(into: string, logFile: string): Promise<void> {
  const pom = ['-f', inLab('kafka-jars/pom.xml'), `-Dkafka.version=${versions.kafka}`];
  const goal = `org.apache.maven.plugins:maven-dependency-plugin:${copyPluginVersion}:copy-dependencies`;
  const target = ['-DincludeScope=runtime', `-DoutputDirectory=${join(into, 'libs')}`];
  await run('mvn', ['-B', '-q', ...pom, goal, ...target], { logFile });
}

async function goInstall(module: string, into: string, logFile: string): Promise<void> {
  await go(['install', '-trimpath', '-ldflags', '-s -w', module], { logFile, env: { GOBIN: into } });
}

async function buildKubernetes(into: string, logFile: string): Promise<void> {
  const [major, minor] = versions.kubernetes.split('.');
  // Without its version kubectl and the rollout history cannot parse what the API server says it is.
  const version = { gitVersion: `v${versions.kubernetes}`, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(version).map(
    ([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`,
  );
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', ['-s -w', ...flags].join(' ')];
  await go([...args, '-o', join(into, 'kube'), '.'], { logFile, cwd: inLab('kubernetes/binary') });
}

async function go(args: readonly string[], options: Parameters<typeof run>[2]): Promise<void> {
  // Debian's Go would not fetch the newer Go that a module asks for.
  const toolchain = process.env['GOTOOLCHAIN'] ?? 'auto';
  await run('go', args, { ...options, env: { CGO_ENABLED: '0', GOTOOLCHAIN: toolchain, ...options.env } });
}

function inLab(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
