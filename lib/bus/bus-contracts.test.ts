import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '#lib/clock.ts';
import { busContract } from '../../test/contracts/bus.ts';
import { consumerContract } from '../../test/contracts/consumer.ts';
import { openSqliteBus } from './sqlite-bus.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-bus-contract-'));
afterAll(() => rmSync(folder, { recursive: true }));

busContract('sqlite', () => openSqliteBus({ file: join(folder, 'bus.db'), clock: systemClock }));
consumerContract('sqlite', () => openSqliteBus({ file: join(folder, 'consumer.db'), clock: systemClock }));
