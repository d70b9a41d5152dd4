export const REASON = ['--reason <text>', 'why; everybody who asks is shown it'] as const;
