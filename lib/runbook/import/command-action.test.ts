import { describe, expect, it } from 'vitest';
import { commandAction } from './command-action.ts';

describe('a command line is an action where that carries all of it', () => {
  it.each([
    ['kubectl cordon n1', { action: 'kubernetes.cordonNode', with: { node: 'n1' } }],
    [
      'aws ecs update-service --cluster c --service=${service} --desired-count 4 --force-new-deployment',
      {
        action: 'aws.ecs.updateService',
        with: { cluster: 'c', service: '${service}', desiredCount: 4, forceNewDeployment: true },
      },
    ],
    [
      '/opt/check --fast ${SERVICE}',
      { action: 'shell.command', with: { program: '/opt/check', args: ['--fast', '${SERVICE}'] } },
    ],
    ['/bin/true', { action: 'shell.command', with: { program: '/bin/true' } }],
  ])('%s', (command, action) => expect(commandAction(command)).toEqual(action));

  it.each([
    'aws ecs update-service --cluster c --task-definition t:2',
    'aws ecs update-service --cluster --service s',
    'aws ecs update-service --cluster c --cluster d',
    'aws ecs update-service --force-new-deployment=no --cluster c',
    'aws ecs constructor --cluster c',
    'aws ecs update-service constructor toString',
    'check --fast',
    '/opt/check; reboot',
    '/opt/check | sh',
    '/opt/check "a b"',
    '/opt/check $(id)',
    '/opt/check > /etc/passwd',
    'sudo /opt/check',
    '',
  ])('no action does all of it: %s', (command) => expect(commandAction(command)).toBeUndefined());
});
