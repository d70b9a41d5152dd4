import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Body } from './body.ts';
import { ApiError, badRequest } from './status.ts';

const MAX_BODY_BYTES = 1_048_576;

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', 'the body is larger than 1 MiB');
    chunks.push(chunk);
  }
  const contentType = request.headers['content-type']?.split(';')[0] ?? 'application/json';
  if (bytes === 0) return { contentType, content: undefined };
  if (!/^application\/([\w.-]+\+)?json$/.test(contentType)) {
    const message = `the body is ${contentType}, and the sandbox reads application/json`;
    throw new ApiError(415, 'UnsupportedMediaType', message);
  }
  try {
    return { contentType, content: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    throw badRequest('the body is not JSON');
  }
}

export function wantsTable({ headers }: IncomingMessage): boolean {
  return /as=Table;.*g=meta\.k8s\.io/.test(headers.accept ?? '');
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
