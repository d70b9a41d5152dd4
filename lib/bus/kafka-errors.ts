import { BelayError, type ErrorKind, messageOf } from '#lib/errors.ts';

/** What kafkajs threw, as what it means to whoever runs this. The only place that knows its errors. */
export function kafkaFailure(thrown: unknown, brokers: readonly string[]): BelayError {
  const root = rootOf(thrown);
  if (root instanceof BelayError) return root;
  const { kind, code, message, next } = meaningOf(root, brokers.join(', '));
  return new BelayError(kind, message, { code, why: messageOf(root), ...(next && { next }), cause: thrown });
}

/** The name of a protocol error, as Kafka's documentation spells it. */
export function protocolErrorOf(thrown: unknown): string | undefined {
  const { type } = rootOf(thrown);
  return typeof type === 'string' ? type : undefined;
}

/** Whatever the cause is, it may be gone when the same is tried again. */
export function mayPass({ kind }: BelayError): boolean {
  return kind === 'unavailable' || kind === 'timeout';
}

export function unknownTopic(...topics: readonly string[]): BelayError {
  const which = topics.length === 1 ? `the topic ${topics[0]}` : `one of the topics ${topics.join(', ')}`;
  return new BelayError('not_found', `${which} does not exist`, {
    code: 'UNKNOWN_TOPIC',
    next: 'create it, or look whether topicPrefix is the right one',
  });
}

export function handlerFailed(topic: string, error: unknown): BelayError {
  const message = `records of ${topic} could not be handled: ${messageOf(error)}`;
  return new BelayError('internal', message, { code: 'HANDLER_FAILED', cause: error });
}

export function logReplaced(topic: string, partition: number): BelayError {
  return new BelayError('internal', `${topic} is not the log it was`, {
    code: 'LOG_REPLACED',
    why: `partition ${partition} ends before what has been read of it: the topic was made anew, or cut short`,
    next: 'start again; look who deletes topics, and whether unclean leader election is on',
  });
}

interface Thrown {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** kafkajs wraps errors in errors, and those of several topics in a list. */
function rootOf(thrown: unknown): Thrown & Partial<Error> {
  const error = (
    typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) }
  ) as Thrown;
  const inner = error.cause ?? error.errors?.find((e) => (e as Thrown).type !== 'TOPIC_ALREADY_EXISTS');
  return inner === undefined || inner === thrown ? (error as Partial<Error>) : rootOf(inner);
}

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

function meaningOf(error: Thrown, brokers: string): Meaning {
  const type = typeof error.type === 'string' ? error.type : '';
  const name = typeof error.name === 'string' ? error.name : '';
  const known = BY_TYPE[type] ?? BY_NAME[name];
  if (known) return known;
  if (type.endsWith('_AUTHORIZATION_FAILED')) return forbidden(type);
  if (typeof error.code === 'string' && TLS_FAILURE.test(error.code)) return tlsFailure(brokers);
  // Programming errors in kafkajs, which it does not retry either. The rest of what it throws passes.
  if (!name.startsWith('KafkaJS')) return { kind: 'internal', code: 'BUS_FAILED', message: 'the bus failed' };
  return {
    kind: 'unavailable',
    code: 'BUS_UNAVAILABLE',
    message: `Kafka does not answer (${brokers})`,
    next: 'look whether the brokers run and can be reached from here',
  };
}

const UNAUTHENTICATED: Meaning = {
  kind: 'unauthenticated',
  code: 'BUS_UNAUTHENTICATED',
  message: 'Kafka refused the credentials',
  next: 'check the mechanism, the user name and the password of the bus',
};

const TOO_LARGE: Meaning = {
  kind: 'invalid',
  code: 'TOO_LARGE',
  message: 'a record is larger than its topic takes',
  next: 'compare it with max.message.bytes of the topic',
};

const REFUSED: Meaning = { kind: 'invalid', code: 'BUS_REFUSED', message: 'Kafka refused the request' };

const HAS_MEMBERS: Meaning = {
  kind: 'conflict',
  code: 'GROUP_HAS_MEMBERS',
  message: 'the group has members',
  next: 'stop its consumers first',
};

const BY_TYPE: Readonly<Record<string, Meaning>> = {
  UNKNOWN_TOPIC_OR_PARTITION: { kind: 'not_found', code: 'UNKNOWN_TOPIC', message: 'a topic does not exist' },
  MESSAGE_TOO_LARGE: TOO_LARGE,
  RECORD_LIST_TOO_LARGE: TOO_LARGE,
  INVALID_TOPIC_EXCEPTION: {
    ...REFUSED,
    code: 'INVALID_TOPIC',
    message: 'this cannot be the name of a topic',
  },
  INVALID_RECORD: REFUSED,
  INVALID_TIMESTAMP: REFUSED,
  INVALID_PARTITIONS: REFUSED,
  INVALID_REPLICATION_FACTOR: REFUSED,
  INVALID_CONFIG: REFUSED,
  INVALID_REQUEST: REFUSED,
  INVALID_GROUP_ID: REFUSED,
  INVALID_SESSION_TIMEOUT: REFUSED,
  INCONSISTENT_GROUP_PROTOCOL: REFUSED,
  POLICY_VIOLATION: REFUSED,
  NON_EMPTY_GROUP: HAS_MEMBERS,
  SASL_AUTHENTICATION_FAILED: UNAUTHENTICATED,
  UNSUPPORTED_SASL_MECHANISM: UNAUTHENTICATED,
};

const BY_NAME: Readonly<Record<string, Meaning>> = {
  KafkaJSSASLAuthenticationError: UNAUTHENTICATED,
  KafkaJSNotImplemented: {
    kind: 'invalid',
    code: 'UNSUPPORTED_COMPRESSION',
    message: 'a topic holds records that are compressed in a way that cannot be read',
    next: 'set compression.type=uncompressed on the topic, and move the group behind those records',
  },
  KafkaJSServerDoesNotSupportApiKey: {
    kind: 'internal',
    code: 'BUS_INCOMPATIBLE',
    message: 'Kafka does not know a request of this client',
  },
};

function forbidden(type: string): Meaning {
  const what = type.slice(0, -'_AUTHORIZATION_FAILED'.length).toLowerCase().replaceAll('_', ' ');
  return {
    kind: 'forbidden',
    code: 'BUS_FORBIDDEN',
    message: `Kafka does not permit this (${what})`,
    next: 'compare the access lists of Kafka with those that the documentation asks for',
  };
}

const TLS_FAILURE = /^(ERR_(SSL|TLS|OSSL)_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT)_)/;

const tlsFailure = (brokers: string): Meaning => ({
  kind: 'unauthenticated',
  code: 'BUS_TLS_FAILED',
  message: `no secure connection to Kafka (${brokers})`,
  next: 'check that the brokers speak TLS there, and that the certificates are trusted, current and of that host',
});
