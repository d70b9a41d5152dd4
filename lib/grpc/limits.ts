import { type ChannelOptions, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';

/** Requests end up as records on the bus, which takes 1 MiB. Answers are pages of history. */
export const MAX_REQUEST_BYTES = 1_048_576;
export const MAX_RESPONSE_BYTES = 4_194_304;
/** A bound for strangers; services, consoles and command lines are far below it. */
export const MAX_CONNECTIONS = 1_000;
export const DEFAULT_TIMEOUT_MS = 30_000;

export const SERVER_LIMITS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
  'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
  'grpc.max_concurrent_streams': 100,
  // Peers that vanished without a word are found by a ping.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // Connections end now and then, so that certificates are looked at again and new replicas get their share.
  'grpc.max_connection_age_ms': 1_800_000,
  'grpc.max_connection_age_grace_ms': 60_000,
};

export const CLIENT_LIMITS: ChannelOptions = {
  'grpc.max_send_message_length': MAX_REQUEST_BYTES,
  'grpc.max_receive_message_length': MAX_RESPONSE_BYTES,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // The library's two minutes would keep a client failing long after the server is back.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5_000,
  // Otherwise a TXT record of the resolver's may set timeouts and retries.
  'grpc.service_config_disable_resolution': 1,
};

/**
 * The library prints metadata that it cannot parse, and with tracing on all of it: tokens too. What it has to
 * say reaches us as statuses.
 */
export function silenceGrpcLog(): void {
  setLogVerbosity(logVerbosity.NONE);
}
