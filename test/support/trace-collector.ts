import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BinaryReader } from '@bufbuild/protobuf/wire';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of its trace. */
  readonly parentId: string;
  readonly name: string;
  readonly service: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
}

export interface TraceCollector {
  readonly endpoint: string;
  spans(): readonly ReceivedSpan[];
  stop(): void;
}

/** Takes spans by OTLP over HTTP, as collectors do, and keeps what tests look at. */
export async function startTraceCollector(): Promise<TraceCollector> {
  const received: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      received.push(...readRequest(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => received,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const readAll = async (request: IncomingMessage): Promise<Buffer> =>
  Buffer.concat((await request.toArray()) as Buffer[]);

// The numbers are those of opentelemetry/proto/collector/trace/v1 and trace/v1.

function readRequest(body: Uint8Array): ReceivedSpan[] {
  return fields(body, 1).flatMap((resourceSpans) => {
    const [resource = EMPTY] = fields(resourceSpans, 1);
    const service = attribute(resource, 1, 'service.name');
    return fields(resourceSpans, 2).flatMap((scope) =>
      fields(scope, 2).map((span) => readSpan(span, service)),
    );
  });
}

function readSpan(span: Uint8Array, service: string): ReceivedSpan {
  const hex = (field: number) => Buffer.from(fields(span, field)[0] ?? EMPTY).toString('hex');
  const [status = EMPTY] = fields(span, 15);
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentId: hex(4),
    name: text(fields(span, 5)[0]),
    service,
    startMs: nanos(span, 7),
    endMs: nanos(span, 8),
    failed: number(status, 3) === 2,
  };
}

const EMPTY = new Uint8Array();

const text = (bytes: Uint8Array = EMPTY): string => Buffer.from(bytes).toString('utf8');

/** The values of a length-delimited field. */
function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted) found.push(reader.bytes());
    else reader.skip(type, field);
  }
  return found;
}

function number(message: Uint8Array, wanted: number): number {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted) return reader.uint32();
    reader.skip(type, field);
  }
  return 0;
}

/** A fixed64 of nanoseconds since 1970. */
function nanos(message: Uint8Array, wanted: number): number {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted) return Number(BigInt(reader.fixed64()) / 1_000n) / 1_000;
    reader.skip(type, field);
  }
  return Number.NaN;
}

function attribute(message: Uint8Array, field: number, key: string): string {
  const found = fields(message, field).find((pair) => text(fields(pair, 1)[0]) === key);
  const [value = EMPTY] = found ? fields(found, 2) : [];
  return text(fields(value, 1)[0]);
}
