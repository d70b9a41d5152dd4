/**
 * Rules that oxlint has no home for, loaded by .oxlintrc.json. oxlint publishes no types for plugins: here is
 * the part of them that is used.
 */
interface NewExpression {
  readonly callee: { readonly type: string; readonly name?: string };
  readonly arguments: readonly unknown[];
}

interface RuleContext {
  report(problem: { readonly node: NewExpression; readonly message: string }): void;
}

/** `new Date()` reads the clock, `new Date(value)` does not. no-restricted-globals cannot tell them apart. */
const noDateOfNow = {
  create: (context: RuleContext) => ({
    NewExpression(node: NewExpression) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date' || node.arguments.length > 0)
        return;
      context.report({ node, message: 'new Date() reads the clock: use the time that is handed in.' });
    },
  }),
};

export default { meta: { name: 'belay' }, rules: { 'no-date-of-now': noDateOfNow } };
