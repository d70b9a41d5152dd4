import { expect, it } from 'vitest';
import { githubAnnotation } from './github-annotation.ts';

it('is one line, whatever stands in it', () => {
  const annotation = {
    level: 'error',
    file: 'a,b:c.yaml',
    line: 3,
    column: 5,
    title: 'x\ny',
    message: '100 %\r\n::error::not another one',
  } as const;
  expect(githubAnnotation(annotation)).toBe(
    '::error file=a%2Cb%3Ac.yaml,line=3,col=5,title=x%0Ay::100 %25%0D%0A::error::not another one',
  );
});
