import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#lib/clock.ts';
import type { ObjectStore } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { wantsTable } from './http-messages.ts';
import type { ApiRequest } from './requests.ts';
import { tableOf } from './tables.ts';
import { type WatchEvent, watchObjects } from './watch-objects.ts';

/** Event by event, until the client goes, its `timeoutSeconds` are over, or what it wants to know is forgotten. */
export function streamWatch(
  { store, clock }: { readonly store: ObjectStore; readonly clock: Clock },
  asked: ApiRequest,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const asTable = wantsTable(request);
  const { kind } = asked.resource;
  const shown = ({ type, object }: WatchEvent): object =>
    asTable && type !== 'ERROR' ? tableOf(kind, [object as KubeObject], {}, clock.now()) : object;

  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  const stop = watchObjects(store, asked, (event) => {
    response.write(`${JSON.stringify({ type: event.type, object: shown(event) })}\n`);
    if (event.type === 'ERROR') response.end();
  });
  closed.signal.addEventListener('abort', stop);

  const seconds = Number(asked.query.get('timeoutSeconds'));
  if (seconds > 0) void clock.sleep(seconds * 1_000, closed.signal).then(() => response.end());
}
