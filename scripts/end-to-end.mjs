/**
 * A short run of every command, as a user types it, on small phantoms and drawn X-rays; ends with 1 at
 * the first surprise. What it makes lies in a temporary folder and is removed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const script = (path) => fileURLToPath(new URL(path, import.meta.url));
const launcher = script('../packages/pcrl/bin/pcrl.mjs');
const work = mkdtempSync(join(tmpdir(), 'pcrl-end-to-end-'));
const at = (name) => join(work, name);

/** Runs a command and holds its exit code, and what it says, against what is expected. */
function pcrl(args, { exit = 0, says } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    encoding: 'utf8',
  });
  const said = stdout + stderr;
  const right = status === exit && (says === undefined || said.includes(says));
  console.log(`${right ? 'ok ' : 'NOT'} pcrl ${args.join(' ').replaceAll(work, '.')}`);
  if (right) return said;
  throw new Error(`exit ${status}, expected ${exit}${says ? ` and "${says}"` : ''}:\n${said}`);
}

function made(name, atLeast = 1) {
  const path = at(name);
  if (existsSync(path) && statSync(path).size >= atLeast) return path;
  throw new Error(`${name} was not made, or is smaller than ${atLeast} bytes`);
}

async function drawData() {
  const { writePhantomDataset } = await import(script('../packages/pcrl/dist/phantom/index.js'));
  return writePhantomDataset(at('data'), {
    seed: 3,
    size: [32, 32, 24],
    spacing: [12, 12, 12],
    cases: { unlabelled: 4, train: 3, val: 1, test: 2 },
  });
}

/** Kills a table that carries out two runs at a time: they save and end, and nobody gets in meanwhile. */
async function killTable() {
  const [out, config] = [at('killed'), at('long.yaml')];
  writeFileSync(config, '2D: { pretrain: { steps: 1000000 } }\n');
  const args = ['reproduce', 'table-2', '--jobs', '2', '--config', config, '--out', out];
  const table = spawn(process.execPath, [launcher, ...args], { stdio: 'ignore' });
  const runs = await until('two runs under way', () => {
    const { helpers } = jsonIn(join(out, 'lock.json'));
    const begun = namesIn(join(out, 'pretrained')).map((name) => join(out, 'pretrained', name));
    const isUnderWay = begun.filter((run) => existsSync(join(run, 'metrics.jsonl'))).length === 2;
    return isUnderWay && helpers?.length === 2 ? { begun, helpers } : undefined;
  });
  for (const pid of runs.helpers) process.kill(pid, 'SIGSTOP');
  table.kill('SIGKILL');
  await once(table, 'exit');
  pcrl(args, { exit: 2, says: `runs of process ${table.pid}, which is gone` });
  for (const pid of runs.helpers) process.kill(pid, 'SIGCONT');
  await until('the runs to end', () => runs.helpers.every((pid) => !lives(pid)) || undefined);
  for (const run of runs.begun) {
    if (namesIn(join(run, 'checkpoints')).length === 0) throw new Error(`${run} has not saved`);
  }
  pcrl([...args, '--list-commands'], { says: '--resume' });
}

async function until(what, find) {
  for (let waited = 0; waited < 600; waited++) {
    const found = find();
    if (found !== undefined) return found;
    await delay(200);
  }
  throw new Error(`waited in vain for ${what}`);
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const namesIn = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
const jsonIn = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});

const small = ['--width', '8', '--set', 'views.spacing=native'];

async function main() {
  const { unlabelled, labels } = await drawData();
  pcrl(['doctor'], { says: 'libtorch' });
  pcrl(['--help'], { says: 'pretrain' });

  const pretrain = ['pretrain', unlabelled, '--out', at('pretrained'), '--size', '16x16x16'];
  pcrl([...pretrain, ...small, '--steps', '4', '--batch', '4', '--set', 'views.margins=0'], {
    says: 'Done',
  });
  made('pretrained/encoder.safetensors', 1000);
  pcrl([...pretrain, ...small, '--steps', '4'], { exit: 2, says: 'holds a run already' });
  pcrl(['pretrain', at('nowhere'), '--out', at('x')], { exit: 2, says: 'nowhere' });
  pcrl(['pretrain', unlabelled, '--out', at('x'), '--set', 'views.cutuot=1'], { exit: 2 });
  pcrl(['info', at('pretrained')], { says: 'pcrlv2' });

  for (const [run, from] of [
    ['tuned', at('pretrained')],
    ['scratch', 'scratch'],
  ]) {
    const data = ['finetune', labels, '--task', 'segmentation', '--from', from];
    const length = ['--labels', '2', '--seeds', '2', '--steps', '4', '--batch', '2'];
    pcrl([...data, ...length, '--size', '16x16x16', ...small, '--out', at(run)]);
    made(`${run}/results.json`);
  }
  pcrl(['compare', at('tuned'), at('scratch'), '--out', at('report.html')]);
  const report = readFileSync(made('report.html', 10_000), 'utf8');
  if (/src="http|href="http/.test(report)) throw new Error('the report loads from the network');

  const table = ['reproduce', 'table-4', '--budget', 'smoke', '--out', at('table')];
  pcrl(table, { says: 'report: ' });
  made('table/table-4.html', 10_000);

  await killTable();

  const image = join(unlabelled, 'patient-001.nii.gz');
  pcrl(['views', image, '--out', at('views.png'), '--seed', '2']);
  made('views.png', 1000);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}
