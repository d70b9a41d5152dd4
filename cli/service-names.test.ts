import { expect, it } from 'vitest';
import { serviceNames } from './service-names.ts';
import * as services from './services.ts';

it('the services that help and completion know are those that can be started', () => {
  expect([...serviceNames].sort()).toEqual([...services.serviceNames].sort());
});
