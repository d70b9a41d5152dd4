import type { ControlSet } from '#gen/belay/v1/control.ts';
import type { DecisionServiceService } from '#gen/belay/v1/decision_service.ts';
import type { GrpcClient } from '#lib/grpc/grpc-client.ts';
import { announce, call } from '../connection/call.ts';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';

type Ask = (
  client: GrpcClient<DecisionServiceService>,
) => Promise<{ readonly control: ControlSet | undefined }>;

interface Changed {
  readonly kind: string;
  /** What became of it, in a word. */
  readonly state: string;
  /** What people should know besides. */
  readonly besides?: ((id: string, session: Session) => string) | undefined;
}

/** Gives a command, and shows the setting that came of it. */
export async function setControl(
  session: Session,
  { kind, state, besides }: Changed,
  ask: Ask,
): Promise<ExitCode> {
  const [{ DecisionServiceClient }, { changed }, { idInKey }] = await Promise.all([
    import('#gen/belay/v1/decision_service.ts'),
    import('./control-report.ts'),
    import('#lib/control/control-key.ts'),
  ]);
  await announce(session);
  const { control } = await call(session, DecisionServiceClient, ask);
  await session.out.print(changed(kind, control, state));
  if (besides && control) session.say(besides(idInKey(control.key), session));
  return exitCodes.done;
}
