import type { z } from 'zod';
import { suggest } from '#lib/config/suggest.ts';
import { BelayError } from '#lib/errors.ts';

/** The body in its schema's form. Throws `invalid` with the first field that is wrong or unknown. */
export function parseBody<T extends z.ZodObject>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') throw unknownField(issue, schema);
  const field = issue?.path.map(String).join('.') ?? '';
  throw new BelayError('invalid', field ? `${field} ${issue?.message}` : 'the body is not a JSON object', {
    code: 'REQUEST_INVALID',
    ...(field && { field }),
  });
}

function unknownField({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, schema: z.ZodObject): BelayError {
  const known = Object.keys(path.reduce(fieldsBelow, schema.shape as Fields));
  const [key = ''] = keys;
  const field = [...path, key].join('.');
  const near = suggest(key, known);
  return new BelayError('invalid', `${field} is not a field`, {
    code: 'UNKNOWN_FIELD',
    field,
    next: near ? `did you mean ${near}?` : `the fields are ${known.join(', ')}`,
  });
}

type Fields = Readonly<Record<string, z.ZodType>>;

/** Objects in objects are optional, all of them. */
function fieldsBelow(fields: Fields, key: PropertyKey): Fields {
  const inner = (fields[String(key)] as z.ZodOptional).unwrap() as z.ZodObject;
  return inner.shape;
}
