import { startProductionStack } from '../support/production-stack.ts';
import { threadSuite } from './thread.ts';

threadSuite('Kafka, Redis, Postgres and Kubernetes', () => startProductionStack());
