import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

export interface ApiAccess {
  readonly endpoint: string;
  readonly caFile: string;
  readonly token: string;
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One call with nothing between us and the API server. `node:https`, because fetch takes no CA. */
export async function callApi(access: ApiAccess, call: ApiCall): Promise<ApiAnswer> {
  const { method = 'GET', path, body, signal } = call;
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
  const sent = request(new URL(path, access.endpoint), {
    method,
    signal,
    ca: readFileSync(access.caFile),
    agent: false,
    headers: {
      authorization: `Bearer ${access.token}`,
      accept: 'application/json',
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    },
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    const isJson = response.headers['content-type'] === 'application/json';
    text(response)
      .then((answer) =>
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(answer) : answer }),
      )
      .catch(reject);
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
