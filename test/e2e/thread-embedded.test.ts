import { startEmbeddedStack } from '../support/embedded-stack.ts';
import { threadSuite } from './thread.ts';

threadSuite('embedded defaults', () => startEmbeddedStack());
