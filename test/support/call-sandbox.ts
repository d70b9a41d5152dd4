import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { SandboxCluster } from '../../services/executor/sandbox/start-sandbox-cluster.ts';

export interface SandboxCall {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Null: none. [that of the administrator] */
  readonly token?: string | null;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One request as any client could send it, whatever our own clients would do. */
export async function callSandbox(sandbox: SandboxCluster, call: SandboxCall): Promise<SandboxAnswer> {
  const response = await openSandbox(sandbox, call);
  const content = await text(response);
  const isJson = response.headers['content-type'] === 'application/json';
  return { status: response.statusCode ?? 0, body: isJson ? (JSON.parse(content) as unknown) : content };
}

/** The answer as it begins, for those that do not end. */
export function openSandbox(
  { server, ca, token: adminToken }: SandboxCluster,
  { method = 'GET', path, body, contentType = 'application/json', accept, token = adminToken }: SandboxCall,
): Promise<IncomingMessage> {
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    // Not a URL with the path in it: that would mend what a test has broken.
    const { hostname, port } = new URL(server);
    const sent = request({
      ...{ hostname, port, path, method },
      ca,
      agent: false,
      headers: {
        ...(content !== undefined && {
          'content-type': contentType,
          'content-length': Buffer.byteLength(content),
        }),
        ...(accept !== undefined && { accept }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
    });
    sent.on('response', resolve).on('error', reject);
    sent.end(content);
  });
}
