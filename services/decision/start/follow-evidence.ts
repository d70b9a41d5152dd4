import { consume } from '#lib/platform/consume.ts';
import type { Platform } from '#lib/platform/platform.ts';
import type { Trust } from '#lib/platform/signing.ts';
import { noteEvidence } from '../handlers/evidence/note-evidence.ts';
import type { EvidenceBook } from '../ports.ts';
import { NAME } from './around.ts';

/**
 * A group of its own reads what was decided and what came of it: a decision waits for no row, and what is read twice
 * is noted once.
 */
export const followEvidence = (platform: Platform, evidence: EvidenceBook, { trust }: Trust) =>
  consume(platform, {
    service: `${NAME}-evidence`,
    topics: ['decision', 'verification'],
    publishes: [],
    handlers: noteEvidence(evidence),
    trust,
  });
