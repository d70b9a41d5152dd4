import { askedFor, notRollingOut } from './live-check.ts';
import type { Limits, LiveCheck, LiveRisk } from './observation.ts';
import type { DeployedWorkload } from './target-state.ts';
import {
  checkWorkload,
  downInRollout,
  replacesPods,
  shareOfReplicas,
  type WorkloadScene,
  workloadChecks,
} from './workload-checks.ts';

/** Whether every pod of this workload may be replaced now. */
export function checkRestart(scene: WorkloadScene, limits: Limits): LiveCheck[] {
  const { workload } = scene;
  return [
    ...checkWorkload(scene, limits),
    shareOfReplicas(workload, downInRollout(workload), limits),
    notRollingOut(workload),
    replacesPods(scene),
    ...askedFor(scene, limits, workloadChecks),
  ];
}

/** Where nothing carries the load meanwhile, it is an outage. */
export function riskOfRestart(workload: DeployedWorkload | undefined): LiveRisk {
  return workload && workload.desired > 1 ? 'medium' : 'high';
}
