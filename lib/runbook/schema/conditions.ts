import { z } from 'zod';

export const expression = z
  .string()
  .min(1, 'is empty')
  .max(1_000, 'is longer than 1,000 characters')
  .meta({ description: 'A condition in CEL.', examples: ['live.replicas < 10.0'] });
