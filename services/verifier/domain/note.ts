import type { Declined, Finished, Issued, Sample, Watch } from './watch.ts';

export type Fact =
  | { readonly type: 'issued'; readonly issued: Issued }
  | { readonly type: 'declined'; readonly declined: Declined }
  | { readonly type: 'started'; readonly at: Date; readonly epoch: number }
  | { readonly type: 'finished'; readonly finished: Finished }
  | { readonly type: 'sampled'; readonly sample: Sample };

/**
 * Takes one fact in. The order of facts does not matter and repeats change nothing: the first of those that
 * happen once, the newest of those that follow each other.
 */
export function note(watch: Watch, fact: Fact): Watch {
  switch (fact.type) {
    case 'issued':
      return watch.issued ? watch : { ...watch, issued: fact.issued };
    case 'declined':
      return watch.declined || isOfAnother(fact.declined) ? watch : { ...watch, declined: fact.declined };
    case 'started':
      return isNewer(fact.epoch, watch.started?.epoch)
        ? { ...watch, started: { at: fact.at, epoch: fact.epoch } }
        : watch;
    case 'finished':
      return watch.finished ? watch : { ...watch, finished: fact.finished };
    case 'sampled':
      return isNewer(fact.sample.sequence, watch.sample?.sequence)
        ? { ...watch, sample: fact.sample }
        : watch;
  }
}

const isNewer = (number: number, known: number | undefined): boolean => known === undefined || number > known;

/** A second order under a known id was refused: that says nothing about the first one. */
const isOfAnother = ({ code }: Declined): boolean => code === 'digest_conflict';
