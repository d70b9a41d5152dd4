import { coerce } from './coerce.ts';
import { type Layer, type Place, pathKey, settingsFrom } from './layers.ts';
import type { SchemaNode } from './schema-nodes.ts';

const FLAG_RANK = 2e12;

/** Flags as the nested object that a command made of them; undefined is a flag that was not given. */
export function readFlags(
  flags: Readonly<Record<string, unknown>>,
  nodes: ReadonlyMap<string, SchemaNode>,
): Layer {
  const given = settingsFrom(flags, [], placeOf).slice(1);
  const settings = given.flatMap((setting) => {
    const node = nodes.get(pathKey(setting.path));
    if (typeof setting.value !== 'string' || !node) return [setting];
    return settingsFrom(coerce(setting.value, node.schemas), setting.path, placeOf);
  });
  return { settings, problems: [] };
}

const placeOf = (path: readonly PropertyKey[]): Place => {
  const spells = pathKey(path);
  return { text: `flag --${spells}:`, rank: FLAG_RANK, spells };
};
