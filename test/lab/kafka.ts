import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { requireCommand, requireInstalled } from './cache.ts';
import { freePort, freePorts } from './free-port.ts';
import {
  type BrokerPorts,
  type KafkaProperties,
  log4j2Properties,
  serverProperties,
} from './kafka-config.ts';
import { pollUntil } from './poll-until.ts';
import { type LabServer, startServer } from './server.ts';
import { serverGroup } from './server-group.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

export interface KafkaOptions {
  readonly brokers?: 1 | 3;
  /** Added to each broker's server.properties, over the lab's own. */
  readonly properties?: KafkaProperties;
  /**
   * The port that clients are told to connect to, for a proxy in front of a broker. Gets the broker's real
   * port and its node id.
   */
  readonly advertised?: (realPort: number, nodeId: number) => number | Promise<number>;
}

export interface LabKafka extends LabServer {
  /** In the order of their node ids, which start at 1; with one broker, that one. */
  readonly brokers: readonly LabServer[];
  /** Bootstrap servers that never lead through a proxy. */
  readonly directEndpoint: string;
}

/** Endpoint: the bootstrap servers, "127.0.0.1:p[,...]". */
export async function startKafka(options: KafkaOptions = {}): Promise<LabKafka> {
  const { brokers: count = 1, properties: extra = {}, advertised } = options;
  const jars = join(requireInstalled('kafka'), 'libs', '*');
  const nodeIds = Array.from({ length: count }, (_, index) => index + 1);
  const allPorts = await Promise.all(nodeIds.map((nodeId) => brokerPorts(nodeId, advertised)));
  const clusterId = kafkaUuid();
  const heapMb = count === 1 ? 768 : 512;

  const brokers = await Promise.all(
    allPorts.map((ports, index) => {
      const nodeId = index + 1;
      const workspace = createWorkspace(`kafka-${nodeId}`);
      const config = serverProperties({ nodeId, ports, allPorts, dataFolder: workspace.dataFolder, extra });
      return startBroker({ nodeId, ports, jars, clusterId, config, workspace, heapMb });
    }),
  );
  const directEndpoint = endpointOf(allPorts.map((ports) => ports.direct));
  await pollUntil(() => assertServes(directEndpoint, nodeIds), { timeoutMs: 30_000 });

  const endpoint = endpointOf(allPorts.map((ports) => ports.advertised));
  return { ...serverGroup('kafka', endpoint, brokers), brokers, directEndpoint };
}

interface BrokerSpec {
  readonly nodeId: number;
  readonly ports: BrokerPorts;
  readonly jars: string;
  readonly clusterId: string;
  readonly config: string;
  readonly workspace: Workspace;
  readonly heapMb: number;
}

async function startBroker({ nodeId, ports, jars, clusterId, config, workspace, heapMb }: BrokerSpec) {
  const configFile = join(workspace.folder, 'server.properties');
  const log4jFile = join(workspace.folder, 'log4j2.properties');
  writeFileSync(configFile, config);
  writeFileSync(log4jFile, log4j2Properties);
  const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', jars];
  await promisify(execFile)(requireCommand('java'), [
    ...java,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    configFile,
  ]);

  return startServer({
    name: `kafka-${nodeId}`,
    endpoint: endpointOf([ports.advertised]),
    command: requireCommand('java'),
    args: [`-Xmx${heapMb}m`, `-Dlog4j2.configurationFile=${log4jFile}`, ...java, 'kafka.Kafka', configFile],
    workspace,
    // Through the direct listener: a proxy in front may be switched off while the broker restarts.
    ready: () => assertServes(endpointOf([ports.direct]), [nodeId]),
  });
}

async function brokerPorts(nodeId: number, advertised: KafkaOptions['advertised']): Promise<BrokerPorts> {
  const [direct = 0, controller = 0] = await freePorts(2);
  const client = await freePort();
  return { client, direct, controller, advertised: (await advertised?.(client, nodeId)) ?? client };
}

/** An open port is not enough: a broker serves when the cluster's own metadata lists it. */
async function assertServes(endpoint: string, nodeIds: readonly number[]): Promise<void> {
  const kafka = new Kafka({
    brokers: endpoint.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const listed = new Set(brokers.map((broker) => broker.nodeId));
    const missing = nodeIds.filter((id) => !listed.has(id));
    if (missing.length > 0) throw new Error(`broker ${missing.join(', ')} not in the metadata`);
  } finally {
    await admin.disconnect();
  }
}

function endpointOf(ports: readonly number[]): string {
  return ports.map((port) => `127.0.0.1:${port}`).join(',');
}

/** 16 bytes as unpadded base64url. */
function kafkaUuid(): string {
  const bytes = randomBytes(16);
  // It must not begin with "-": the command line would take it for an option.
  bytes.writeUInt8(bytes.readUInt8() & 0x7f);
  return bytes.toString('base64url');
}
