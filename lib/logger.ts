import { trace } from '@opentelemetry/api';
import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { prettyLine } from './logger/pretty-line.ts';
import { redact, redactFields } from './logger/redact-fields.ts';
import { redactText } from './logger/redact-text.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Who speaks: the service. */
  readonly name: string;
  readonly level?: string;
  /** Lines for a terminal instead of JSON. */
  readonly pretty?: boolean;
  /** [stderr; stdout is for the data of commands] */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines in which no secret appears, whoever logs it: taken out by name at any depth, and by their look
 * in the finished line. Writes are synchronous: the lines that matter most are those just before a crash.
 */
export function createLogger(options: LoggerOptions): Logger {
  const output = options.destination ?? destination({ dest: 2, sync: true });
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: { name: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => ({ ...traceFields(), ...redactFields(fields) }),
      },
      // The formatter has made fields of the error by then.
      serializers: { err: (fields: unknown) => fields },
      hooks: { logMethod: redactArguments, streamWrite: redactText },
    },
    options.pretty ? { write: (line) => output.write(prettyLine(line)) } : output,
  );
  redactBindings(logger);
  return logger;
}

/** Objects for the placeholders of a message; the first argument goes through the formatter. */
function redactArguments(this: Logger, args: unknown[], method: (...args: never[]) => void): void {
  const [first, ...rest] = args;
  method.apply(this, [first, ...rest.map(redact)] as never[]);
}

/** Formatters do not see the bindings of children. */
function redactBindings(logger: Logger): void {
  const pinos = Object.getPrototypeOf(logger) as Logger;
  logger.child = function redacted(this: Logger, bindings: object, options?: object) {
    return pinos.child.call(this, redactFields(bindings), options);
  } as Logger['child'];
}

function traceFields(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { traceId: span.traceId } : {};
}
