import type { DecisionMode } from '#lib/runbook/runbook.ts';

export type VersionStatus = 'draft' | 'active' | 'deprecated' | 'archived';

/** How freely an active version may act: a bound on what the runbook asks for. */
export type ActiveMode = DecisionMode;

/** One content of a runbook. Its number says when it came, its digest what it is. */
export interface Version {
  readonly version: number;
  readonly digest: string;
  readonly status: VersionStatus;
}

/** Who chose what is active: a service that started with its files, or somebody by a command. */
export type Chooser = 'start' | 'command';

/** All that is registered under one name. */
export interface Entry {
  readonly name: string;
  /** 1, 2, ... without gaps. */
  readonly versions: readonly Version[];
  /** Of the active version. Undefined when there is none. */
  readonly mode: ActiveMode | undefined;
  /** Undefined as long as nothing was chosen. */
  readonly chosenBy: Chooser | undefined;
}

export interface Active {
  readonly version: number;
  readonly mode: ActiveMode;
}

/** What happened to one version. */
export interface Change {
  readonly version: number;
  readonly digest: string;
  readonly type: 'applied' | 'restored' | 'activated' | 'deprecated' | 'archived';
  /** Of an activation. */
  readonly mode?: ActiveMode;
}

export type Refusal =
  | { readonly code: 'unknown_runbook' }
  | { readonly code: 'unknown_version' }
  /** Something else is active than the caller saw. */
  | { readonly code: 'changed_meanwhile'; readonly active: Active | undefined }
  | { readonly code: 'archived'; readonly version: number }
  | { readonly code: 'too_free'; readonly asksFor: DecisionMode }
  | { readonly code: 'none_active' }
  | { readonly code: 'still_active'; readonly version: number };

/** Without changes where all was as it is wanted. */
export type Transition =
  | { readonly ok: true; readonly entry: Entry; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly refusal: Refusal };

export const newEntry = (name: string): Entry => ({
  name,
  versions: [],
  mode: undefined,
  chosenBy: undefined,
});

export function activeOf({ versions, mode }: Entry): Active | undefined {
  const active = versions.find(({ status }) => status === 'active');
  return active && mode && { version: active.version, mode };
}

export const versionOf = ({ versions }: Entry, wanted: number): Version | undefined =>
  versions.find(({ version }) => version === wanted);
