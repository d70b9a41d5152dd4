import { BelayError } from '#lib/errors.ts';

/** What a log keeps of an error. The other properties of drivers' errors hold rows and requests: left out. */
export function errorFields(error: Error): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(error instanceof BelayError && belayFields(error)),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: error.cause }),
    ...(error instanceof AggregateError && { errors: error.errors }),
  };
}

function belayFields({ kind, field, why, next }: BelayError): Record<string, unknown> {
  return {
    kind,
    ...(field !== undefined && { field }),
    ...(why !== undefined && { why }),
    ...(next !== undefined && { next }),
  };
}
