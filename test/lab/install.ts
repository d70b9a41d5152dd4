// npm run lab:install [name...]: brings what the lab's servers need and is missing, into a cache outside the
// checkout. See README.md.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, toolFolder, versions } from './cache.ts';
import { withLock } from './install/lock.ts';
import { ensurePrerequisite } from './install/prerequisites.ts';
import { type Tool, type ToolName, tools } from './install/tools.ts';

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(tools);
const unknown = names.filter((name) => !Object.hasOwn(tools, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(tools).join(', ')}`);
  process.exit(2);
}
for (const name of names as ToolName[]) {
  try {
    await ensureTool(name, tools[name]);
  } catch (error) {
    console.error(`missing  ${tools[name].label}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function ensureTool(name: ToolName, tool: Tool): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  for (const need of tool.runsOn ?? []) await ensurePrerequisite(need, logFileOf(name));
  if (tool.isInstalled()) return console.log(`have     ${tool.label}`);
  await withLock(join(cacheFolder(), name), async () => {
    // Whoever held the lock before may have installed it.
    if (tool.isInstalled()) return console.log(`have     ${tool.label}`);
    const startedAt = performance.now();
    console.log(`install  ${tool.label}${tool.hint ? ` (${tool.hint})` : ''} ...`);
    await install(name, tool);
    console.log(`install  ${tool.label}: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  });
}

/** Into a folder beside, renamed when complete: what is in its place is whole. */
async function install(name: ToolName, tool: Tool): Promise<void> {
  const logFile = logFileOf(name);
  for (const need of tool.builtWith) await ensurePrerequisite(need, logFile);
  removeParts(name);
  const part = mkdtempSync(join(cacheFolder(), `${name}.part-`));
  await tool.install(part, logFile);
  if (isCached(name)) renameSync(part, toolFolder(name));
  else rmSync(part, { recursive: true });
}

function logFileOf(name: ToolName): string {
  return join(cacheFolder(), `${name}.log`);
}

/** Left by an install that was killed. Go and Maven keep what they had fetched and built elsewhere. */
function removeParts(name: ToolName): void {
  for (const entry of readdirSync(cacheFolder())) {
    if (entry.startsWith(`${name}.part-`)) rmSync(join(cacheFolder(), entry), { recursive: true });
  }
}

function isCached(name: ToolName): name is ToolName & keyof typeof versions {
  return Object.hasOwn(versions, name);
}
