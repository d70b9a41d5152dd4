import { z } from 'zod';
import { ResolvedAs } from '#gen/belay/v1/verification.ts';
import { VerificationServiceService } from '#gen/belay/v1/verification_service.ts';
import type { GrpcServer } from '#lib/grpc/grpc-server.ts';
import { idBeginning, reason } from '#lib/text-rules.ts';
import { settleAction, type SettleActionOptions } from './settle-action.ts';

/** It lets automation go on, so it is for operators. */
export function serveVerification(grpc: GrpcServer, options: SettleActionOptions): void {
  grpc.addService(
    VerificationServiceService,
    { settleAction: (request, call) => settleAction(request, call, options) },
    { settleAction: 'operator' },
    {
      settleAction: z.looseObject({
        id: idBeginning('belay quarantine list, which names the actions to settle'),
        outcome: z.literal([ResolvedAs.DONE, ResolvedAs.NOT_DONE], 'is neither done nor not done'),
        reason: reason.refine((text) => text.trim() !== '', 'is missing'),
      }),
    },
  );
}
