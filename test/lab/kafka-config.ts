export type KafkaProperties = Readonly<Record<string, string | number | boolean>>;

export interface BrokerPorts {
  /** Where the broker listens for clients. */
  readonly client: number;
  /** What it tells clients to connect to: the same, or a proxy in front of it. */
  readonly advertised: number;
  /** For the other brokers and for tests that must get past the proxy. */
  readonly direct: number;
  readonly controller: number;
}

export interface BrokerConfig {
  readonly nodeId: number;
  readonly ports: BrokerPorts;
  /** In the order of the node ids, which start at 1. */
  readonly allPorts: readonly BrokerPorts[];
  readonly dataFolder: string;
  readonly extra: KafkaProperties;
}

/** The server.properties of one broker, which is a controller too. */
export function serverProperties({ nodeId, ports, allPorts, dataFolder, extra }: BrokerConfig): string {
  return toProperties({
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': allPorts
      .map((p, index) => `${index + 1}@127.0.0.1:${p.controller}`)
      .join(','),
    listeners: `CLIENT://127.0.0.1:${ports.client},DIRECT://127.0.0.1:${ports.direct},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${ports.advertised},DIRECT://127.0.0.1:${ports.direct}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'DIRECT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': dataFolder,
    ...quickOnOneMachine,
    ...(allPorts.length > 1 ? replicated : single),
    ...extra,
  });
}

const quickOnOneMachine: KafkaProperties = {
  'auto.create.topics.enable': false,
  'group.initial.rebalance.delay.ms': 0,
  // The default of 6 s makes every test of a lost consumer wait that long.
  'group.min.session.timeout.ms': 1_000,
  // How long until the others take over from a dead broker, and until a killed one may register again (9 s by
  // default).
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 300,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'log.cleaner.dedupe.buffer.size': 4_194_304,
};

const single: KafkaProperties = {
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 1,
};

const replicated: KafkaProperties = {
  'default.replication.factor': 3,
  'min.insync.replicas': 2,
  'offsets.topic.replication.factor': 3,
  // As many as brokers, so that not one broker coordinates every group.
  'offsets.topic.num.partitions': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
  'transaction.state.log.num.partitions': 3,
};

export const log4j2Properties = toProperties({
  'rootLogger.level': 'info',
  'rootLogger.appenderRef.console.ref': 'console',
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d{HH:mm:ss.SSS} %p %c{1}: %m%n',
  // Otherwise four fifths of the log are the values of every setting.
  'logger.config.name': 'kafka.server.KafkaConfig',
  'logger.config.level': 'warn',
});

function toProperties(values: KafkaProperties): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
