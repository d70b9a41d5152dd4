import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import type { GrpcClient } from '#lib/grpc/grpc-client.ts';
import { announce, call } from '../connection/call.ts';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';

type Ask = (
  client: GrpcClient<DecisionServiceService>,
) => Promise<{ readonly control: ControlSet | undefined }>;

/** Gives a command, and shows the setting that came of it. `state` says what became of it, in a word. */
export async function setControl(
  session: Session,
  { kind, state }: { readonly kind: string; readonly state: string },
  ask: Ask,
): Promise<ExitCode> {
  const [{ DecisionServiceClient }, { changed }] = await Promise.all([
    import('#gen/belay/v1/decision_service.ts'),
    import('./control-report.ts'),
  ]);
  await announce(session);
  const { control } = await call(session, DecisionServiceClient, ask);
  await session.out.print(changed(kind, control, state));
  return exitCodes.done;
}
