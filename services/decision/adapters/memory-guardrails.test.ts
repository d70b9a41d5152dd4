import { guardrailsContract } from '../../../test/contracts/guardrails.ts';
import { memoryGuardrails } from './memory-guardrails.ts';

guardrailsContract('memory', async () => memoryGuardrails());
