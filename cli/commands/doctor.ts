import type { Command } from 'commander';
import type { Examination } from '../doctor/check.ts';
import { exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';
import { defineVerb } from '../frame/verb.ts';

export interface DoctorOptions {
  /** Ops servers to ask besides those that the context knows. */
  readonly ops: readonly string[];
  /** The configuration of a service, whose stores are looked at instead of a running system. */
  readonly config?: string;
}

export const doctor = defineVerb<DoctorOptions>({
  path: 'doctor',
  summary: 'Look for what is wrong, and say what to do about it',
  group: 'Run it',
  example: 'doctor --config decision.yaml',
  configure: (command: Command) => {
    command
      .option('--ops <url...>', 'also ask these ops servers, as http://127.0.0.1:7183')
      .option('--config <file>', 'look at the stores that a configuration of a service names instead');
  },
  parse: ({ options }) => {
    const { ops = [], config } = options as { ops?: string[]; config?: string };
    return { ops, ...(config !== undefined && { config }) };
  },
  run: async (options, session) => {
    const { checks, error } = await examine(options, session);
    const { doctorReport } = await import('../doctor/report.ts');
    await session.out.print(doctorReport(checks, session.hint));
    if (error) throw error;
    return checks.every(({ ok }) => ok) ? exitCodes.done : exitCodes.no;
  },
});

async function examine({ config, ops }: DoctorOptions, session: Session): Promise<Examination> {
  if (config === undefined) {
    const { examineSystem } = await import('../doctor/examine-system.ts');
    return examineSystem(ops, session);
  }
  const { examineStores } = await import('../doctor/examine-stores.ts');
  return examineStores(config, session);
}
