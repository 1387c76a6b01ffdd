import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A set-up that cannot go on. Exit code 2: the user has to do something; 1: a step failed. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs one step and prints one line about it: its name, what came of it, how long it took.
 * @param {string} name
 * @param {() => string} work returns what came of it, in a few words
 */
export function step(name, work) {
  const start = performance.now();
  process.stdout.write(`${name} ... `);
  try {
    const outcome = work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${outcome} (${seconds} s)\n`);
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}

const TAIL_LINES = 30;

/**
 * Runs a command, keeps its output in a log, and shows the log's end when it fails.
 * @param {readonly string[]} command
 * @param {{ cwd: string, log: string, env?: NodeJS.ProcessEnv }} options
 * @returns {string} its output
 */
export function runLogged([program, ...args], { cwd, log, env = process.env }) {
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 };
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, options);
  const output = `${stdout ?? ''}${stderr ?? ''}`;
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, `$ ${[program, ...args].join(' ')}\n${output}`);
  if (status === 0) return output;
  const how = error?.message ?? (signal ? `stopped by ${signal}` : `exit code ${status}`);
  const tail = output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  throw new SetupError(`${[program, ...args].join(' ')}: ${how}\n${tail}\nThe whole log: ${log}`);
}

/** Whether a program can be started and ends well. */
export function works(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
