#!/usr/bin/env node
import { systemClock } from '#lib/clock.ts';
import { nouns, verbs } from './commands.ts';
import { main } from './main.ts';

const { stdout, stderr, env } = process;
const host = { stdout, stderr, env, cwd: process.cwd(), clock: systemClock };
const code = await main(process.argv.slice(2), host, { verbs, nouns });
// Connections that linger after an answer, or after the lack of one, must not hold up the prompt.
stdout.write('', () => process.exit(code));
