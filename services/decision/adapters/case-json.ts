import type { Answer, Case, Ending } from '../domain/cases/case.ts';

type Stored = Omit<Case, 'openedAt' | 'dueAt' | 'request' | 'answers' | 'notifiedAt' | 'grant' | 'ending'> & {
  readonly openedAt: string;
  readonly dueAt?: string;
  readonly request?: { readonly at: string; readonly deadline: string };
  readonly answers: readonly (Omit<Answer, 'at'> & { readonly at: string })[];
  readonly notifiedAt?: string;
  readonly grant?: { readonly at: string; readonly lapsed: boolean };
  readonly ending?: Omit<Ending, 'at'> & { readonly at: string };
};

/** JSON has no times, and leaves out what is undefined. */
export function readCase(data: object): Case {
  const { openedAt, dueAt, request, answers, notifiedAt, grant, ending, ...rest } = data as Stored;
  return {
    ...rest,
    openedAt: new Date(openedAt),
    dueAt: time(dueAt),
    request: request && { at: new Date(request.at), deadline: new Date(request.deadline) },
    answers: answers.map((answer) => ({ ...answer, at: new Date(answer.at) })),
    notifiedAt: time(notifiedAt),
    grant: grant && { ...grant, at: new Date(grant.at) },
    ending: ending && { ...ending, at: new Date(ending.at) },
  };
}

const time = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);
