import type { z } from 'zod';
import { isSecretForm } from './secret.ts';

/** A place in a configuration, and every schema that may stand there (the forms of a union share places). */
export interface SchemaNode {
  readonly path: readonly string[];
  readonly schemas: readonly z.ZodType[];
}

/** Deeper than any real configuration; it only ends schemas that contain themselves. */
const MAX_DEPTH = 10;

/** Every named place below the schema, by its path joined with dots. */
export function schemaNodes(root: z.ZodType): ReadonlyMap<string, SchemaNode> {
  const nodes = new Map<string, { path: string[]; schemas: z.ZodType[] }>();
  const visit = (schema: z.ZodType, path: string[]): void => {
    if (path.length > MAX_DEPTH) return;
    for (const form of formsOf(schema)) {
      for (const [key, child] of Object.entries(shapeOf(form))) {
        const childPath = [...path, key];
        const node = nodes.get(childPath.join('.')) ?? { path: childPath, schemas: [] };
        node.schemas.push(child);
        nodes.set(childPath.join('.'), node);
        visit(child, childPath);
      }
    }
  };
  visit(root, []);
  return nodes;
}

/** What can stand at a path that may also lead through lists and records. */
export function schemasAt(root: z.ZodType, path: readonly PropertyKey[]): readonly z.ZodType[] {
  let schemas: readonly z.ZodType[] = [root];
  for (const key of path) {
    schemas = schemas.flatMap(formsOf).flatMap((form) => childAt(form, key));
  }
  return schemas;
}

/** The schema without its wrappers (optional, default, transform ...), one for each form of a union. */
export function formsOf(schema: z.ZodType): readonly z.ZodType[] {
  const def = schema.def as Definition;
  if (def.type === 'union') return (def.options ?? []).flatMap(formsOf);
  if (def.type === 'lazy' && def.getter) return formsOf(def.getter());
  const inner = def.innerType ?? def.in;
  return inner ? formsOf(inner) : [schema];
}

export function isSecret(schema: z.ZodType): boolean {
  const def = schema.def as Definition;
  if (isSecretForm(schema)) return true;
  const inner = [
    ...(def.options ?? []),
    ...(def.innerType ? [def.innerType] : []),
    ...(def.in ? [def.in] : []),
  ];
  return inner.some(isSecret);
}

/** The keys an object schema knows. */
export function keysOf(schema: z.ZodType): readonly string[] {
  return Object.keys(shapeOf(schema));
}

/** The parts of zod's definitions that lead on to other schemas. */
export interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly getter?: () => z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly values?: readonly unknown[];
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  return (schema.def as Definition).shape ?? {};
}

function childAt(form: z.ZodType, key: PropertyKey): readonly z.ZodType[] {
  const def = form.def as Definition;
  const child =
    def.element ??
    def.valueType ??
    (Object.hasOwn(shapeOf(form), key) ? def.shape?.[String(key)] : undefined);
  return child ? [child] : [];
}
