import { DecisionServiceClient, type DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import { BelayError } from '#lib/errors.ts';
import { createGrpcClient, type GrpcClient } from '#lib/grpc/grpc-client.ts';
import type { Connection } from '../connection/connection.ts';
import type { Asking } from './ask-ops.ts';
import { type Answer, bad, type Check, good, type Outcome } from './check.ts';
import { clockOutcome } from './clock-check.ts';
import { stormOutcome } from './storm-outcome.ts';

/** Whether the commands get through: asks what every command may ask, with the token that they would use. */
export async function askGrpc(connection: Connection, { timeoutMs, clock }: Asking): Promise<Answer> {
  const { endpoint, tls, token } = connection;
  const check = (name: string, outcome: Outcome): Check => ({
    service: 'grpc',
    name,
    asked: endpoint,
    ...outcome,
  });
  const from = clock.now();
  try {
    const credential = token();
    const options = {
      endpoint,
      timeoutMs,
      ...(tls && { tls }),
      ...(credential !== undefined && { token: credential }),
    };
    const client = createGrpcClient(DecisionServiceClient, options);
    try {
      const { readAt } = await client.getControls({});
      const clocks = readAt ? [clockOutcome({ from: readAt, to: readAt }, { from, to: clock.now() })] : [];
      return {
        reached: true,
        checks: [
          check('calls', good('answers, and knows who asks')),
          ...clocks.map((outcome) => check('clock', outcome)),
          check('storm', await askStorms(client)),
        ],
      };
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    return { reached: !AWAY.has(error.kind), checks: [check('calls', refusal(error))] };
  }
}

async function askStorms(client: Pick<GrpcClient<typeof DecisionServiceService>, 'listStorms'>) {
  try {
    return stormOutcome((await client.listStorms({})).storms);
  } catch (error) {
    if (!(error instanceof BelayError)) throw error;
    return refusal(error);
  }
}

const AWAY: ReadonlySet<string> = new Set(['unavailable', 'timeout']);

function refusal({ message, why, next }: BelayError): Outcome {
  // Of what the library says about a connection, the code is what can be looked up.
  const reason = /\b(E[A-Z]{4,}|ERR_\w+)\b/.exec(why ?? '')?.[1];
  const detail = reason === undefined ? message : `${message} (${reason})`;
  return bad(detail, next ?? 'the log of the service has the details');
}
