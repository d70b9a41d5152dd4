/** How the inputs of a step become the arguments of an action. */
export interface ActionForm {
  readonly action: string;
  /** Input and argument. */
  readonly carried: Readonly<Record<string, string>>;
  /** Inputs that change nothing at the target. */
  readonly recorded?: readonly string[];
  /** Inputs that may be there with this value only: it is what the action does anyway. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** Inputs that do not count where the other is given. */
  readonly over?: Readonly<Record<string, string>>;
}

/** By `aws:` action. */
export const stepForms: Readonly<Record<string, ActionForm>> = {
  runCommand: {
    action: 'aws.ssm.runCommand',
    carried: {
      DocumentName: 'document',
      DocumentVersion: 'documentVersion',
      InstanceIds: 'instanceIds',
      Parameters: 'parameters',
      MaxConcurrency: 'maxConcurrency',
      MaxErrors: 'maxErrors',
    },
    recorded: [
      'Comment',
      'CloudWatchOutputConfig',
      'NotificationConfig',
      'OutputS3BucketName',
      'OutputS3KeyPrefix',
      'OutputS3Region',
    ],
  },
  executeAutomation: {
    action: 'aws.ssm.startAutomation',
    carried: {
      DocumentName: 'document',
      DocumentVersion: 'documentVersion',
      RuntimeParameters: 'parameters',
    },
    recorded: ['Tags'],
  },
  invokeLambdaFunction: {
    action: 'aws.lambda.invoke',
    carried: {
      FunctionName: 'function',
      Qualifier: 'qualifier',
      InputPayload: 'payload',
      Payload: 'payload',
    },
    recorded: ['LogType'],
    fixed: { InvocationType: 'RequestResponse' },
    over: { Payload: 'InputPayload' },
  },
};

/** By service and API of aws:executeAwsApi. */
export const apiForms: Readonly<Record<string, ActionForm>> = {
  'ecs.UpdateService': {
    action: 'aws.ecs.updateService',
    carried: {
      cluster: 'cluster',
      service: 'service',
      desiredCount: 'desiredCount',
      forceNewDeployment: 'forceNewDeployment',
    },
  },
  'lambda.Invoke': {
    action: 'aws.lambda.invoke',
    carried: { FunctionName: 'function', Qualifier: 'qualifier', Payload: 'payload' },
    recorded: ['LogType'],
    fixed: { InvocationType: 'RequestResponse' },
  },
  'sns.Publish': {
    action: 'aws.sns.publish',
    carried: { TopicArn: 'topicArn', Subject: 'subject', Message: 'message' },
  },
  'ssm.SendCommand': {
    action: 'aws.ssm.runCommand',
    carried: {
      DocumentName: 'document',
      DocumentVersion: 'documentVersion',
      InstanceIds: 'instanceIds',
      Parameters: 'parameters',
      MaxConcurrency: 'maxConcurrency',
      MaxErrors: 'maxErrors',
    },
    recorded: ['Comment'],
  },
};
