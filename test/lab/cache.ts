import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What the cache holds, by version: a new version is a new folder, and an old checkout still finds its own. */
export const versions = {
  kafka: '4.3.0',
  kubernetes: '1.36.3',
  kwok: '0.8.0',
  toxiproxy: '2.12.0',
  grpcurl: '1.9.4',
} as const;

export type CachedTool = keyof typeof versions;

/** Outside the checkout, so that a fresh clone does not build all of it again. */
export function cacheFolder(): string {
  const { BELAY_LAB_CACHE, XDG_CACHE_HOME } = process.env as Record<string, string | undefined>;
  return BELAY_LAB_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'belay-lab');
}

export function toolFolder(tool: CachedTool): string {
  return join(cacheFolder(), `${tool}-${versions[tool]}`);
}

/** The folder of an installed tool. */
export function requireInstalled(tool: CachedTool): string {
  const folder = toolFolder(tool);
  if (!existsSync(folder))
    throw new Error(`lab: ${tool} ${versions[tool]} is missing: run npm run lab:install`);
  return folder;
}

/** The path of a program that a package of the system brings. */
export function requireCommand(command: string): string {
  const path = findCommand(command);
  if (path === undefined) throw new Error(`lab: ${command} is missing: run npm run lab:install`);
  return path;
}

export function findCommand(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
