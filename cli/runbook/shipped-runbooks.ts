import { fileURLToPath } from 'node:url';

/** The catalogue that comes with this version. */
export const SHIPPED_RUNBOOKS = fileURLToPath(new URL('../../runbooks', import.meta.url));
