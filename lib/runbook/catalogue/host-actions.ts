import type { ActionSpec } from './action-spec.ts';

export const hostActions = {
  'host.clearCache': {
    summary: 'Removes old files below safe directories and rotates logs.',
    parameters: {
      directories: {
        type: 'pathList',
        required: true,
        isLiteral: true,
        description: 'Only what the executor calls safe is touched.',
      },
      olderThanMinutes: {
        type: 'integer',
        minimum: 1,
        maximum: 525_600,
        description: 'Younger files stay. Default: 60.',
      },
      rotateLogs: { type: 'boolean', description: 'Rotate logs as well. Default: true.' },
    },
    minimumRisk: 'low',
    isReversible: false,
  },
  'shell.command': {
    summary: 'Runs one program with arguments. No shell is involved.',
    parameters: {
      program: { type: 'program', required: true, isLiteral: true, description: 'Absolute path.' },
      args: { type: 'argv', description: 'Handed over one by one.' },
      workingDirectory: { type: 'path', isLiteral: true, description: 'Default: the root directory.' },
    },
    minimumRisk: 'medium',
    isReversible: false,
  },
  'http.call': {
    summary: 'Calls a URL.',
    parameters: {
      url: { type: 'url', required: true, description: 'What is filled in is escaped.' },
      method: {
        type: 'text',
        allowedValues: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        description: 'Default: POST.',
      },
      body: { type: 'json', description: 'Sent as application/json.' },
      idempotencyKey: {
        type: 'boolean',
        description: 'Send the action id as Idempotency-Key. Default: true.',
      },
    },
    minimumRisk: 'medium',
    isReversible: false,
  },
  'people.task': {
    summary: 'Asks a person to do something, and goes on once they say that it is done.',
    parameters: {
      instructions: {
        type: 'text',
        required: true,
        description: 'What to do, and what it looks like when it is done.',
      },
    },
    minimumRisk: 'low',
    isReversible: false,
  },
  'belay.runbook': {
    summary: 'Runs the steps of another runbook in place of this one.',
    parameters: {
      name: { type: 'kubernetesName', required: true, isLiteral: true, description: 'The runbook.' },
      parameters: { type: 'json', description: 'Its parameters.' },
    },
    minimumRisk: 'low',
    isReversible: true,
  },
  'database.promoteReplica': {
    summary: 'Makes a replica the primary.',
    parameters: {
      cluster: { type: 'awsName', required: true, description: 'The database cluster.' },
      replica: { type: 'awsName', required: true, description: 'The replica to promote.' },
      maxLagSeconds: {
        type: 'integer',
        minimum: 0,
        maximum: 3_600,
        description: 'Refuse a replica that lags more. Default: 0.',
      },
    },
    minimumRisk: 'high',
    isReversible: false,
    needsPerson: true,
  },
} as const satisfies Readonly<Record<string, ActionSpec>>;
