import { type Mode, modeToJSON } from '#gen/belay/v1/common.ts';

/** MODE_AUTO_EXECUTE: auto_execute. Empty for none. */
export const modeName = (mode: Mode): string =>
  mode === 0
    ? ''
    : modeToJSON(mode)
        .replace(/^MODE_/, '')
        .toLowerCase();
