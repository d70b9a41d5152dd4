import { z } from 'zod';
import {
  busSection,
  grpcSection,
  logSection,
  opsSection,
  portNumber,
  sqlSection,
  telemetrySection,
  topicsSection,
} from '#lib/config/sections.ts';
import { authConfigSchema } from '#lib/identity/auth-config.ts';

/** The sections that every service has. Ports differ, so that all of them can run on one host. */
export const platformSections = (ports: { readonly grpc: number; readonly ops: number }) => ({
  bus: busSection,
  sql: sqlSection,
  grpc: grpcSection.extend({ port: portNumber.default(ports.grpc) }).prefault({}),
  ops: opsSection.extend({ port: portNumber.default(ports.ops) }).prefault({}),
  auth: authConfigSchema,
  log: logSection,
  telemetry: telemetrySection,
  topics: topicsSection,
});

const example = z.strictObject(platformSections({ grpc: 0, ops: 0 }));
export type PlatformConfig = z.infer<typeof example>;
