import type { ActionSpec, ParameterSpec } from './action-spec.ts';

const document: ParameterSpec = {
  type: 'awsName',
  required: true,
  isLiteral: true,
  description: 'Name of the document.',
};
const documentVersion: ParameterSpec = {
  type: 'awsName',
  isLiteral: true,
  description: "Version of the document. Default: the document's own default.",
};
const documentParameters: ParameterSpec = {
  type: 'documentParameters',
  description: 'Parameters of the document. What is filled in may not hold anything that a shell reads.',
};
const taskCount = { type: 'integer', maximum: 10_000 } as const;

export const awsActions = {
  'aws.ssm.runCommand': {
    summary: 'Runs a document on instances by SSM Run Command.',
    parameters: {
      document,
      documentVersion,
      instanceIds: { type: 'awsNameList', required: true, description: 'The instances.' },
      parameters: documentParameters,
      maxConcurrency: { type: 'integer', minimum: 1, maximum: 50, description: 'Instances at a time.' },
      maxErrors: { type: 'integer', minimum: 0, maximum: 50, description: 'Failures until it stops.' },
    },
    minimumRisk: 'medium',
    isReversible: false,
  },
  'aws.ssm.startAutomation': {
    summary: 'Starts an SSM Automation and waits for it.',
    parameters: { document, documentVersion, parameters: documentParameters },
    minimumRisk: 'medium',
    isReversible: false,
  },
  'aws.lambda.invoke': {
    summary: 'Invokes a Lambda function once and waits for its answer.',
    parameters: {
      function: { type: 'awsName', required: true, isLiteral: true, description: 'Name or ARN.' },
      qualifier: { type: 'awsName', isLiteral: true, description: 'Version or alias.' },
      payload: { type: 'json', description: 'The event that the function gets.' },
    },
    minimumRisk: 'medium',
    isReversible: false,
  },
  'aws.ecs.updateService': {
    summary: 'Sets or raises the desired count of an ECS service. The plan shows the absolute count.',
    parameters: {
      cluster: { type: 'awsName', required: true, description: 'The cluster.' },
      service: { type: 'awsName', required: true, description: 'The service.' },
      desiredCount: { ...taskCount, minimum: 0, description: 'The absolute count.' },
      addTasks: {
        type: 'integer',
        minimum: -100,
        maximum: 100,
        description: 'The change; added to the count read live, once.',
      },
      maxTasks: { ...taskCount, minimum: 1, description: 'Never more than this.' },
      minTasks: { ...taskCount, minimum: 0, description: 'Never fewer than this.' },
      forceNewDeployment: { type: 'boolean', description: 'Replace every task. Default: false.' },
    },
    choices: [{ of: ['desiredCount', 'addTasks'], isNeeded: false }],
    minimumRisk: 'low',
    isReversible: true,
  },
  'aws.sns.publish': {
    summary: 'Publishes a message to a topic.',
    parameters: {
      topicArn: { type: 'awsName', required: true, isLiteral: true, description: 'The topic.' },
      subject: { type: 'text', description: 'The subject.' },
      message: { type: 'text', required: true, description: 'The message.' },
    },
    minimumRisk: 'low',
    isReversible: true,
    isReadOnly: true,
  },
  'aws.codedeploy.createDeployment': {
    summary: 'Deploys a revision to a deployment group by CodeDeploy.',
    parameters: {
      application: { type: 'awsName', required: true, description: 'The application.' },
      deploymentGroup: { type: 'awsName', required: true, description: 'The deployment group.' },
      revision: { type: 'awsName', description: 'What to deploy. Default: what was deployed last.' },
    },
    minimumRisk: 'high',
    isReversible: true,
  },
} as const satisfies Readonly<Record<string, ActionSpec>>;
