import { coerce } from './coerce.ts';
import { type Layer, type Place, type Problem, pathKey, type Setting, settingsFrom } from './layers.ts';
import type { SchemaNode } from './schema-nodes.ts';
import { suggest } from './suggest.ts';

/** For variables that belong to the command line and the test lab, not to a service's configuration. */
const FOREIGN_VARIABLES = new Set([
  'BELAY_CONTEXT',
  'BELAY_ENDPOINT',
  'BELAY_TOKEN',
  'BELAY_DEBUG',
  'BELAY_LAB_CACHE',
]);
const ENV_RANK = 1e12;

/** `BELAY_BUS__KIND=kafka` sets bus.kind. A variable that sets nothing is a misspelt one: a problem. */
export function readEnv(env: NodeJS.ProcessEnv, nodes: ReadonlyMap<string, SchemaNode>): Layer {
  const known = new Map([...nodes.values()].map((node) => [envName(node.path), node]));
  const given = Object.keys(env).filter((name) => name.startsWith('BELAY_') && !FOREIGN_VARIABLES.has(name));
  // A whole section (as JSON) comes before the values inside it.
  const depthOf = (name: string): number => known.get(name)?.path.length ?? 0;
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const name of given.toSorted((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1))) {
    const text = env[name] ?? '';
    const node = known.get(name);
    const place: Place = {
      text: `env ${name}:`,
      rank: ENV_RANK,
      ...(node && { spells: pathKey(node.path) }),
    };
    if (node) settings.push(...settingsFrom(coerce(text, node.schemas), node.path, () => place));
    else if (!isServiceLink(name, text)) {
      problems.push({ place, text: unknownName('variable', suggest(name, known.keys())) });
    }
  }
  return { settings, problems };
}

export function envName(path: readonly PropertyKey[]): string {
  const words = path.map((key) => String(key).replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'));
  return `BELAY_${words.join('__').toUpperCase()}`;
}

export function unknownName(what: string, near: string | undefined): string {
  return `unknown ${what}, ${near === undefined ? 'remove it' : `did you mean ${near}?`}`;
}

/**
 * Kubernetes puts variables for every Service of the namespace into each container, so one that is called
 * `belay-decision` yields BELAY_DECISION_PORT=tcp://... They are nobody's spelling mistake.
 */
function isServiceLink(name: string, text: string): boolean {
  const hostOrPart =
    /^BELAY_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
  return hostOrPart.test(name) || (/^BELAY_(\w+_)?PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(text));
}
