import { expect, it } from 'vitest';
import { kubectlAction } from './kubectl-command.ts';

const workload = { namespace: 'shop', kind: 'deployment', name: 'web' };

it.each([
  [
    'kubectl delete pod ${POD_NAME} -n ${NAMESPACE}',
    'deletePod',
    { namespace: '${NAMESPACE}', pod: '${POD_NAME}' },
  ],
  ['kubectl delete pod/web-1 --namespace=shop', 'deletePod', { namespace: 'shop', pod: 'web-1' }],
  ['kubectl -n shop delete po web-1', 'deletePod', { namespace: 'shop', pod: 'web-1' }],
  ['kubectl scale deployment web --replicas=5 -n shop', 'scale', { ...workload, replicas: 5 }],
  ['kubectl scale deploy/web --replicas ${count} -n shop', 'scale', { ...workload, replicas: '${count}' }],
  ['kubectl scale deployment web --replicas=0 -n shop', 'scaleToZero', workload],
  ['kubectl rollout restart sts/web -n shop', 'rolloutRestart', { ...workload, kind: 'statefulset' }],
  ['kubectl rollout undo deployment web -n shop', 'rolloutUndo', workload],
  [
    'kubectl rollout undo deployment web -n shop --to-revision=3',
    'rolloutUndo',
    { ...workload, toRevision: 3 },
  ],
  ['kubectl cordon ${node}', 'cordonNode', { node: '${node}' }],
])('%s is an action', (command, action, args) => {
  expect(kubectlAction(command)).toEqual({ action: `kubernetes.${action}`, with: args });
});

it.each([
  'kubectl',
  'kubectl delete pod web-1',
  'kubectl delete pod web-1 web-2 -n shop',
  'kubectl delete pods --all -n shop',
  'kubectl delete pod -l app=web -n shop',
  'kubectl delete pod web-1 -n shop -n bank',
  'kubectl delete pod web-1 --grace-period=0 -n shop',
  'kubectl delete pod web-1 -n shop --replicas=2',
  'kubectl delete deployment web -n shop',
  'kubectl delete pod web-1 -n shop && reboot',
  'kubectl delete pod $(whoami) -n shop',
  'kubectl delete pod `id` -n shop',
  'kubectl delete pod web-1 -n',
  'kubectl delete pod web-1 -n --all',
  'kubectl scale deployment web -n shop',
  'kubectl scale pod web --replicas=2 -n shop',
  'kubectl rollout undo deployment web -n shop --dry-run=client',
  'kubectl rollout pause deployment web -n shop',
  'kubectl exec web-1 -n shop -- reboot',
  'sudo kubectl delete pod web-1 -n shop',
  'rm -rf /',
])('%s is none', (command) => {
  expect(kubectlAction(command)).toBeUndefined();
});
