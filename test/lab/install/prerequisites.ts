import { spawnSync } from 'node:child_process';
import { aptInstall, canUseApt } from './apt.ts';

/** What builds or runs the tools and is not ours to bring, unless Debian has it. */
interface Prerequisite {
  readonly label: string;
  readonly versionCommand: readonly [command: string, ...args: string[]];
  /** The first group is the version to compare. */
  readonly versionPattern: RegExp;
  readonly atLeast: readonly [major: number, minor: number];
  readonly debianPackage: string;
  readonly website: string;
}

const prerequisites = {
  java: {
    label: 'Java 17 or newer',
    versionCommand: ['java', '-version'],
    versionPattern: /version "(\d+(?:\.\d+)?)/,
    atLeast: [17, 0],
    debianPackage: 'default-jre-headless',
    website: 'https://adoptium.net',
  },
  maven: {
    label: 'Maven 3.6 or newer',
    versionCommand: ['mvn', '-B', '-v'],
    versionPattern: /Maven (\d+\.\d+)/,
    atLeast: [3, 6],
    debianPackage: 'maven',
    website: 'https://maven.apache.org',
  },
  go: {
    // From this version on, Go fetches the newer one that a module asks for.
    label: 'Go 1.21 or newer',
    versionCommand: ['go', 'version'],
    versionPattern: /go(\d+\.\d+)/,
    atLeast: [1, 21],
    debianPackage: 'golang-go',
    website: 'https://go.dev/dl',
  },
} as const satisfies Record<string, Prerequisite>;

export type PrerequisiteName = keyof typeof prerequisites;

/** Throws, with how to get it, when it is not here and cannot be installed. */
export async function ensurePrerequisite(name: PrerequisiteName, logFile: string): Promise<void> {
  const wanted: Prerequisite = prerequisites[name];
  if (isPresent(wanted)) return;
  if (canUseApt()) {
    console.log(`install  ${wanted.label}, from Debian`);
    await aptInstall(wanted.debianPackage, logFile);
    if (isPresent(wanted)) return;
  }
  throw new Error(`needs ${wanted.label}: ${wanted.website}, or apt-get install ${wanted.debianPackage}`);
}

function isPresent({ versionCommand: [command, ...args], versionPattern, atLeast }: Prerequisite): boolean {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  const [major = 0, minor = 0] = (versionPattern.exec(`${stdout}${stderr}`)?.[1] ?? '')
    .split('.')
    .map(Number);
  return major > atLeast[0] || (major === atLeast[0] && minor >= atLeast[1]);
}
