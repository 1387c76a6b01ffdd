import { spawn } from 'node:child_process';

/** What a tool prints when it only warns; here a warning is a failure. */
const WARNING = /^\(node:\d+\) .*Warning|^npm warn|\bwarning:/im;

/**
 * Runs one check and passes its output on as it comes.
 * @param {string} name
 * @param {readonly string[]} args of Node, the program first
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} whether it ended well and without a warning
 */
export async function runCheck(name, args, env = process.env) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const { status, output } = await run(args, env);
  const warning = output.split('\n').find((line) => WARNING.test(line));
  if (warning) console.log(`${name} gave a warning: ${warning.trim()}`);
  const passed = status === 0 && !warning;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name}: ${passed ? 'passed' : 'FAILED'} (${seconds} s)`);
  return passed;
}

function run(args, env) {
  const colour = process.stdout.isTTY && !env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, args, { stdio, env: { ...env, ...colour } });
  let output = '';
  const passOn = (stream) => (text) => {
    output += text;
    stream.write(text);
  };
  child.stdout.setEncoding('utf8').on('data', passOn(process.stdout));
  child.stderr.setEncoding('utf8').on('data', passOn(process.stderr));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}
