import { z } from 'zod';
import type { Clock } from '#lib/clock.ts';
import { messageOf } from '#lib/errors.ts';
import { type Answer, bad, type Check, good, type Outcome } from './check.ts';
import { clockOutcome } from './clock-check.ts';

export interface Asking {
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const readyz = z.object({
  checks: z.array(
    z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), fix: z.string().optional() }),
  ),
});

/** What an ops server knows of its process: /readyz, with the date of the answer for the clock. */
export async function askOps(url: string, { timeoutMs, clock }: Asking): Promise<Answer> {
  const asked = url.replace(/\/+$/, '');
  const service = URL.parse(asked)?.host ?? asked;
  const check = (name: string, outcome: Outcome): Check => ({ service, name, asked, ...outcome });
  const from = clock.now();
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${asked}/readyz`, { signal, redirect: 'error' });
    const ours = { from, to: clock.now() };
    const answer = readyz.safeParse(await response.json().catch(() => undefined));
    if (!answer.success) return { reached: true, checks: [check('ops server', stranger(response.status))] };
    return {
      reached: true,
      checks: [
        ...answer.data.checks.map(toCheck(check)),
        ...clockChecks(response, ours).map((o) => check('clock', o)),
      ],
    };
  } catch (error) {
    return { reached: false, checks: [check('ops server', unreachable(error, timeoutMs))] };
  }
}

/** In one process for all, each check carries the name of its service in front. */
function toCheck(check: (name: string, outcome: Outcome) => Check) {
  return ({ name, ok, detail, fix }: z.infer<typeof readyz>['checks'][number]): Check => {
    const [, service, rest] = /^([\w-]+): (.*)$/s.exec(name) ?? [];
    const own = check(rest ?? name, ok ? good(detail) : bad(detail, fix ?? 'the log has the details'));
    return service === undefined ? own : { ...own, service };
  };
}

/** HTTP dates are whole seconds. */
function clockChecks(response: Response, ours: { from: Date; to: Date }): Outcome[] {
  const from = new Date(response.headers.get('date') ?? Number.NaN);
  if (Number.isNaN(from.getTime())) return [];
  return [clockOutcome({ from, to: new Date(from.getTime() + 1_000) }, ours)];
}

const stranger = (status: number): Outcome =>
  bad(
    `answers with HTTP ${status}, and not as an ops server of Belay`,
    'check the address: it is ops.host and ops.port of a service',
  );

function unreachable(error: unknown, timeoutMs: number): Outcome {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const reason =
    name === 'TimeoutError' ? `no answer within ${timeoutMs / 1_000} s` : (cause?.code ?? messageOf(error));
  return bad(`does not answer: ${reason}`, 'check that it runs, and its address');
}
