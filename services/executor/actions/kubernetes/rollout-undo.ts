import type { Facts, Observation } from '../../domain/observation.ts';
import { checkUndo, imagesChanged, revisionToGoBackTo } from '../../domain/undo-checks.ts';
import type { DeployedWorkload, Revision } from '../../ports.ts';
import type { ActionContext, PlannedAction } from '../action.ts';
import { Arguments } from './arguments.ts';
import { allReplaced, judgeOf, lookAtWorkload, workloadBefore, workloadBinding } from './look-at-workload.ts';
import { actedOn, type WorkloadArgs, workloadArguments } from './workload-arguments.ts';

interface UndoArgs extends WorkloadArgs {
  readonly toRevision: number | undefined;
}

const NAME = 'kubernetes.rolloutUndo';
const NOT_YET = 'only a Deployment is taken back so far';

/** Takes a workload back to an earlier template. */
export const rolloutUndo: PlannedAction<UndoArgs> = {
  name: NAME,
  parse: (given) => {
    const args = new Arguments(NAME, given);
    const toRevision = args.integer('toRevision', 1, 1_000_000_000);
    return { ...workloadArguments(args, { statefulset: NOT_YET, daemonset: NOT_YET }), toRevision };
  },
  resource: actedOn,
  observe,
};

async function observe(args: UndoArgs, context: ActionContext): Promise<Observation> {
  const view = await lookAtWorkload(args, context);
  const { workload, owner } = view;
  const revisions = workload ? await context.cluster.revisionsOf(workload) : [];
  const wanted = args.toRevision;
  const target = revisionToGoBackTo(revisions, workload?.revision ?? 0, wanted);
  const numbers = numbersOf(workload, target);
  const scene = { ...view, wanted, target, judge: judgeOf(view, context, numbers) };
  return {
    uid: workload?.uid ?? '',
    owner,
    checks: checkUndo(scene, context.limits),
    before: { ...workloadBefore(view), ...numbers },
    // What the newer revision has written, migrated or announced stays.
    risk: 'high',
    binding: { ...workloadBinding(view), ...templatesOf(workload, target) },
    changes: workload && target ? [changeOf(workload, target), allReplaced(view)] : [],
  };
}

function numbersOf(workload: DeployedWorkload | undefined, target: Revision | undefined): Facts {
  return {
    ...(workload && workload.revision > 0 && { revision: workload.revision }),
    ...(target && { previousRevision: target.number }),
  };
}

/** Numbers move on with each rollout, so that the same template has another one after it was gone back to. */
function templatesOf(workload: DeployedWorkload | undefined, target: Revision | undefined): Facts {
  return {
    from: workload?.revision ?? 0,
    fromTemplate: workload?.template.hash ?? '',
    to: target?.number ?? 0,
    toTemplate: target?.template ?? '',
  };
}

function changeOf({ revision, template }: DeployedWorkload, { number, images }: Revision): string {
  return `revision ${revision} -> ${number} (${imagesChanged(template.images, images)})`;
}
