import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ApiError, badRequest } from './status.ts';

const JSON_PATCH = 'application/json-patch+json';
/** A strategic merge is done as a plain one: a list is replaced by the one that was sent. */
const MERGES = ['application/merge-patch+json', 'application/strategic-merge-patch+json'];

export function applyPatch(contentType: string, object: object, patch: unknown): unknown {
  if (contentType === JSON_PATCH) return applyJsonPatch(object, patch);
  if (!MERGES.includes(contentType)) {
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type');
  }
  if (!isRecord(patch)) throw badRequest('the patch is not an object');
  return merge(object, patch);
}

function merge(target: unknown, patch: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (isUnsafe(key) || key.startsWith('$setElementOrder/')) continue;
    // These say how lists are merged, and here they are not.
    if (key.startsWith('$')) throw badRequest(`the sandbox does not know the directive ${key}`);
    if (value === null) delete merged[key];
    else merged[key] = isRecord(value) ? merge(merged[key], value) : value;
  }
  return merged;
}

const operations = z.array(
  z.discriminatedUnion('op', [
    z.object({ op: z.literal('test'), path: z.string(), value: z.unknown() }),
    z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: z.unknown() }),
    z.object({ op: z.literal('remove'), path: z.string() }),
    z.object({ op: z.enum(['move', 'copy']), path: z.string(), from: z.string() }),
  ]),
);

function applyJsonPatch(object: object, patch: unknown): unknown {
  const parsed = operations.safeParse(patch);
  if (!parsed.success) throw badRequest('the patch is not a JSON patch');
  const root = { document: structuredClone(object) as unknown };
  for (const step of parsed.data) {
    if ('from' in step) {
      const value = structuredClone(read(root, step.from));
      if (step.op === 'move') write(root, step.from, 'remove', undefined);
      write(root, step.path, 'add', value);
    } else if (step.op === 'test') {
      if (!isDeepStrictEqual(read(root, step.path), step.value)) throw unprocessable(step.path);
    } else if (step.op === 'remove') {
      write(root, step.path, 'remove', undefined);
    } else {
      write(root, step.path, step.op, step.value);
    }
  }
  return root.document;
}

function read(root: { document: unknown }, path: string): unknown {
  const { parent, key } = locate(root, path);
  if (!Object.hasOwn(parent, key)) throw unprocessable(path);
  return (parent as Record<string, unknown>)[key];
}

function write(
  root: { document: unknown },
  path: string,
  op: 'add' | 'replace' | 'remove',
  value: unknown,
): void {
  const { parent, key } = locate(root, path);
  const isThere = Object.hasOwn(parent, key);
  if (op !== 'add' && !isThere) throw unprocessable(path);
  if (!Array.isArray(parent)) {
    if (op === 'remove') delete (parent as Record<string, unknown>)[key];
    else (parent as Record<string, unknown>)[key] = value;
    return;
  }
  const index = key === '-' ? parent.length : Number(key);
  if (!Number.isInteger(index) || index > parent.length) throw unprocessable(path);
  parent.splice(index, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
}

/** The pointer "" is the document, so there is something above it. */
function locate(root: { document: unknown }, pointer: string): { parent: object; key: string } {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keys[0] !== '' || keys.some(isUnsafe)) throw unprocessable(pointer);
  let parent: unknown = root;
  let key = 'document';
  for (const next of keys.slice(1)) {
    parent = (parent as Record<string, unknown>)[key];
    if (typeof parent !== 'object' || parent === null) throw unprocessable(pointer);
    key = next;
  }
  return { parent: parent as object, key };
}

function isUnsafe(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unprocessable(path: string): ApiError {
  return new ApiError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${path}`,
  );
}
