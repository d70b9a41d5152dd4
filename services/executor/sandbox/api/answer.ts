import type { Clock } from '#lib/clock.ts';
import type { ObjectStore } from '../object-store.ts';
import type { KubeObject } from '../objects.ts';
import { listObjects } from './list-objects.ts';
import type { Body } from './body.ts';
import { createObject } from './create-object.ts';
import { deleteObject } from './delete-object.ts';
import { getObject } from './get-object.ts';
import { patchObject } from './patch-object.ts';
import type { ApiRequest } from './requests.ts';
import { tableOf } from './tables.ts';

export interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface AnswerContext {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** kubectl wants what it prints as a table. */
  readonly asTable: boolean;
}

/** Does what is asked, all but watching. Throws an ApiError where it is not done. */
export function answerRequest(request: ApiRequest, body: Body, context: AnswerContext): Answer {
  const { store, clock, asTable } = context;
  const { kind } = request.resource;
  const shown = (object: KubeObject): object => (asTable ? tableOf(kind, [object], {}, clock.now()) : object);
  switch (request.verb) {
    case 'get':
      return { status: 200, body: shown(getObject(store, request)) };
    case 'create':
      return { status: 201, body: shown(createObject(store, request, body)) };
    case 'patch':
      return { status: 200, body: shown(patchObject(store, request, body)) };
    case 'delete':
      return { status: 200, body: deleteObject(store, clock, request, body) };
    case 'list':
    case 'watch': {
      const list = listObjects(store, request);
      return { status: 200, body: asTable ? tableOf(kind, list.items, list.metadata, clock.now()) : list };
    }
  }
}
