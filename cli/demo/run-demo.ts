import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BelayError } from '#lib/errors.ts';
import { printWhy } from '../commands/decision/why.ts';
import { incidentOutcome } from '../commands/incident/wait-for-outcome.ts';
import { call } from '../connection/call.ts';
import { type ExitCode, exitCodes } from '../frame/exit-codes.ts';
import type { Session } from '../frame/session.ts';
import { sceneOf } from './scenes.ts';
import { tell } from './tell.ts';

/** Plays incidents on a running system, or on one of its own in a temporary folder. */
export async function runDemo(incidents: readonly string[], session: Session): Promise<ExitCode> {
  for (const incident of incidents) sceneOf(incident);
  const system = await connect(session);
  try {
    let fixed = 0;
    for (const [index, incident] of incidents.entries()) {
      if (await play(incident, `[${index + 1}/${incidents.length}]`, system.session)) fixed += 1;
    }
    session.write(`\n${fixed} of ${incidents.length} fixed and verified.\n`);
    if (system.isOurs) session.say('This was a system of its own, and is gone. To keep one: up, then demo.');
    else session.say(`Why: ${session.invokedAs} decision why ${incidents[0]}`);
    return fixed === incidents.length ? exitCodes.done : exitCodes.no;
  } finally {
    await system.stop();
  }
}

async function play(incident: string, place: string, session: Session): Promise<boolean> {
  const scene = sceneOf(incident);
  const { DetectorServiceClient } = await import('#gen/belay/v1/detector_service.ts');
  const { symptom, service, confidence } = scene;
  session.write(`${place} ${incident} ${service}  ${symptom}  confidence ${confidence}\n`);
  const reported = await call(session, DetectorServiceClient, (c) => c.reportIncident(scene));
  if (reported.alreadyOpen)
    session.say('  this incident is open already: what follows is what came of it the first time');
  const { found, verified } = await incidentOutcome(reported, session);
  for (const line of tell(found)) session.write(`${line}\n`);
  session.write('\n');
  const { AuditServiceClient } = await import('#gen/belay/v1/audit_service.ts');
  await printWhy(
    await call(session, AuditServiceClient, (c) => c.explainDecision({ id: reported.incidentId })),
    session,
  );
  return verified;
}

interface DemoSystem {
  readonly session: Session;
  readonly isOurs: boolean;
  stop(): Promise<void>;
}

/** A system that runs is used when it is a sandbox one; nothing is ever played on anything else. */
async function connect(session: Session): Promise<DemoSystem> {
  try {
    await session.connection();
    return { session, isOurs: false, stop: async () => {} };
  } catch (error) {
    if (!(error instanceof BelayError) || error.code !== 'NOT_RUNNING') throw error;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'belay-demo-'));
  session.say('No Belay runs here: starting one with a sandbox cluster, simulated, in a temporary folder.');
  const { up } = await import('../services.ts');
  const system = await up({ dataDir, port: 0, logLevel: 'error' });
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  const connection = {
    context: 'demo',
    endpoint: system.grpcEndpoint,
    ops: [system.opsEndpoint],
    token: () => token,
  };
  return {
    session: { ...session, connection: async () => connection },
    isOurs: true,
    stop: async () => {
      await system.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
